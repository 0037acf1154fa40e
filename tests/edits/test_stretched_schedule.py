"""A learning-rate schedule with other intervals."""

from typing import Any

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import callback, facts, optimizer

KIND = edit_kind("stretched_schedule")


def subject(schedule: str | None = None, callbacks: Any = (), **settings: Any) -> Facts:
    return facts(recipe={"optimizers": (optimizer(schedule=schedule, schedule_settings=settings),), "callbacks": callbacks})


def test_sentence() -> None:
    """What schedules the rate is named, and which way it goes."""
    decay = subject("ExponentialDecay", (callback("ReduceLROnPlateau", patience=5),))

    assert KIND.sentence(Edit("stretched_schedule", {"factor": 4}), decay) == (
        "make ExponentialDecay and ReduceLROnPlateau 4 times as slow"
    )
    assert KIND.sentence(Edit("stretched_schedule", {"factor": 0.25}), subject("CosineDecay")) == (
        "make CosineDecay 4 times as fast"
    )


@pytest.mark.parametrize(
    ("schedule", "settings", "patch"),
    [
        ("ExponentialDecay", {"decay_steps": 300, "decay_rate": 0.1}, "decay_steps=1200"),
        ("PiecewiseConstantDecay", {"boundaries": "[300, 3000]", "values": "[1, 0.1, 0.01]"}, "boundaries=[1200, 12000]"),
        ("CosineDecay", {"decay_steps": 100, "warmup_steps": 10}, "decay_steps=400, warmup_steps=40"),
        ("Own", {"boundaries": "as in the paper"}, "every interval times 4"),
    ],
)
def test_intervals_in_steps(schedule: str, settings: dict[str, Any], patch: str) -> None:
    """The settings that are counted in steps are written anew, others are not."""
    edit = Edit("stretched_schedule", {"factor": 4})

    assert KIND.patch(edit, subject(schedule, **settings)) == f"learning_rate={schedule}(..., {patch})"


def test_intervals_in_epochs() -> None:
    """A callback's patience is written anew, and how a function of the epoch is to be asked."""
    callbacks = (callback("ReduceLROnPlateau", patience=5, cooldown=0), callback("LearningRateScheduler", "per step"))

    plateau, scheduler = KIND.patch(Edit("stretched_schedule", {"factor": 2}), subject(None, callbacks)).splitlines()

    assert plateau == "keras.callbacks.ReduceLROnPlateau(..., patience=10)"
    assert "LearningRateScheduler asked for epoch / 2" in scheduler
