"""Callbacks that follow a value of the logs: which, and what becomes of them where they cannot, or follow it the wrong way."""

from collections.abc import Mapping
from dataclasses import dataclass

from dnndoctor.evidence.facts import CallbackFacts, Facts
from dnndoctor.evidence.seen.saving import SavingSeen
from dnndoctor.finding import Cause

_OF_KERAS = frozenset(
    {
        "BackupAndRestore",
        "CSVLogger",
        "EarlyStopping",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ReduceLROnPlateau",
        "SwapEMAWeights",
        "TensorBoard",
        "TerminateOnNaN",
    }
)
"""Callbacks that add nothing to the logs but the learning rate; one of the user's own may add any value."""

_CAUSES = {"ModelCheckpoint": Cause.CHECKPOINT, "EarlyStopping": Cause.EPOCHS, "ReduceLROnPlateau": Cause.LR_SCHEDULE}

_WHERE_MISSING = {
    "ModelCheckpoint": "every epoch is saved as if it were the best",
    "EarlyStopping": "training is never stopped, and no best weights are restored",
    "ReduceLROnPlateau": "the rate is never lowered",
}
_THE_WRONG_WAY = {
    "ModelCheckpoint": "the worst epoch is what is kept",
    "EarlyStopping": "training is stopped while it gets better, and the worst weights count as the best",
    "ReduceLROnPlateau": "the rate is lowered while training gets better",
}


@dataclass(frozen=True, slots=True)
class Monitor:
    """A callback of Keras' own that follows a value of the logs.

    Attributes:
        callback: Its facts.
        monitor: Name of what it follows.
        mode: "min", "max" or "auto", as set.
        cause: What is at fault where it does not do its work.
        if_missing, if_reversed: What happens then, as a clause.
    """

    callback: CallbackFacts
    monitor: str
    mode: str
    cause: Cause
    if_missing: str
    if_reversed: str

    @property
    def metric(self) -> str:
        """What it follows, without saying on which rows."""
        return self.monitor.removeprefix("val_")


def monitors(facts: Facts) -> tuple[Monitor, ...]:
    """All of them whose choice makes a difference; a `ModelCheckpoint` that keeps every epoch does not look at its value.

    Args:
        facts: Of the subject.
    """
    return tuple(
        Monitor(
            callback,
            str(callback.settings.get("monitor")),
            str(callback.settings.get("mode", "auto")),
            _CAUSES[callback.kind],
            _WHERE_MISSING[callback.kind],
            _THE_WRONG_WAY[callback.kind],
        )
        for callback in facts.recipe.callbacks
        if callback.kind in _CAUSES and (callback.kind != "ModelCheckpoint" or callback.settings.get("save_best_only"))
    )


def is_logged(monitor: str, facts: Facts, seen: SavingSeen) -> bool:
    """Whether a value is among the logs, or may be put there by a callback of the user's own.

    Args:
        monitor: Its name.
        facts: Of the subject.
        seen: Names in the logs.
    """
    unknown = any(callback.kind not in _OF_KERAS for callback in facts.recipe.callbacks)
    return monitor in (*seen.logged, "learning_rate") or unknown


def better_direction(metric: str, directions: Mapping[str, str]) -> str | None:
    """The better side, "max" or "min"; None where Keras does not know it.

    Args:
        metric: Name in the logs, without "val_".
        directions: `SavingSeen.directions`.
    """
    return directions.get(metric, "min" if metric == "loss" or metric.endswith("_loss") else None)
