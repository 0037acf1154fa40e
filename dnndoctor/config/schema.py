"""The config's schema: what may be written, and what is taken where nothing is written."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from dnndoctor.config.origins import DataFile as DataFile  # the classes of what a config holds are read from here, all of them
from dnndoctor.config.origins import DataOrigin, ModelOrigin
from dnndoctor.config.origins import Factory as Factory
from dnndoctor.config.origins import ModelFile as ModelFile
from dnndoctor.config.shapes import refuse
from dnndoctor.config.values import (
    Bytes,
    Callbacks,
    ClassWeight,
    Count,
    Losses,
    LossWeights,
    Metrics,
    Named,
    Parameter,
    Seconds,
    Seeds,
    Strict,
    WorkerMemory,
    Workers,
)
from dnndoctor.config.values import ClassSpec as ClassSpec


class Compile(Strict):
    """What `model.compile` is called with, over what the compiled model says."""

    optimizer: Named | None = Field(
        default=None,
        description="The optimizer. A learning rate is a number or a schedule written the same way.",
        examples=["adam", {"class_name": "Adam", "learning_rate": 1e-3}],
    )
    loss: Losses | None = Field(
        default=None, description="The loss, or one for each output.", examples=["sparse_categorical_crossentropy"]
    )
    loss_weights: LossWeights | None = Field(default=None, description="How much each output counts.", examples=[[1.0, 0.2]])
    metrics: Metrics | None = Field(default=None, description="The metrics, or those of each output.", examples=[["accuracy"]])


class Fit(Strict):
    """What `model.fit` is called with."""

    batch_size: Count | None = Field(
        default=None, description="Samples in a step; 32 where neither this nor the data says.", examples=[32]
    )
    epochs: Count = Field(default=1, description="Passes over the data.", examples=[10])
    steps_per_epoch: Count | None = Field(
        default=None, description="Steps that count as one epoch; one pass over the data where it is left out.", examples=[100]
    )
    shuffle: bool = Field(default=True, description="Whether arrays are shuffled before each epoch.", examples=[True])
    validation_split: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.0, description="Share of the arrays, taken from their end, that is validated on.", examples=[0.2]
    )
    class_weight: ClassWeight | None = Field(
        default=None,
        description="How much each class counts; `balanced` weighs classes by the inverse of their frequency.",
        examples=["balanced", {0: 1.0, 1: 5.0}],
    )
    callbacks: Callbacks = Field(
        default_factory=list,
        description="Callbacks by name, `{class_name: ...}` or `file.py:Class`; or one `file.py:factory` that returns the list.",
        examples=["train.py:make_callbacks", [{"class_name": "EarlyStopping", "patience": 3}]],
    )


class Goal(Strict):
    """What good enough means."""

    metric: str = Field(min_length=1, description="A name from the training history.", examples=["val_accuracy"])
    at_least: float | None = Field(default=None, description="It is reached at this value or above.", examples=[0.85])
    at_most: float | None = Field(default=None, description="It is reached at this value or below.", examples=[0.1])

    @model_validator(mode="after")
    def _has_a_bound(self) -> "Goal":
        if self.at_least is None and self.at_most is None:
            raise refuse("says no value to reach", "add `at_least: 0.85` or `at_most: 0.1`")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise refuse(f"cannot be reached: at least {self.at_least:g} and at most {self.at_most:g}")
        return self

    @property
    def text(self) -> str:
        """In a line ("val_accuracy at least 0.85")."""
        bounds = [("at least", self.at_least), ("at most", self.at_most)]
        return f"{self.metric} " + " and ".join(f"{words} {bound:g}" for words, bound in bounds if bound is not None)


class Ladder(Strict):
    """How far the doctor climbs."""

    preset: Literal["static", "quick", "standard", "deep"] = Field(
        default="standard",
        description="Which questions are asked, each preset more than the one before: `static` trains nothing, `quick` takes "
        "a minute, `standard` explains a sick recipe too, `deep` leaves nothing out.",
    )
    budget: Seconds | None = Field(
        default=None, description="Time that the plan is made for: seconds, or a text such as `3m`.", examples=["3m"]
    )
    seeds: Seeds = Field(
        default_factory=lambda: [0, 1, 2], description="Seeds of the trials, at least two different ones.", examples=[[0, 1, 2]]
    )
    skip: list[str] = Field(
        default_factory=list, description="Names of rungs that are left out.", examples=[["learning_rate_sweep"]]
    )
    sample_limit: Bytes = Field(
        default=64 * 2**20,
        description="Most of the data that trials hold in memory: bytes, or a text such as `64MiB`.",
        examples=["64MiB"],
    )


class Gate(Strict):
    """What makes the command exit with 1."""

    fail_on: Literal["error", "warning", "note", "never"] = Field(
        default="error", description="The mildest finding that fails the command."
    )
    inconclusive: Literal["pass", "fail"] = Field(
        default="pass", description="Whether a diagnosis that could not decide fails it too, with exit code 4."
    )


class OutputFile(Strict):
    """A report to write."""

    format: Literal["text", "json"] = Field(description="Its format.", examples=["json"])
    path: str = Field(min_length=1, description="The file to write, relative to the config.", examples=["out/report.json"])


class Report(Strict):
    """Reports beside the one on standard output."""

    outputs: list[OutputFile] = Field(
        default_factory=list, description="The files to write.", examples=[[{"format": "json", "path": "out/report.json"}]]
    )


class Runtime(Strict):
    """Where and within which bounds trials run."""

    executor: Literal["worker", "inline"] = Field(
        default="worker", description="In a process of their own, or in the command's own process for debugging."
    )
    workers: Workers = Field(default="auto", description="Processes that run trials at the same time.", examples=["auto", 2])
    memory_limit: WorkerMemory = Field(
        default=6 * 2**30, description="Memory at which a worker is stopped: bytes, or a text such as `6GiB`.", examples=["6GiB"]
    )
    trial_timeout: Seconds = Field(
        default=180.0, description="Time after which a trial is cut: seconds, or a text such as `3m`.", examples=["3m"]
    )


class EditSpec(Strict):
    """An edit that is already applied to the subject."""

    name: str = Field(min_length=1, description="The edit's name.", examples=["learning_rate"])
    parameters: dict[str, Parameter] = Field(
        default_factory=dict, description="Its parameters by name.", examples=[{"factor": 0.1}]
    )


SECTIONS: dict[str, type[Strict]] = {
    "compile": Compile,
    "fit": Fit,
    "goal": Goal,
    "ladder": Ladder,
    "gate": Gate,
    "report": Report,
    "runtime": Runtime,
}
"""The parts of a config that are mappings of keys, by name."""


class Config(Strict):
    """What the doctor is to examine, and how. Two keys suffice: `model` and `data`."""

    version: Literal[1] = Field(default=1, description="The version of the config's format.", examples=[1])
    model: ModelOrigin = Field(
        description="The model: a function that returns it, or a saved file.",
        examples=["train.py:build_model", {"factory": "train.py:build_model", "args": {"width": 64}}, {"file": "model.keras"}],
    )
    data: DataOrigin = Field(
        description="The data: a function that returns arrays or a dataset, or files.",
        examples=["train.py:load_data", {"kind": "npz", "x": "data.npz"}, {"kind": "csv", "x": "data.csv", "target": "price"}],
    )
    compile: Compile = Field(
        default_factory=Compile, description="Overrides what the compiled model says.", examples=[{"optimizer": "adam"}]
    )
    fit: Fit = Field(
        default_factory=Fit, description="The recipe, as `model.fit` takes it.", examples=[{"batch_size": 32, "epochs": 10}]
    )
    goal: Goal | None = Field(
        default=None, description="What good enough means.", examples=[{"metric": "val_accuracy", "at_least": 0.85}]
    )
    ladder: Ladder = Field(default_factory=Ladder, description="How far the doctor climbs.", examples=[{"preset": "quick"}])
    gate: Gate = Field(default_factory=Gate, description="What makes the command fail.", examples=[{"fail_on": "warning"}])
    report: Report = Field(
        default_factory=Report,
        description="Reports beside the one on standard output.",
        examples=[{"outputs": [{"format": "json", "path": "out/report.json"}]}],
    )
    runtime: Runtime = Field(
        default_factory=Runtime, description="Where and within which bounds trials run.", examples=[{"workers": 2}]
    )
    treatments: list[EditSpec] = Field(
        default_factory=list,
        description="Edits that are already applied to the subject, in this order.",
        examples=[[{"name": "learning_rate", "parameters": {"factor": 0.1}}]],
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_sections_are_absent(cls, value: Any) -> Any:
        """A section whose keys are all commented out reads as null."""
        if not isinstance(value, dict):
            return value
        return {key: entry for key, entry in value.items() if entry is not None or key not in {*SECTIONS, "treatments"}}


class LoadedConfig(Strict):
    """A config that was read and found valid, with where it came from.

    Attributes:
        config: The config.
        file: The file it was read from, absolute.
        lines: Line of each key in the file, by its dotted path ("fit.batch_size"), for a finding's place; keys that `--set`
            gave are not among them.
    """

    model_config = ConfigDict(strict=False)

    config: Config
    file: Path
    lines: dict[str, int] = Field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Paths in the config are relative to this."""
        return self.file.parent
