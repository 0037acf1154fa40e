"""Another loss for one output."""

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import change, compared, edited
from tests.subject.engine import kinds


@pytest.mark.slow
def test_another_is_the_one_compiled_so(engine: Engine) -> None:
    """The losses are those of a model compiled with Keras' own mean absolute error."""
    found = compared(
        engine,
        (Edit("loss", {"output": "y", "name": "mean_absolute_error"}),),
        loss=keras.losses.MeanAbsoluteError(),
    )

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


@pytest.mark.parametrize("given", ["dict", "list", "one for all"])
def test_one_of_two_outputs(given: str) -> None:
    """The other output's loss and both weights stay, however the losses were given."""
    inputs = keras.Input((12,))
    outputs = [keras.layers.Dense(1, name=name)(inputs) for name in ("one", "two")]
    model = keras.Model(inputs, dict(zip(("one", "two"), outputs, strict=True)) if given == "dict" else outputs)
    compiled = {"dict": {"one": "mse", "two": "mse"}, "list": ["mse", "mse"], "one for all": "mse"}[given]
    weights = {"one": 0.5, "two": 2.0} if given == "dict" else [0.5, 2.0]
    model.compile("sgd", compiled, loss_weights=weights)
    x, y = kinds.X[:8], kinds.NUMBERS[:8]
    targets = {"one": y, "two": y} if given == "dict" else [y, y]

    change(model, Edit("loss", {"output": "two", "name": "mean_absolute_error", "from_logits": None}))
    predicted = model(x)
    first, second = (predicted["one"], predicted["two"]) if given == "dict" else predicted
    total = float(model.compute_loss(x=x, y=targets, y_pred=predicted))

    expected = 0.5 * np.mean((np.asarray(first) - y) ** 2) + 2 * np.mean(np.abs(np.asarray(second) - y))
    assert total == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("plain", {"output": "y", "name": "no_such_loss"}),
        ("plain", {"output": "y", "name": "mean_squared_error", "from_logits": True}),
        ("two outputs", {"output": "none", "name": "mean_squared_error"}),
        ("two optimizers", {"output": "y", "name": "mean_squared_error"}),
    ],
    ids=["unknown", "takes no logits", "no such output", "not compiled"],
)
def test_what_makes_no_sense_is_refused(kind: str, parameters: dict[str, str | bool]) -> None:
    """A loss that Keras has, for an output that is there, in a model that was given losses to compile."""
    with pytest.raises(CannotApplyError):
        edited(kind, Edit("loss", parameters))
