"""Gradients clipped by their global norm."""

from collections.abc import Callable
from typing import Any

import keras
import pytest

from dnndoctor.evidence.trial import Edit
from tests.subject.edits.forms import FORMS, made, trained
from tests.subject.edits.patient import change, losses
from tests.subject.engine import kinds

CLIPPED = Edit("gradient_clipping", {"global_clipnorm": 0.1})


def dense() -> Any:
    return keras.layers.Dense(4)


def sgd(**clipping: float) -> Callable[[], Any]:
    """Makes optimizers that may clip."""
    return lambda: keras.optimizers.SGD(0.1, **clipping)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("before", [{}, {"clipnorm": 1e-4}, {"clipvalue": 1e-5}, {"global_clipnorm": 3.0}])
def test_steps_are_those_of_an_optimizer_written_so(form: str, before: dict[str, float]) -> None:
    """Whatever clipped before, and in any form of model."""
    expected = trained(made(form, dense, optimizer=sgd(global_clipnorm=0.1)))

    assert trained(made(form, dense, CLIPPED, optimizer=sgd(**before))) == pytest.approx(expected, rel=1e-6)
    assert trained(made(form, dense, optimizer=sgd(**before))) != pytest.approx(expected, rel=1e-4)


def test_inside_a_loss_scale_optimizer() -> None:
    """The optimizer that a mixed-precision model wraps clips, and the wrapper does not."""
    model = kinds.plain()
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(clipnorm=1.0)), "mse")

    change(model, CLIPPED)

    assert (model.optimizer.inner_optimizer.clipnorm, model.optimizer.inner_optimizer.global_clipnorm) == (None, 0.1)
    assert model.optimizer.global_clipnorm is None


def test_several_optimizers() -> None:
    """Each of a model's own optimizers clips."""
    model = kinds.Gan()
    model.compile(keras.optimizers.Adam(clipvalue=1.0), keras.optimizers.Adam())
    model.inputs = [keras.KerasTensor((None, 12))]

    change(model, CLIPPED)

    assert model.critic_optimizer.clipvalue is None
    assert model.critic_optimizer.global_clipnorm == model.generator_optimizer.global_clipnorm == 0.1


@pytest.mark.slow
def test_in_the_engine() -> None:
    """The compiled loop clips; switching all clipping off behind it leaves the plain steps."""
    plain, clipped, off = losses("plain", (), (CLIPPED,), (CLIPPED, Edit("gradient_clipping_off")))

    assert clipped != plain
    assert off == pytest.approx(plain, rel=1e-6)
