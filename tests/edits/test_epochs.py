"""More epochs."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.epochs import epochs_factor
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts


def test_in_words_and_code() -> None:
    """The number of epochs is written out."""
    edit = Edit("epochs", {"factor": 4})

    assert edit_kind("epochs").sentence(edit, facts()) == "train for 40 epochs instead of 10"
    assert edit_kind("epochs").patch(edit, facts()) == "model.fit(..., epochs=40)"


def test_one_more_at_least() -> None:
    """A factor that rounds to the same number is an epoch more."""
    assert edit_kind("epochs").patch(Edit("epochs", {"factor": 1.2}), facts(recipe={"epochs": 1})) == "model.fit(..., epochs=2)"


@pytest.mark.parametrize("factor", [1, 0.5])
def test_fewer_are_none_of_it(factor: float) -> None:
    """Fewer epochs are no remedy for too few."""
    assert edit_kind("epochs").problems(Edit("epochs", {"factor": factor}))


def test_factors_multiply() -> None:
    """Two such edits are their product, and others do not count."""
    edits = (Edit("epochs", {"factor": 2}), Edit("learning_rate", {"factor": 10}), Edit("epochs", {"factor": 1.5}))

    assert epochs_factor(edits) == 3
    assert epochs_factor(()) == 1
