"""Clipping of values off."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.value_clipping_off import bounds
from dnndoctor.evidence.facts import ClipFacts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts

EDIT = Edit("value_clipping_off")
KIND = edit_kind("value_clipping_off")


def test_every_place_named() -> None:
    """Each place has its bounds in the sentence and its line in the patch."""
    clips = (
        ClipFacts("dense", "relu6", 0.0, 6.0),
        ClipFacts("re_lu", "ReLU", 0.0, 1.0),
        ClipFacts("squeeze", "Lambda", -5.0, 5.0),
        ClipFacts("clip", "Clip", None, None),
    )

    assert KIND.sentence(EDIT, facts(clips=clips[:2])) == (
        "switch off the clipping of values in 2 places (relu6 to [0, 6], ReLU to [0, 1])"
    )
    assert KIND.patch(EDIT, facts(clips=clips)).splitlines() == [
        'dense: activation="relu"',
        "re_lu: max_value=None",
        "squeeze: remove this Lambda (clips to [-5, 5])",
        "clip: remove this Clip",
    ]


@pytest.mark.parametrize(
    ("low", "high", "words"), [(-1.0, 1.0, "to [-1, 1]"), (None, 6.0, "at most 6"), (0.1, None, "at least 0.1"), (None, None, "")]
)
def test_bounds_in_words(low: float | None, high: float | None, words: str) -> None:
    """Either bound may be missing."""
    assert bounds(ClipFacts("clip", "Clip", low, high)) == words


def test_without_clips() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert KIND.sentence(EDIT, facts()) == "switch off all clipping of values inside the model"
    assert KIND.patch(EDIT, facts()) == "remove every clip of values in the model"
