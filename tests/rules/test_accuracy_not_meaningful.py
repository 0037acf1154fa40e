"""An accuracy that does not measure what its name says."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.loss import MetricSeen
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.accuracy_not_meaningful import AccuracyNotMeaningful
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings, first_batch, output_start
from tests.rules.loss_seen import seen


def logits() -> Facts:
    """A yes/no question answered by a logit, measured by "accuracy"."""
    head = output("linear", 1, keras_loss("binary_crossentropy", from_logits=True), metrics=("binary_accuracy",))
    return facts([head], [target("binary")])


def test_threshold_of_logits_is_a_warning_when_it_shows() -> None:
    """Where Keras' accuracy of the untrained model differs from its share of right answers, the threshold is wrong."""
    start = first_batch(metrics={"accuracy": 0.62}, outputs={"output": output_start(accuracy=0.51)})

    (finding,) = findings(AccuracyNotMeaningful(), logits(), start)

    assert finding.cause is Cause.METRIC
    assert finding.severity is Severity.WARNING


def test_threshold_that_fits_is_silent() -> None:
    """Where both agree, the user has set the threshold to 0."""
    start = first_batch(metrics={"accuracy": 0.51}, outputs={"output": output_start(accuracy=0.51)})

    assert findings(AccuracyNotMeaningful(), logits(), start) == ()
    assert findings(AccuracyNotMeaningful(), logits()) == ()


def test_accuracy_of_a_regression_is_a_note() -> None:
    """An accuracy on numbers means nothing, and the training does not see it."""
    subject = facts([output("linear", 1, "mean_squared_error", metrics=("accuracy",))], [target("continuous")])

    (finding,) = findings(AccuracyNotMeaningful(), subject)

    assert finding.severity is Severity.NOTE


def test_accuracy_of_classes_is_silent() -> None:
    """A sparse accuracy on ids is what it should be."""
    subject = facts([output(metrics=("sparse_categorical_accuracy",))])

    assert findings(AccuracyNotMeaningful(), subject, first_batch(metrics={"accuracy": 0.9})) == ()


def test_accuracy_that_does_not_count_right_answers() -> None:
    """Answers that are all right and count as half right, or as wrong, are a warning before any step is run."""
    logits = facts(
        [output("linear", 1, keras_loss("binary_crossentropy", from_logits=True), metrics=("binary_accuracy",))],
        [target("binary")],
    )
    equality = facts([output("softmax", metrics=("accuracy",))])

    for subject, name, share in ((logits, "binary_accuracy", 0.48), (equality, "accuracy", 0.0)):
        metric = MetricSeen("output", name, "accuracy", when_right=share)
        (found,) = findings(AccuracyNotMeaningful(), subject, seen(metrics=(metric,)))
        assert (found.cause, found.severity) == (Cause.METRIC, Severity.WARNING)
        assert found.evidence[0].values == {"when_right": share}


def test_accuracy_that_counts_right_answers_is_silent() -> None:
    """An accuracy of one where all is right, and one that could not be asked."""
    subject = facts([output("softmax", metrics=("sparse_categorical_accuracy",))])

    for share in (1.0, 0.99, None):
        metric = MetricSeen("output", "sparse_categorical_accuracy", "accuracy", when_right=share)
        assert findings(AccuracyNotMeaningful(), subject, seen(metrics=(metric,))) == ()
