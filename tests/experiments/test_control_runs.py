"""How a control's end is read."""

import math

from dnndoctor.evidence.outcome import Outcome, Scores, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments.control_runs import control_runs, why_not
from tests.evidence_samples import nonfinite, outcome, score

TRIAL = Trial(steps=3)


def test_the_end_is_read() -> None:
    """Loss and skills of both kinds of rows."""
    ended = outcome(TRIAL, (2.0, 1.0, 1.0), scores=Scores(None, score(1.0, 0.4), None, score(1.1, 0.3)))

    (run,) = control_runs([TRIAL], {TRIAL.id: ended})

    assert (run.end, run.train_skill, run.validation_skill, run.steps) == (1.0, 0.4, 0.3, 3)


def test_an_explosion_is_no_skill() -> None:
    """What the last finite predictions were does not count."""
    scores = Scores(None, score(1.0, 0.9), None, score(1.0, 0.9))
    ended = outcome(TRIAL, (2.0, math.nan), first_nonfinite=nonfinite(), scores=scores)

    (run,) = control_runs([TRIAL], {TRIAL.id: ended})

    assert (run.train_skill, run.validation_skill) == (-1.0, -1.0)


def test_what_did_not_run_is_left_out_and_said() -> None:
    """An edit that does not apply says why; a crash says only that it did not end."""
    impossible = {TRIAL.id: Outcome(TRIAL, State.IMPOSSIBLE, "An input is text.")}

    assert control_runs([TRIAL], impossible) == ()
    assert why_not([TRIAL], impossible) == "an input is text"
    assert "came to its end" in why_not([TRIAL], {TRIAL.id: Outcome(TRIAL, State.CRASHED, "signal 9")})
