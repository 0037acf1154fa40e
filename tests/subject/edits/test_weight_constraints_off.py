"""Weights that move freely."""

from typing import Any

import keras
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import private
from tests.subject.edits.forms import FORMS, made, trained

OFF = Edit("weight_constraints_off")
TIGHT = keras.constraints.MaxNorm(0.1)


def dense(constraint: Any = TIGHT) -> Any:
    """Constrained to almost nothing."""
    return keras.layers.Dense(4, kernel_constraint=constraint)


class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Constrains a variable of its own, in words that no config tells."""

    def __init__(self, constraint: Any = TIGHT) -> None:
        super().__init__()
        self.bound = constraint

    def build(self, shape: Any) -> None:
        self.mixing = self.add_weight(shape=(shape[-1], 4), constraint=self.bound)

    def call(self, inputs: Any) -> Any:
        return inputs @ self.mixing


@pytest.mark.parametrize("form", FORMS)
def test_off_is_none_written(form: str) -> None:
    """Wherever the layer stands, the model trains like one without constraints."""
    expected = trained(made(form, lambda: dense(None)))

    assert trained(made(form, dense, OFF)) == pytest.approx(expected, rel=1e-5)
    assert trained(made(form, dense)) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    "layer",
    [
        Own,
        lambda constraint=TIGHT: keras.layers.LSTM(3, recurrent_constraint=constraint, return_sequences=True),
        lambda constraint=TIGHT: keras.layers.Bidirectional(
            keras.layers.GRU(3, kernel_constraint=constraint, return_sequences=True)
        ),
    ],
)
def test_cells_and_own_variables(layer: Any) -> None:
    """Constraints of cells, and of what a layer of the user's own adds, are off, too."""
    expected = trained(made("Functional", lambda: layer(None)))

    assert trained(made("Functional", layer, OFF)) == pytest.approx(expected, rel=1e-5)
    assert trained(made("Functional", layer)) != pytest.approx(expected, rel=1e-4)


def test_no_variable_is_constrained() -> None:
    """Nothing is left for the optimizer to apply."""
    model = made("nested", dense, OFF)

    assert not any(variable.constraint for variable in model.variables)
    assert not any(getattr(layer, "kernel_constraint", None) for layer in private.all_layers(model))


def test_nothing_to_switch_off_is_refused() -> None:
    """A model without constraints is told so."""
    with pytest.raises(CannotApplyError, match="constrained"):
        made("Functional", lambda: dense(None), OFF)
