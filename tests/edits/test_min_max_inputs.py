"""Inputs brought to 0 to 1."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = Edit("min_max_inputs")
KIND = edit_kind("min_max_inputs")


def test_features_have_spans_of_their_own() -> None:
    """The statistics are by feature, over all other axes."""
    subject = facts(inputs=[array(minimum=-4, maximum=900, shape=(6, 4), features=4)])

    assert KIND.sentence(EDIT, subject) == "scale the inputs to 0 to 1 (they are -4 to 900)"
    assert KIND.patch(EDIT, subject).splitlines() == [
        "low, high = x.min(axis=(0, 1)), x.max(axis=(0, 1))",
        "x = (x - low) / (high - low)  # the same low and high for validation and test data",
    ]


def test_grey_pictures_are_divided_by_their_largest_value() -> None:
    """A single feature from 0 needs no statistics in the code."""
    pixels = array(minimum=0, maximum=255, shape=(8, 8, 1), features=1)

    assert KIND.patch(EDIT, facts(inputs=[pixels])) == "x = x / 255"
    assert (
        KIND.patch(EDIT, facts(inputs=[pixels], data={"kind": "tf.data"}))
        == "dataset = dataset.map(lambda x, y: ((tf.cast(x, tf.float32) - 0) / 255, y))"
    )


def test_constant_features() -> None:
    """A feature that never changes is not divided by zero."""
    assert "(high == low)" in KIND.patch(EDIT, facts(inputs=[array(constant_features=2)]))


def test_a_pipeline_of_several_features() -> None:
    """The line says what its numbers are."""
    line = KIND.patch(EDIT, facts(data={"kind": "tf.data"}))

    assert line.endswith("# low, high: of the training data, feature by feature")
