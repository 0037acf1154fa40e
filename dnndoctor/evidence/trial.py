"""A trial as plain data: the subject, a list of edits, a slice of data, a number of steps and a seed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

Parameter: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True)
class Edit:
    """The atom of intervention: a name and parameters; what it does is written in `edits/` and `subject/edits/`.

    Attributes:
        name: The stem of its file in `edits/` ("learning_rate").
        parameters: What the edit is done with ({"factor": 0.1}).
    """

    name: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


class Recording(StrEnum):
    """How much a trial writes down at each step; each level includes the ones above it."""

    LOSS = "loss"
    NORMS = "norms"
    LAYERS = "layers"


@dataclass(frozen=True)
class Trial:
    """One short training run.

    Attributes:
        edits: Applied to the subject in this order; () is the user's own model, data and recipe.
        rows: A tiny set of so many training rows with targets that differ; None for all rows of the sample.
        steps: Optimizer steps.
        seed: Draws the initial weights, the batch order, and what random layers draw.
        recording: How much is written down at each step.
        stop_below: Stop once the loss has stayed below this for ten steps running; None never stops early.
        callbacks: Whether the user's callbacks take part: schedules, and metric-driven ones at the ends of epochs.
            Epochs are then those of the user's recipe on the sampled rows, validation data evaluated at each end.
        scored: Whether the model is scored on the rows and on the validation data, before the first step and at the end.
        look: Name of a look (a file in `subject/looks/`) at the untrained subject that takes the place of training; empty for
            none. Of the other fields only the seed counts then.
    """

    edits: tuple[Edit, ...] = ()
    rows: int | None = None
    steps: int = 100
    seed: int = 0
    recording: Recording = Recording.LOSS
    stop_below: float | None = None
    callbacks: bool = False
    scored: bool = True
    look: str = ""

    @cached_property
    def id(self) -> str:
        """Twelve hexadecimal digits that are the same for equal trials in every process."""
        content = [
            [[edit.name, dict(sorted(edit.parameters.items()))] for edit in self.edits],
            self.rows,
            self.steps,
            self.seed,
            self.recording.value,
            self.stop_below,
            self.callbacks,
            self.scored,
            *([self.look] if self.look else []),
        ]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:12]
