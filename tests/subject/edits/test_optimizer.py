"""Another optimizer."""

import keras
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import compared, edited, trained


@pytest.mark.slow
def test_another_is_the_one_compiled_so(engine: Engine) -> None:
    """The losses are those of a model compiled with Keras' own Adam at that rate."""
    adam = Edit("optimizer", {"class_name": "Adam", "learning_rate": 0.01})

    found = compared(engine, (adam,), optimizer=lambda: keras.optimizers.Adam(0.01))

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.slow
def test_a_factor_multiplies_the_new_rate(engine: Engine) -> None:
    """A factor on a fresh optimizer is that optimizer at the product."""
    slow, fast = (Edit("optimizer", {"class_name": "SGD", "learning_rate": rate}) for rate in (0.01, 0.1))

    multiplied, direct = trained(engine, slow, Edit("learning_rate", {"factor": 10.0})), trained(engine, fast)

    assert multiplied.losses == direct.losses


def test_the_rest_of_the_recipe_stays() -> None:
    """Losses, their weights and metrics are those of the user; the old optimizer's decay and clipping are gone."""
    own, swapped = (
        edited("two outputs", *edits) for edits in ((), (Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.2}),))
    )

    assert type(swapped.optimizer) is keras.optimizers.SGD
    assert float(swapped.optimizer.learning_rate) == pytest.approx(0.2)
    assert swapped.get_compile_config()["loss_weights"] == own.get_compile_config()["loss_weights"]
    assert swapped.loss == own.loss
    assert swapped.get_compile_config()["metrics"] == own.get_compile_config()["metrics"]


@pytest.mark.parametrize(
    ("class_name", "rate"), [("NoSuch", 0.1), ("SGD", -1.0), ("SGD", None), ("Optimizer ", 0.1), ("schedules", 0.1)]
)
def test_what_is_no_optimizer_is_refused(class_name: str, rate: float | None) -> None:
    """A class that Keras has, and a rate above 0."""
    with pytest.raises(CannotApplyError):
        edited("plain", Edit("optimizer", {"class_name": class_name, "learning_rate": rate}))


def test_several_are_not_replaced() -> None:
    """A model that trains with optimizers of its own keeps them."""
    with pytest.raises(CannotApplyError, match="several optimizers"):
        edited("two optimizers", Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.1}))


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"class_name": "SGD", "momentum": 0.9}, "momentum"), ({"class_name": "AdamW", "weight_decay": 0.05}, "weight_decay")],
)
def test_settings_beside_the_rate(settings: dict[str, float | str], name: str) -> None:
    """They are those of the fresh optimizer."""
    swapped = edited("plain", Edit("optimizer", {"learning_rate": 0.01, **settings}))

    assert type(swapped.optimizer).__name__ == settings["class_name"]
    assert getattr(swapped.optimizer, name) == settings[name]


def test_settings_that_a_class_does_not_have() -> None:
    """Adam has no momentum to set."""
    with pytest.raises(CannotApplyError, match="Adam takes no momentum"):
        edited("plain", Edit("optimizer", {"class_name": "Adam", "learning_rate": 0.01, "momentum": 0.9}))
