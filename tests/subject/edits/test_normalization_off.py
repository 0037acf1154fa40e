"""Preprocessing normalisation that passes values on."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import edited
from tests.subject.engine import kinds

EDIT = Edit("normalization_off")


def normalization() -> Any:
    """A layer that moves and shrinks what it is given."""
    return keras.layers.Normalization(mean=3.0, variance=25.0)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_same_as_a_model_without_it(form: str) -> None:
    """Losses and predictions are those of a model with nothing in its place, in all forms of models."""
    off, without = made(form, normalization, EDIT), made(form, keras.layers.Identity)

    assert trained(off) == pytest.approx(trained(without), rel=1e-5)
    assert np.allclose(off(kinds.SERIES), without(kinds.SERIES), atol=1e-5)


def test_the_layer_makes_a_difference() -> None:
    """The model as given is another one."""
    assert trained(made("Sequential", normalization)) != pytest.approx(
        trained(made("Sequential", keras.layers.Identity)), rel=1e-3
    )


def test_without_a_layer() -> None:
    """There is nothing to leave out."""
    with pytest.raises(CannotApplyError, match="no Normalization"):
        edited("plain", EDIT)
