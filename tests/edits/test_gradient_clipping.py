"""Gradients clipped by their global norm."""

from dnndoctor.edits import edit_kind, patch
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer

EDIT = Edit("gradient_clipping", {"global_clipnorm": 1})
KIND = edit_kind("gradient_clipping")


def test_what_clipped_before_is_named() -> None:
    """And it is no longer written."""
    subject = facts(recipe={"optimizers": (optimizer("SGD", 0.1, momentum=0.9, clipvalue=0.5),)})

    assert KIND.sentence(EDIT, subject) == "clip the gradients at a global norm of 1 instead of clipvalue=0.5"
    assert KIND.sentence(EDIT, facts()) == "clip the gradients at a global norm of 1"
    assert KIND.patch(EDIT, subject) == "optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, global_clipnorm=1)"


def test_a_further_patch_keeps_the_clip() -> None:
    """A lower rate behind it is written for an optimizer that clips."""
    lower = Edit("learning_rate", {"factor": 0.1})

    assert patch((EDIT, lower), facts()).splitlines()[-1] == (
        "optimizer=keras.optimizers.Adam(learning_rate=0.0001, global_clipnorm=1)"
    )


def test_without_a_known_optimizer() -> None:
    """The setting alone is written; it must be above zero."""
    assert KIND.patch(EDIT, facts(recipe={"optimizers": ()})) == "global_clipnorm=1"
    assert KIND.problems(Edit("gradient_clipping", {"global_clipnorm": 0}))
