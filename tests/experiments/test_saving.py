"""What is read from a round trip through a file."""

import math

import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.experiments import Inconclusive, Skip
from dnndoctor.experiments.looks import look_trials
from dnndoctor.experiments.saving import Saving, jump
from tests.evidence_samples import evidence
from tests.rules.saved import UNBROKEN, seen, weights, whole


def test_one_look_is_planned_and_read() -> None:
    """One look answers; what it saw is the observation."""
    asked = evidence()
    (trial,) = look_trials(asked, Saving.name)
    outcomes = {trial.id: Outcome(trial, State.FINISHED, seen=seen())}

    assert Saving().plan(asked, {}) == (trial,)
    assert (trial.look, trial.steps) == ("saving", 0)
    assert Saving().plan(asked, outcomes) == ()
    assert Saving().read(asked, outcomes) == seen()


@pytest.mark.parametrize(("state", "kind"), [(State.IMPOSSIBLE, Skip), (State.FAILED, Inconclusive)])
def test_a_look_that_was_not_done(state: State, kind: type) -> None:
    """A model too large to try is skipped, one that raises is undecided, each with the reason."""
    asked = evidence()
    (trial,) = look_trials(asked, Saving.name)

    read = Saving().read(asked, {trial.id: Outcome(trial, state, reason="why")})

    assert isinstance(read, kind)
    assert getattr(read, "reason", "") == "why"


def test_the_jump_is_measured_against_the_same_steps_run_twice() -> None:
    """Equal losses are no jump, nor is what the unbroken run does by itself; NaN on both sides is equal."""
    repeated = tuple(loss * 1.01 for loss in UNBROKEN)
    broken = (math.nan,) * 6

    assert jump(whole(), seen()) is None
    assert jump(weights(), seen()) == pytest.approx(0.06 / 0.66)
    assert jump(whole(losses=tuple(loss * 1.02 for loss in UNBROKEN)), seen(again=repeated)) is None
    assert jump(whole(losses=broken), seen(unbroken=broken, again=broken)) is None
    assert jump(whole(losses=()), seen()) is None
