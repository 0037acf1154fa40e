"""No weight decay."""

from typing import Any

import keras
import pytest

from dnndoctor.edits.add_normalization import add_normalization
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change
from tests.subject.engine import kinds

OFF = Edit("weight_decay_off")


def dense() -> Any:
    return keras.layers.Dense(4, kernel_regularizer="l2", name="given")


def sgd(decay: float | None = None) -> Any:
    return lambda: keras.optimizers.SGD(0.1, weight_decay=decay)


@pytest.mark.parametrize("form", FORMS)
def test_steps_are_those_of_an_optimizer_without(form: str) -> None:
    """In any form; the penalty in the loss stays."""
    expected = trained(made(form, dense, optimizer=sgd()))

    assert trained(made(form, dense, OFF, optimizer=sgd(0.5))) == pytest.approx(expected, rel=1e-6)
    assert trained(made(form, dense, optimizer=sgd(0.5))) != pytest.approx(expected, rel=1e-4)
    assert len(made(form, dense, OFF, optimizer=sgd(0.5)).losses) == 1 or form == "subclassed"


def test_inside_a_loss_scale_optimizer() -> None:
    """The optimizer that a mixed-precision model wraps is reached."""
    model = kinds.plain()
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.AdamW()), "mse")

    change(model, OFF)

    assert not model.optimizer.inner_optimizer.weight_decay


def test_an_optimizer_that_is_made_anew_decays_no_more() -> None:
    """Where a further edit adds weights, also of the class whose default is to decay."""
    model = kinds.plain()
    model.compile(keras.optimizers.AdamW(), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)

    change(model, OFF)
    change(model, add_normalization("layer", [model.layers[1].name]))

    assert not model.optimizer.weight_decay
    model.train_on_batch(kinds.X[:8], kinds.CLASSES[:8])


def test_nothing_to_switch_off_is_refused() -> None:
    """A model whose optimizer does not decay is told so."""
    with pytest.raises(CannotApplyError, match="decays"):
        made("Functional", dense, OFF)
