"""Targets that never differ."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.constant_targets import ConstantTargets
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings


def test_one_class_is_an_error() -> None:
    """A classification whose sample holds one class has nothing to learn."""
    (finding,) = findings(ConstantTargets(), facts(targets=[target(classes=1, array={"distinct": 1})]))

    assert finding.cause is Cause.LABELS
    assert finding.severity is Severity.ERROR


def test_constant_numbers_are_an_error() -> None:
    """A regression to 7 for every row is the same."""
    constant = {"distinct": 1, "minimum": 7.0, "maximum": 7.0, "std": 0.0}

    (finding,) = findings(
        ConstantTargets(), facts([output("linear", 1, "mean_squared_error")], [target("continuous", array=constant)])
    )

    assert finding.severity is Severity.ERROR


def test_zero_residuals_are_a_note() -> None:
    """Zeros under a regression loss can be a residual that is driven to zero, as in physics-informed networks."""
    zeros = {"distinct": 1, "minimum": 0.0, "maximum": 0.0, "std": 0.0}

    (finding,) = findings(
        ConstantTargets(), facts([output("linear", 1, "mean_squared_error")], [target("continuous", array=zeros)])
    )

    assert finding.severity is Severity.NOTE


def test_dummy_targets_of_a_custom_loss_are_silent() -> None:
    """A loss of the user's own may not use its targets at all."""
    own = output("linear", 1, keras_loss("my_loss", built_in=False))

    assert findings(ConstantTargets(), facts([own], [target("continuous", array={"distinct": 1})])) == ()


def test_targets_that_differ_are_silent() -> None:
    """Ten classes are something to learn."""
    assert findings(ConstantTargets(), facts()) == ()


def test_masks_of_one_channel_are_silent() -> None:
    """A mask of zeros and ones in one channel has two things to tell apart, in each of its pixels."""
    mask = target("multi_hot", 1, task="multilabel", array={"distinct": 2, "shape": (32, 32, 1)})

    assert findings(ConstantTargets(), facts([output("sigmoid", 1, "binary_crossentropy")], [mask])) == ()
