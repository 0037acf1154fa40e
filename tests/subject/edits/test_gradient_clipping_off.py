"""Gradients as they are."""

from collections.abc import Callable
from typing import Any

import keras
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change, losses
from tests.subject.engine import kinds

OFF = Edit("gradient_clipping_off")


def dense() -> Any:
    return keras.layers.Dense(4)


def sgd(**clipping: float) -> Callable[[], Any]:
    """Makes optimizers that clip."""
    return lambda: keras.optimizers.SGD(0.1, **clipping)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("setting", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_off_is_none_written(form: str, setting: str) -> None:
    """By any setting and in any form of model, steps are those of an optimizer that does not clip."""
    clipping = sgd(**{setting: 1e-3})
    expected = trained(made(form, dense))

    assert trained(made(form, dense, OFF, optimizer=clipping)) == pytest.approx(expected, rel=1e-5)
    assert trained(made(form, dense, optimizer=clipping)) != pytest.approx(expected, rel=1e-3)


def test_inside_a_loss_scale_optimizer() -> None:
    """The optimizer that a mixed-precision model wraps is reached."""
    model = kinds.plain()
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(clipnorm=1.0)), "mse")

    change(model, OFF)

    assert model.optimizer.inner_optimizer.clipnorm is None


def test_several_optimizers() -> None:
    """Each of a model's own optimizers is reached."""
    model = kinds.Gan()
    model.compile(keras.optimizers.Adam(clipvalue=1.0), keras.optimizers.Adam(global_clipnorm=1.0))
    model.inputs = [keras.KerasTensor((None, 12))]

    change(model, OFF)

    assert model.critic_optimizer.clipvalue is None
    assert model.generator_optimizer.global_clipnorm is None


def test_nothing_to_switch_off_is_refused() -> None:
    """A model whose optimizer does not clip is told so."""
    with pytest.raises(CannotApplyError, match="clips gradients"):
        made("Functional", dense, OFF)


@pytest.mark.slow
def test_in_the_engine() -> None:
    """The compiled loop takes other steps without the clipping."""
    plain, off = losses("accumulation, average, clipping", (), (OFF,), steps=8)

    assert off != plain
