"""Inputs standardised."""

import numpy as np

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

EDIT = Edit("standardize_inputs")
KIND = edit_kind("standardize_inputs")


def test_one_table() -> None:
    """The lines are those that a person writes, and the sentence has the range as it is."""
    subject = facts(inputs=[array(minimum=0.0, maximum=255.0)])

    assert KIND.sentence(EDIT, subject) == "standardise the inputs to mean 0 and standard deviation 1 (they are 0 to 255)"
    assert KIND.patch(EDIT, subject).splitlines() == [
        "mean, std = x.mean(axis=0), x.std(axis=0)",
        "x = (x - mean) / std  # the same mean and std for validation and test data",
    ]


def test_images_with_constant_channels() -> None:
    """Statistics are taken over all axes but the last, and nothing is divided by zero."""
    subject = facts(inputs=[array(shape=(8, 8, 3), constant_features=1)])

    assert KIND.patch(EDIT, subject).splitlines()[0] == (
        "mean, std = x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2)) + (x.std(axis=(0, 1, 2)) == 0)"
    )


def test_the_lines_run() -> None:
    """What is written standardises an array when it is run."""
    names = {"x": np.array([[[1.0, 5.0], [3.0, 5.0]], [[5.0, 5.0], [7.0, 5.0]]])}

    exec(KIND.patch(EDIT, facts(inputs=[array(shape=(2, 2), constant_features=1)])), names)

    assert np.allclose(names["x"].mean((0, 1)), 0)
    assert np.allclose(names["x"].std((0, 1)), [1, 0])


def test_only_quantities_are_named() -> None:
    """Beside ids, the sentence and the lines are about the other input alone."""
    subject = facts(inputs=[array("x['ids']", codes=True), array("x['size']")])

    assert KIND.sentence(EDIT, subject).startswith("standardise the inputs x['size'] to")
    assert "ids" not in KIND.patch(EDIT, subject)


def test_pipelines_get_a_layer() -> None:
    """Of a tf.data pipeline the statistics are learnt by a layer."""
    assert "normalization.adapt(" in KIND.patch(EDIT, facts(data={"kind": "tf.data"}))


def test_nothing_to_scale() -> None:
    """Where facts show no quantity the edit still reads as a sentence."""
    subject = facts(inputs=[array(codes=True)])

    assert KIND.sentence(EDIT, subject) == "standardise the inputs to mean 0 and standard deviation 1"
    assert "x_train.mean" in KIND.patch(EDIT, subject)
