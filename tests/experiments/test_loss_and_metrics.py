"""One look at losses and metrics, planned once and read as it is."""

from dnndoctor.evidence import record
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen.loss import MetricSeen, Term
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Skip
from dnndoctor.experiments.looks import look_trials
from dnndoctor.experiments.loss_and_metrics import LOOK, LossAndMetrics
from tests.evidence_samples import evidence, outcome
from tests.rules.loss_seen import alike, broadcast, seen


def planned() -> Trial:
    """The only trial of the plan."""
    (trial,) = look_trials(evidence(), LOOK)
    return trial


def test_one_look_with_the_first_seed_is_planned() -> None:
    """The look takes the first seed, and is not asked for twice."""
    trial = planned()

    assert LossAndMetrics().plan(evidence(), {}) == (trial,)
    assert (trial.look, trial.seed) == ("loss", 0)
    assert LossAndMetrics().plan(evidence(), {trial.id: outcome(trial)}) == ()


def test_what_was_seen_is_the_observation_also_out_of_a_journal() -> None:
    """Everything that a look sees survives JSON."""
    trial = planned()
    metrics = (MetricSeen("output", "mean_absolute_error", "mae", broadcast()),)
    found = seen(likeness=alike("mean_squared_error"), metrics=metrics, terms=(Term("output", 1.0, 2.0),), added_growth=0.125)
    journalled = record.loads(Outcome, record.dumps(outcome(trial, losses=(), seen=found)))

    assert LossAndMetrics().read(evidence(), {trial.id: journalled}) == found


def test_subject_that_computes_its_loss_itself_is_skipped() -> None:
    """Where there is nothing to look at, the rung is skipped with the reason."""
    trial = planned()
    impossible = outcome(trial, losses=(), state=State.IMPOSSIBLE, reason="The model computes its loss by itself.")

    read = LossAndMetrics().read(evidence(), {trial.id: impossible})

    assert isinstance(read, Skip)
    assert "by itself" in read.reason
