"""Hidden layers without any activation."""

import pytest

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.linear_hidden_layers import LinearHiddenLayers
from tests.evidence_samples import facts, head_layer, layer, output
from tests.rules.judging import findings

HEAD = head_layer(output())
LINEAR = layer(activation="linear")


def test_linear_hidden_layers_are_a_note() -> None:
    """A network whose hidden layers are all linear is a note that names them."""
    layers = [LINEAR, layer("drop", "Dropout", activation=None, weights=()), layer("dense_1", activation="linear"), HEAD]

    (finding,) = findings(LinearHiddenLayers(), facts(layers=layers))

    assert finding.cause is Cause.HIDDEN_ACTIVATION
    assert finding.severity is Severity.NOTE
    assert [place.layer for place in finding.where] == ["dense", "dense_1"]


@pytest.mark.parametrize(
    "between",
    [
        layer("act", "Activation", activation="relu", weights=()),
        layer("act", "LeakyReLU", activation="leaky_relu", weights=()),
        layer("pool", "MaxPooling2D", activation=None, weights=()),
        layer("norm", "LayerNormalization", activation=None),
        layer("mine", "Gate", built_in=False, activation=None),
    ],
    ids=lambda layer: layer.kind,
)
def test_anything_nonlinear_is_enough(between: LayerFacts) -> None:
    """One activation, a maximum, a layer normalisation or an unknown layer makes the network more than linear."""
    assert findings(LinearHiddenLayers(), facts(layers=[LINEAR, between, HEAD])) == ()


def test_model_without_hidden_layers_is_silent() -> None:
    """A linear regression, or an embedding averaged into a head, has no hidden layer to speak of."""
    embedding = layer("embedding", "Embedding", activation=None)

    assert findings(LinearHiddenLayers(), facts(layers=[HEAD])) == ()
    assert findings(LinearHiddenLayers(), facts(layers=[embedding, HEAD])) == ()


def test_other_kinds_of_models_are_silent() -> None:
    """Between the layers of Functional and subclassed models there may be operations that the list of layers does not show."""
    for kind in ("Functional", "subclassed"):
        assert findings(LinearHiddenLayers(), facts(layers=[LINEAR, HEAD], model_kind=kind)) == ()
