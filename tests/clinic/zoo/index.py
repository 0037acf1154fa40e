"""The zoo's index: who is in it, by what recipe they train, and the score that their task usually takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ZOO = Path(__file__).parent
INDEX = ZOO / "index.yaml"


@dataclass(frozen=True, slots=True)
class Usual:
    """What a healthy model of the task scores.

    Attributes:
        metric: A name from the training history, read after the last epoch.
        at_least: For a metric that grows, else None.
        at_most: For a metric that falls, else None.
        because: Where the figure comes from.
    """

    metric: str
    at_least: float | None
    at_most: float | None
    because: str

    def reached(self, value: float) -> bool:
        """Whether a score is usual; one that is not a number is not."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def text(self) -> str:
        """In a few words ("val_mae at most 0.1")."""
        words, bound = ("at least", self.at_least) if self.at_least is not None else ("at most", self.at_most)
        return f"{self.metric} {words} {bound:g}"


@dataclass(frozen=True, slots=True)
class Inmate:
    """A healthy model.

    Attributes:
        id: Its family and name ("images_resnet").
        family: The module that holds its factories.
        model: The model's factory.
        data: The data's factory.
        fit: The recipe, in the words of the config.
        usual: What it reaches.
    """

    id: str
    family: str
    model: str
    data: str
    fit: Mapping[str, Any]
    usual: Usual

    def config(self) -> dict[str, Any]:
        """The config to run the command on, as plain data; the usual score is not told to the doctor."""
        module = ZOO / f"{self.family}.py"
        fit = {key: f"{module}:{value}" if key == "callbacks" else value for key, value in self.fit.items()}
        return {"version": 1, "model": f"{module}:{self.model}", "data": f"{module}:{self.data}", "fit": fit}


def zoo() -> Iterator[Inmate]:
    """All of them, in the order of the index."""
    for family, inmates in yaml.safe_load(INDEX.read_text()).items():
        for name, entry in inmates.items():
            usual = Usual(
                entry["usual"]["metric"], entry["usual"].get("at_least"), entry["usual"].get("at_most"), entry["because"]
            )
            yield Inmate(f"{family}_{name}", family, entry["model"], entry["data"], entry["fit"], usual)
