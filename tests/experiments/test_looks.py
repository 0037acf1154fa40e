"""Asking for looks and reading them: what was seen, why nothing was, and whether that leaves a question open."""

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.evidence.seen.start import StartSeen
from dnndoctor.experiments import Evidence, Inconclusive, Settings, Skip
from dnndoctor.experiments.looks import look_trials, read_looks
from tests.evidence_samples import facts

EVIDENCE = Evidence(facts(), Settings(seeds=(3, 4, 5)))


def test_a_look_trains_nothing() -> None:
    """It is a trial of no steps with a seed of the plan, and another trial than the same without a look."""
    first, second = look_trials(EVIDENCE, "start", seeds=2)

    assert (first.look, first.steps, first.scored) == ("start", 0, False)
    assert (first.seed, second.seed) == (3, 4)
    assert len({first.id, second.id, look_trials(EVIDENCE, "loss")[0].id}) == 3


def test_what_was_seen_is_read() -> None:
    """Looks that failed, or saw something else, are left out."""
    trials = look_trials(EVIDENCE, "start", seeds=3)
    came = {
        trials[0].id: Outcome(trials[0], State.FINISHED, seen=StartSeen()),
        trials[1].id: Outcome(trials[1], State.FAILED, reason="ValueError: no"),
        trials[2].id: Outcome(trials[2], State.FINISHED, seen=LossSeen()),
    }

    assert read_looks(trials, came, StartSeen) == (StartSeen(),)


def test_a_failed_look_leaves_the_question_open() -> None:
    """With the reason that the worker gave."""
    trials = look_trials(EVIDENCE, "start")
    came = {trials[0].id: Outcome(trials[0], State.FAILED, reason="ValueError: no")}

    assert read_looks(trials, came, StartSeen) == Inconclusive("ValueError: no")


def test_nothing_to_look_at_is_no_open_question() -> None:
    """A subject without what is looked at is passed over."""
    trials = look_trials(EVIDENCE, "start")
    came = {trials[0].id: Outcome(trials[0], State.IMPOSSIBLE, reason="The model has no weights.")}

    assert read_looks(trials, came, StartSeen) == Skip("The model has no weights.")
