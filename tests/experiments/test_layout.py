"""The experiment that looks at layout."""

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen.layout import LayoutSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Settings, Skip
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from tests.evidence_samples import facts
from tests.layout_samples import mixing

EVIDENCE = Evidence(facts(), Settings())


def planned() -> Trial:
    """The only trial."""
    trials = LayoutExperiment().plan(EVIDENCE, {})
    assert not isinstance(trials, Skip)
    (trial,) = trials
    return trial


def test_it_looks_once() -> None:
    """With the first seed, and asks for nothing more once it has looked."""
    trial = planned()

    assert (trial.look, trial.seed) == ("layout", 0)
    assert LayoutExperiment().plan(EVIDENCE, {trial.id: Outcome(trial, State.FAILED)}) == ()


def test_what_was_seen_is_handed_on() -> None:
    """With the trial behind it."""
    trial = planned()
    seen = LayoutSeen(traced=True, mixing=(mixing(),))

    assert LayoutExperiment().read(EVIDENCE, {trial.id: Outcome(trial, State.FINISHED, seen=seen)}) == Layout(seen, (trial.id,))


def test_a_look_that_failed_leaves_the_question_open() -> None:
    """With its reason."""
    trial = planned()

    failed = {trial.id: Outcome(trial, State.FAILED, reason="no")}
    assert LayoutExperiment().read(EVIDENCE, failed) == Inconclusive("no")
