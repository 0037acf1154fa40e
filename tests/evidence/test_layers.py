"""Questions about the stack of layers."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.layers import activation_after, first_weighted, kernels, multiplications, takes_raw_numbers
from tests.evidence_samples import facts, layer, weight

DENSE = layer("dense", activation="linear")
DROPOUT = layer("drop", "Dropout", activation=None, weights=(), parameters=0)
NORM = layer("norm", "BatchNormalization", activation=None)
TANH = layer("act", "Activation", activation="tanh", weights=(), parameters=0)
LEAKY = layer("leaky", "LeakyReLU", activation=None, weights=(), parameters=0)
OWN = layer("own", "Mine", built_in=False, activation=None)


@pytest.mark.parametrize(
    ("layers", "activation"),
    [
        ([layer(activation="relu"), TANH], "relu"),
        ([DENSE, TANH], "tanh"),
        ([DENSE, NORM, DROPOUT, LEAKY], "leaky_relu"),
        ([DENSE, DENSE, TANH], "linear"),
        ([DENSE, OWN, TANH], None),
        ([DENSE], "linear"),
    ],
)
def test_activation_after_looks_behind_what_passes_on(layers: list[LayerFacts], activation: str | None) -> None:
    """A layer's own activation counts, else that of the layers behind it until one with weights or an unknown one comes."""
    assert activation_after(layers, 0) == activation


@pytest.mark.parametrize(
    ("layers", "raw"),
    [
        ([DENSE], True),
        ([DROPOUT, DENSE], True),
        ([layer("flip", "RandomFlip", activation=None, parameters=0), DENSE], True),
        ([NORM, DENSE], False),
        ([DENSE, NORM, TANH], False),
        ([layer(activation="tanh"), NORM], True),
        ([layer("ids", "Embedding", activation=None), DENSE], False),
        ([layer("lookup", "StringLookup", activation=None, parameters=0), DENSE], False),
        ([layer("divide", "TrueDivide", activation=None, parameters=0), DENSE], None),
        ([OWN, DENSE], None),
        ([DROPOUT], None),
    ],
)
def test_takes_raw_numbers(layers: list[LayerFacts], raw: bool | None) -> None:
    """Normalisations and lookups before the first weights scale the inputs; what is not understood is not decided."""
    assert takes_raw_numbers(facts(layers=layers)) is raw


def test_subclassed_models_are_not_decided() -> None:
    """The order of a subclassed model's layers is not known."""
    assert takes_raw_numbers(facts(layers=[DENSE], model_kind="subclassed")) is None


def test_first_weighted_skips_normalisations() -> None:
    """The first weights are those that weigh inputs, not scales and shifts."""
    assert first_weighted(facts(layers=[DROPOUT, NORM, DENSE])) == 2
    assert first_weighted(facts(layers=[DROPOUT])) is None


def test_kernels_are_trainable_matrices() -> None:
    """Biases and frozen filters are no kernels."""
    frozen = weight("depthwise", trainable=False)

    assert [kernel.name for kernel in kernels(layer())] == ["kernel"]
    assert kernels(layer(weights=(frozen,))) == ()


@pytest.mark.parametrize(
    ("layers", "taken"),
    [
        ([DENSE, DROPOUT, TANH], 64 * 64),
        ([layer(output_shape=(10, 64)), replace(NORM, weights=())], 10 * 64 * 64),
        ([layer("conv", "Conv2D", units=8, output_shape=(5, 5, 8), weights=(weight(shape=(3, 3, 1, 8)),))], 25 * 72),
        ([layer("ids", "Embedding", units=None, output_shape=(7, 64)), DENSE], 64 * 64),
        ([DENSE, layer("gru", "GRU")], None),
        ([DENSE, OWN], None),
        ([layer(output_shape=(None, 64))], None),
        ([], None),
    ],
)
def test_multiplications(layers: list[LayerFacts], taken: int | None) -> None:
    """A kernel is taken at every place of the output; what recurs, is custom or has no known size is not told."""
    assert multiplications(facts(layers=layers)) == taken
