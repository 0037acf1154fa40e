"""Rows in a new order every epoch."""

import pytest

from dnndoctor.evidence.trial import Edit
from tests.subject.edits.patient import losses


@pytest.mark.slow
def test_a_recipe_that_shuffles_already_stays_as_it_is() -> None:
    """The same losses, bit for bit; one that does not is changed (see the engine's own tests of orders)."""
    plain, shuffled = losses("plain", (), (Edit("shuffle"),))

    assert shuffled == plain
