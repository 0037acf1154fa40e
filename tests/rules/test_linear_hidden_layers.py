"""Hidden layers without any activation."""

import pytest

from dnndoctor.evidence.call_facts import CallFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.linear_hidden_layers import LinearHiddenLayers
from tests.evidence_samples import facts, head_layer, layer, output
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())
LINEAR = layer(activation="linear")
SECOND = layer("dense_1", activation="linear")


def model(*layers: LayerFacts, calls: tuple[CallFacts, ...] | None = None) -> Facts:
    """A model with these layers, one after the other unless their calls are given."""
    return facts(layers=layers, calls=chain(*layers) if calls is None else calls)


def test_linear_hidden_layers_are_a_note() -> None:
    """A network whose hidden layers are all linear is a note that names them."""
    (finding,) = findings(
        LinearHiddenLayers(), model(LINEAR, layer("drop", "Dropout", activation=None, weights=()), SECOND, HEAD)
    )

    assert finding.cause is Cause.HIDDEN_ACTIVATION
    assert finding.severity is Severity.NOTE
    assert [place.layer for place in finding.where] == ["dense", "dense_1"]


def test_a_model_that_learns_nothing_makes_it_a_warning() -> None:
    """Where the user's run predicts no better than a constant, being linear is more than a remark; where it does well, not."""
    (sick,) = findings(LinearHiddenLayers(), model(LINEAR, SECOND, HEAD), own_course(0.0))
    (well,) = findings(LinearHiddenLayers(), model(LINEAR, SECOND, HEAD), own_course(0.95))

    assert (sick.severity, well.severity) == (Severity.WARNING, Severity.NOTE)
    assert sick.confidence > well.confidence


def test_operations_and_sums_that_are_linear_are_seen_through() -> None:
    """A skip, a constant factor and a batch normalisation leave a linear map linear."""
    norm = layer("norm", "BatchNormalization", activation=None)
    calls = wired("input > dense > +Mul > norm > +AddV2 > dense_1 > head", "dense > +AddV2")

    (finding,) = findings(LinearHiddenLayers(), model(LINEAR, norm, SECOND, HEAD, calls=calls))

    assert [place.layer for place in finding.where] == ["dense", "dense_1"]


@pytest.mark.parametrize(
    "between",
    [
        layer("act", "Activation", activation="relu", weights=()),
        layer("act", "LeakyReLU", activation="leaky_relu", weights=()),
        layer("pool", "MaxPooling2D", activation=None, weights=()),
        layer("norm", "LayerNormalization", activation=None),
        layer("mine", "Gate", built_in=False, activation=None),
        layer("recurrent", "LSTM", activation="tanh"),
        layer("ids", "Embedding", activation=None),
    ],
    ids=lambda layer: layer.kind,
)
def test_anything_nonlinear_is_enough(between: LayerFacts) -> None:
    """One activation, a maximum, a layer normalisation, a lookup or an unknown layer makes the network more than linear."""
    assert findings(LinearHiddenLayers(), model(LINEAR, between, HEAD)) == ()


@pytest.mark.parametrize(
    "calls",
    [
        wired("input > dense > +Relu > head"),
        wired("input > dense > +Mul > head", "input > dense_1 > +Mul"),
        wired("input > dense > head > +MatMul", "input > dense_1 > +MatMul"),
    ],
    ids=["operation", "gate", "two towers"],
)
def test_operations_that_are_not_linear_are_seen(calls: tuple[CallFacts, ...]) -> None:
    """An activation that is no layer, a product of two branches, and a scalar product of two towers are not linear."""
    assert findings(LinearHiddenLayers(), model(LINEAR, SECOND, HEAD, calls=calls)) == ()


def test_model_without_hidden_layers_is_silent() -> None:
    """A linear regression has no hidden layer to speak of."""
    assert findings(LinearHiddenLayers(), model(HEAD)) == ()


def test_nothing_is_said_where_the_forward_pass_is_not_known() -> None:
    """Without it, nobody knows what lies between the layers."""
    assert findings(LinearHiddenLayers(), facts(layers=[LINEAR, HEAD])) == ()
