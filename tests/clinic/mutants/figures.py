"""What was measured of a mutant and its parent, and whether that makes it worse beyond noise. No TensorFlow here."""

import json
import math
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FIGURES = Path(__file__).parent / "figures.jsonl"

DEVIATIONS = 3.0
"""Of single trainings, pooled over mutant and parent. The difference of two means over three seeds varies by 0.82 of one, so this
is 3.7 of its own deviations."""

LEAST_LOSS = 0.08
"""Of the parent's lead over a constant answer: the least by which a labelled case of `tests/clinic/cases` falls behind its fixed
variant. Who loses less is neither sick nor harmless."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Scores on the held-out part after plain `fit`.

    Attributes:
        id: The mutant.
        digest: Of its recipe.
        parent_digest: Of its parent's.
        scores: By seed: accuracy, or the explained share of the variance, at least -1; the constant's where it broke down.
        parent_scores: The parent's, on the same seeds.
        constant: What the best constant answer scores.
        seconds: Of one training of the mutant, on average.
    """

    id: str
    digest: str
    parent_digest: str
    scores: tuple[float, ...]
    parent_scores: tuple[float, ...]
    constant: float
    seconds: float

    @property
    def lead(self) -> float:
        """The parent's, over the constant answer."""
        return statistics.mean(self.parent_scores) - self.constant

    @property
    def usable(self) -> bool:
        """Whether the parent learned anything: a lead over the constant that is more than noise."""
        return self.lead > 0.1 and self.lead > DEVIATIONS * statistics.stdev(self.parent_scores)

    @property
    def worse(self) -> bool:
        """Whether the mutant scores less than its parent, beyond noise, and by enough to be called sick."""
        return self._loss > max(DEVIATIONS * self._noise, LEAST_LOSS * self.lead)

    @property
    def as_good(self) -> bool:
        """Whether the mutant scores like its parent: within noise, or less than a quarter of what makes sick."""
        return self._loss <= max(self._noise, LEAST_LOSS / 4 * self.lead)

    @property
    def _loss(self) -> float:
        return statistics.mean(self.parent_scores) - statistics.mean(self.scores)

    @property
    def _noise(self) -> float:
        """Deviation of single trainings, pooled."""
        variances = (statistics.variance(self.scores), statistics.variance(self.parent_scores))
        return math.sqrt(statistics.mean(variances))


def read(path: Path) -> dict[str, Figures]:
    """The stored figures by id.

    Args:
        path: Their file, one JSON object a line; it need not exist.
    """
    if not path.exists():
        return {}
    entries = (json.loads(line) for line in path.read_text().splitlines() if line)
    found = (Figures(**entry | {key: tuple(entry[key]) for key in ("scores", "parent_scores")}) for entry in entries)
    return {figures.id: figures for figures in found}


def write(path: Path, figures: Mapping[str, Figures]) -> None:
    """Writes all of them, by id, through a file beside so that a stop loses nothing.

    Args:
        path: Where.
        figures: By id.
    """
    beside = path.with_suffix(".part")
    beside.write_text("".join(json.dumps(asdict(figures[name])) + "\n" for name in sorted(figures)))
    beside.replace(path)
