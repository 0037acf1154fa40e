"""The learning rate held where it is largest."""

from typing import Any

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.constant_rate import largest_rate, scheduled
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import callback, facts, optimizer

EDIT = Edit("constant_rate")


def subject(**recipe: Any) -> Facts:
    return facts(recipe=recipe)


def test_of_an_optimizer() -> None:
    """The largest rate of the course stands where the schedule was, and the other settings stay."""
    warm_up = subject(optimizers=(optimizer("SGD", 0.0, schedule="CosineDecay", momentum=0.9),), rates=(0.0, 0.3, 0.1))

    assert edit_kind("constant_rate").sentence(EDIT, warm_up) == (
        "hold the learning rate at its largest from the first step on, 0.3"
    )
    assert edit_kind("constant_rate").patch(EDIT, warm_up) == "optimizer=keras.optimizers.SGD(learning_rate=0.3, momentum=0.9)"


def test_of_a_callback() -> None:
    """The rate is written at the optimizer, and the callback goes."""
    decay = subject(callbacks=(callback("LearningRateScheduler", "per step"),), rates=(0.01, 0.001))

    assert edit_kind("constant_rate").patch(EDIT, decay).splitlines() == [
        "optimizer=keras.optimizers.Adam(learning_rate=0.01)",
        "callbacks=[...]: without LearningRateScheduler",
    ]


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        ({}, False),
        ({"rates": (0.1, 0.1)}, False),
        ({"callbacks": (callback("EarlyStopping"),)}, False),
        ({"callbacks": (callback("ReduceLROnPlateau"),), "rates": (0.1, 0.1)}, True),
        ({"callbacks": (callback("Warmup", "per step"),)}, True),
        ({"callbacks": (callback("LearningRateScheduler", "per step"),), "rates": (0.1, 0.1)}, False),
        ({"optimizers": (optimizer(schedule="CosineDecay"),)}, True),
        ({"optimizers": (optimizer(schedule="CosineDecay"),), "rates": (0.1, 0.05)}, True),
        ({"optimizers": (optimizer(), optimizer(schedule="CosineDecay")), "rates": (0.1, 0.1)}, True),
    ],
)
def test_what_is_scheduled(recipe: dict[str, Any], changes: bool) -> None:
    """A rate that is known never to move is none, nor is a callback that leaves rates alone."""
    assert scheduled(subject(**recipe)) is changes


def test_a_rate_that_is_not_known() -> None:
    """Without a known course a schedule's largest rate is not made up."""
    assert largest_rate(subject(optimizers=(optimizer(schedule="CosineDecay"),))) is None
    assert largest_rate(subject(callbacks=(callback("LearningRateScheduler", "per step"),))) is None
    assert largest_rate(subject()) == 1e-3
