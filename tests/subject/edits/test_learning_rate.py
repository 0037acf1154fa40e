"""Every rate by a factor."""

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, Run, change_run
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import RATE, compared, losses, trained


@pytest.mark.slow
def test_a_factor_is_the_rate_written_so(engine: Engine) -> None:
    """The losses are those of a model compiled with four times the rate, which needs no trace of its own."""
    found = compared(engine, (Edit("learning_rate", {"factor": 4.0}),), rate=4 * RATE)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0  # nothing was traced anew
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_the_first_loss_stays(engine: Engine) -> None:
    """The rate acts from the second step on."""
    slow, fast = (trained(engine, Edit("learning_rate", {"factor": factor})).losses for factor in (0.01, 2.0))

    assert slow[0] == fast[0]
    assert slow[1] != fast[1]


@pytest.mark.slow
def test_schedules_and_wrapped_optimizers_are_multiplied() -> None:
    """A factor on a schedule, and on an optimizer that a loss scale wraps, acts and leaves the first loss as it is."""
    for kind in ("schedule and AdamW", "mixed precision"):
        own, one, half = losses(kind, (), (Edit("learning_rate", {"factor": 1.0}),), (Edit("learning_rate", {"factor": 0.5}),))

        assert own == one
        assert half[0] == own[0]
        assert half[1:] != own[1:]


def test_factors_multiply() -> None:
    """Two edits are their product."""
    edits = [Edit("learning_rate", {"factor": 0.1}), Edit("learning_rate", {"factor": 3})]

    assert change_run(edits, Run()).rate_factor == pytest.approx(0.3)


@pytest.mark.parametrize("factor", [0.0, -1.0, None, "2", True, float("nan")])
def test_what_is_no_factor_is_refused(factor: str | float | None) -> None:
    """A factor is a number above 0."""
    with pytest.raises(CannotApplyError, match="factor"):
        change_run([Edit("learning_rate", {"factor": factor})], Run())
