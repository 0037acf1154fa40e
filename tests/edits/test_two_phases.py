"""Another learning rate for the last part of the course."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer

KIND, EDIT = edit_kind("two_phases"), Edit("two_phases", {"share": 2 / 3, "factor": 0.1})


def test_plain_rate() -> None:
    """A constant rate becomes one with a single drop, which keeps the optimizer's state; the other settings stay."""
    momentum = facts(recipe={"optimizers": (optimizer("SGD", 0.01, momentum=0.9),)})

    assert KIND.sentence(EDIT, momentum) == (
        "after 67% of the steps go on at 0.1 times the learning rate, the optimizer's state kept"
    )
    # 10 epochs of 32 steps: the boundary's own step, the 213th, still has the first rate.
    assert KIND.patch(EDIT, momentum) == (
        "optimizer=keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.PiecewiseConstantDecay([212], [0.01, 0.001]), "
        "momentum=0.9)"
    )


def test_other_rates() -> None:
    """A schedule, and a course without a known end, are told in words."""
    scheduled = facts(recipe={"optimizers": (optimizer(schedule="CosineDecay"),)})
    endless = facts(recipe={"steps_per_epoch": None})

    assert KIND.patch(EDIT, scheduled).startswith("multiply what the schedule gives by 0.1 after 67%")
    assert KIND.patch(EDIT, endless).startswith("multiply model.optimizer.learning_rate by 0.1 after 67%")


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1])
def test_a_share_lies_between(share: float) -> None:
    """Of nothing and of everything there is no second phase."""
    assert len(KIND.problems(Edit("two_phases", {"share": share, "factor": 0.1}))) == 1
