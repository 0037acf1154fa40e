"""Rows weighed by how rare their class is."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts, target

EDIT = Edit("class_weights")
KIND = edit_kind("class_weights")


def test_a_key_of_the_config() -> None:
    """Keras' own way where there are no sample weights."""
    subject = facts(targets=[target("binary", class_shares=(0.98, 0.02))])

    assert KIND.sentence(EDIT, subject) == "weigh the classes by how rare they are (their shares are 2.00% to 98.0%)"
    assert KIND.patch(EDIT, subject) == "fit: {class_weight: balanced}"


def test_beside_sample_weights() -> None:
    """Keras refuses both, so that the line multiplies them."""
    subject = facts(data={"sample_weight": array("sample_weight")})

    assert KIND.patch(EDIT, subject).splitlines()[-1].startswith("sample_weight = sample_weight *")


def test_without_classes() -> None:
    """Nothing is said of shares that are not known."""
    assert KIND.sentence(EDIT, facts(targets=[target("continuous")])) == "weigh the classes by how rare they are"
