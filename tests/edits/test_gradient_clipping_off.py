"""Gradient clipping off."""

from dnndoctor.edits import edit_kind, patch
from dnndoctor.edits.gradient_clipping_off import clipped
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, optimizer

EDIT = Edit("gradient_clipping_off")
KIND = edit_kind("gradient_clipping_off")


def test_settings_named() -> None:
    """Every setting that clips is named with its value, and written away."""
    both = (optimizer(clipnorm=1.0), optimizer("SGD", clipvalue=0.5), optimizer("Adam"))
    subject = facts(recipe={"optimizers": both})

    assert clipped(subject) == both[:2]
    assert KIND.sentence(EDIT, subject) == "switch off gradient clipping (clipnorm=1, clipvalue=0.5)"
    assert KIND.patch(EDIT, subject) == "Adam: clipnorm=None\nSGD: clipvalue=None"


def test_without_clipping() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert clipped(facts()) == ()
    assert KIND.sentence(EDIT, facts()) == "switch off all gradient clipping"
    assert "global_clipnorm=None" in KIND.patch(EDIT, facts())


def test_a_further_patch_does_not_bring_the_clip_back() -> None:
    """A lower rate behind it is written for an optimizer that clips no more, while the rate alone keeps the clip."""
    subject = facts(recipe={"optimizers": (optimizer("SGD", 0.1, clipnorm=1e-5),)})
    lower = Edit("learning_rate", {"factor": 0.1})

    assert "clipnorm" in patch((lower,), subject)
    off, rate = patch((Edit("gradient_clipping_off"), lower), subject).splitlines()
    assert off == "SGD: clipnorm=None"
    assert rate == "optimizer=keras.optimizers.SGD(learning_rate=0.01)"
