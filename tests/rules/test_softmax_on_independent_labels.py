"""A softmax for labels that can hold together."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.softmax_on_independent_labels import SoftmaxOnIndependentLabels
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings


def test_several_labels_under_a_softmax_are_an_error() -> None:
    """Rows with 2.4 ones on average cannot be met by answers that sum to one; the remedy changes head and loss."""
    subject = facts([output("softmax", 6, "categorical_crossentropy")], [target("multi_hot")])

    (finding,) = findings(SoftmaxOnIndependentLabels(), subject)

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.ERROR
    assert "2.4" in finding.title
    assert [edit.name for edit in finding.remedies[0].edits] == ["output_activation", "loss"]


@pytest.mark.parametrize(
    "subject",
    [
        facts([output("sigmoid", 6, "binary_crossentropy")], [target("multi_hot")]),
        facts([output("softmax", 10, "categorical_crossentropy")], [target("one_hot")]),
        facts([output("softmax", 10, "categorical_crossentropy")], [target("probabilities")]),
        facts([output("softmax", 10)], []),
    ],
    ids=["sigmoids", "one-hot", "shares", "no targets"],
)
def test_sound_heads_are_silent(subject: Facts) -> None:
    """Sigmoids on several labels, a softmax on exclusive classes or on shares are what they should be."""
    assert findings(SoftmaxOnIndependentLabels(), subject) == ()
