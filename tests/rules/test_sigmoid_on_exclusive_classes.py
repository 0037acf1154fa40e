"""Sigmoids for classes of which exactly one holds."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.sigmoid_on_exclusive_classes import SigmoidOnExclusiveClasses
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings


@pytest.mark.parametrize(
    "subject",
    [facts([output("sigmoid", 10)]), facts([output("sigmoid", 10, "categorical_crossentropy")], [target("one_hot")])],
    ids=["ids", "one-hot"],
)
def test_categorical_loss_over_sigmoids_is_a_note(subject: Facts) -> None:
    """It is a note, since Keras 3 trains it as a softmax."""
    (finding,) = findings(SigmoidOnExclusiveClasses(), subject)

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize(
    "subject",
    [
        facts(),
        facts([output("sigmoid", 10, "binary_crossentropy")], [target("one_hot")]),
        facts([output("sigmoid", 6, "binary_crossentropy")], [target("multi_hot")]),
    ],
    ids=["softmax", "one against the rest", "several labels"],
)
def test_sound_heads_are_silent(subject: Facts) -> None:
    """A softmax, and sigmoids with binary cross-entropy, are sound."""
    assert findings(SigmoidOnExclusiveClasses(), subject) == ()
