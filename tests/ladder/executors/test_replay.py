"""A record answers like a worker."""

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors.replay import ReplayExecutor
from tests import evidence_samples


def test_what_was_recorded_is_answered_and_the_rest_is_cut() -> None:
    """With the reason that it was not recorded."""
    known = Outcome(Trial(seed=1), State.CRASHED, "It crashed.")
    executor = ReplayExecutor(evidence_samples.facts(), {known.trial.id: known})
    facts = executor.open(lambda _: None)
    outcomes = list(executor.run([Trial(seed=1), Trial(seed=2)], lambda _: None, None))
    executor.close()

    assert facts.parameters == evidence_samples.facts().parameters
    assert outcomes == [known, Outcome(Trial(seed=2), State.CUT, "It was not recorded.")]
