"""Targets of shape (N,) against predictions of shape (N, 1)."""

from dnndoctor.evidence.seen.loss import MetricSeen
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.targets_broadcast import TargetsBroadcast
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings
from tests.rules.loss_seen import broadcast, own_loss, seen

NUMBER = own_loss(output("linear", 1), target("continuous"))


def test_broadcasting_loss_is_an_error_with_both_numbers() -> None:
    """A loss that no longer pairs rows is an error; title and evidence hold both shapes and both values."""
    (found,) = findings(TargetsBroadcast(), NUMBER, seen(broadcast=broadcast()))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert "targets (N,), output (N, 1)" in found.title
    assert found.evidence[0].values == {"given": 5.83, "aligned": 0.0}
    assert found.remedies[0].patch == "y = y[..., None]"
    assert [edit.name for edit in found.remedies[-1].edits] == ["loss"]


def test_column_of_targets_against_flat_predictions() -> None:
    """The other way round, the remedy takes the axis away."""
    mirrored = broadcast(target_shape=(64, 1), output_shape=(64,))

    (found,) = findings(TargetsBroadcast(), NUMBER, seen(broadcast=mirrored))

    assert found.remedies[0].patch == "y = y[..., 0]"


def test_broadcasting_metric_is_a_warning() -> None:
    """A metric that broadcasts misleads its reader, not the training."""
    metric = MetricSeen("output", "mae_own", "mae_own", broadcast(given=1.94))

    (found,) = findings(TargetsBroadcast(), facts(), seen(metrics=(metric,)))

    assert (found.cause, found.severity) == (Cause.METRIC, Severity.WARNING)
    assert "mae_own" in found.title


def test_different_shapes_that_make_no_difference_are_silent() -> None:
    """Losses that align shapes, squeeze by themselves or compare all pairs on purpose are left alone."""
    harmless = broadcast(differs=False)
    metric = MetricSeen("output", "mean_absolute_error", "mae", harmless)

    assert findings(TargetsBroadcast(), NUMBER, seen(broadcast=harmless, metrics=(metric,))) == ()
    assert findings(TargetsBroadcast(), NUMBER, seen()) == ()
