"""What the doctor and its worker say to each other: one JSON object a line, `{"kind": ..., ...}`, over a pipe each way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial

ARCHIVE_MARK = b"Written by dnndoctor"
"""Comment of the archive that a saved `.keras` file is, so that the command writes over such files only."""


@dataclass(frozen=True, slots=True)
class Open:
    """Load the subject.

    Attributes:
        config: The `LoadedConfig` as JSON.
        folder: The run's folder, where the sample is cached.
    """

    config: str
    folder: str
    kind: Literal["open"] = "open"


@dataclass(frozen=True, slots=True)
class Run:
    """Run these trials and answer with an `Ended` for each.

    Attributes:
        trials: All different.
        seconds: Time from now after which what still runs is cut; None for no deadline.
    """

    trials: tuple[Trial, ...]
    seconds: float | None
    kind: Literal["run"] = "run"


@dataclass(frozen=True, slots=True)
class Train:
    """Train the subject by its full recipe and save it; answered by an `EpochEnded` each and a `Trained`, or by a `Refused`.

    Attributes:
        config: The `LoadedConfig` as JSON.
        folder: The run's folder.
        part: File to write the model to, ending in `.keras`; whoever asked gives it its name when it is whole.
        seed: Of the data, the initial weights and the order of batches.
    """

    config: str
    folder: str
    part: str
    seed: int
    kind: Literal["train"] = "train"


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch of a full training ended.

    Attributes:
        number: Counted from 1.
        epochs: That were asked for.
        logs: As `fit` gives them.
    """

    number: int
    epochs: int
    logs: Mapping[str, float]
    kind: Literal["epoch_ended"] = "epoch_ended"


@dataclass(frozen=True, slots=True)
class Best:
    """The best epoch by one of the validation's logs.

    Attributes:
        name: Of the log ("val_loss").
        value: In that epoch.
        epoch: Counted from 1.
    """

    name: str
    value: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A full training ended, and what it made is written.

    Attributes:
        epochs: That were run.
        asked: Epochs of the recipe.
        logs: Of the last one.
        best: Of the validation.
        part: The file that was written.
        whole: Whether it is the whole model; else the weights alone.
        remarks: What a person should know of the file, one sentence each.
        transformations: What has to be done to inputs and predictions wherever the model is used, one sentence each.
        left_out: Callbacks that took no part, with the reason.
    """

    epochs: int
    asked: int
    logs: Mapping[str, float]
    best: tuple[Best, ...]
    part: str
    whole: bool
    remarks: tuple[str, ...] = ()
    transformations: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    kind: Literal["trained"] = "trained"


@dataclass(frozen=True, slots=True)
class Opened:
    """The subject is loaded."""

    facts: Facts
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class Refused:
    """The subject could not be loaded; the fields are those of `SubjectError`."""

    message: str
    stage: str
    advice: str
    frames: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Alive:
    """A sign of life; the fields are those of `Progress`."""

    stage: str
    trial: str = ""
    steps_run: int = 0
    loss: float | None = None
    kind: Literal["alive"] = "alive"


@dataclass(frozen=True, slots=True)
class Ended:
    """A trial ended."""

    outcome: Outcome
    kind: Literal["ended"] = "ended"


@dataclass(frozen=True, slots=True)
class Done:
    """All trials of a `Run` have ended."""

    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Born:
    """A fresh worker is there and reads commands; said on the control socket.

    Attributes:
        pid: Its process, which leads a process group of its own.
    """

    pid: int
    kind: Literal["born"] = "born"


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended, by itself or not; said on the control socket.

    Attributes:
        pid: Its process.
        exit_code: As `os.waitstatus_to_exitcode` gives it: the exit status, or minus the signal's number.
    """

    pid: int
    exit_code: int
    kind: Literal["died"] = "died"
