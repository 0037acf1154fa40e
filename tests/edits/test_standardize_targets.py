"""Targets standardised."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, target

EDIT = Edit("standardize_targets")


def test_range_and_the_way_back_are_named() -> None:
    """Predictions are in the standardised units then, so the patch says how to undo it."""
    subject = facts(data={"targets": (target("continuous", array={"minimum": 1e5, "maximum": 2e6}),)})
    kind = edit_kind("standardize_targets")

    assert kind.sentence(EDIT, subject) == "standardise the targets to mean 0 and standard deviation 1 (they are 1e+05 to 2e+06)"
    assert "std * model(x) + mean" in kind.patch(EDIT, subject)
