"""Variance-scaled initial weights."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.variance_scaled_init import drawable_layers, is_matrix
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer, weight

EDIT = Edit("variance_scaled_init")


def written(*layers: LayerFacts) -> str:
    """The patch for a model of these layers."""
    return edit_kind("variance_scaled_init").patch(EDIT, facts(layers=layers))


def test_initializers_by_activation() -> None:
    """Layers are grouped by the initializer that their activation wants."""
    patch = written(layer("a"), layer("b", activation="gelu"), layer("c", activation="selu"), layer("d", activation="tanh"))

    assert patch.splitlines() == [
        'kernel_initializer="he_normal"  # a, b',
        'kernel_initializer="lecun_normal"  # c',
        'kernel_initializer="glorot_uniform"  # d',
    ]


def test_activation_of_the_next_layer() -> None:
    """Behind batch normalisation the activation is the next layer's; another layer with weights ends the search."""
    normal = layer("bn", "BatchNormalization", activation=None, weights=())
    relu = layer("relu", "ReLU", activation="relu", weights=())

    assert "he_normal" in written(layer(activation="linear"), normal, relu)
    assert "glorot_uniform" in written(layer(activation="linear"), normal, layer("next", activation="relu")).splitlines()[0]


def test_sentence() -> None:
    """The sentence counts the layers and says what stays."""
    frozen = layer("base", weights=(weight(trainable=False),), trainable=False)

    assert edit_kind("variance_scaled_init").sentence(EDIT, facts()) == (
        "draw the initial weights of 2 layers with variance scaling (He, LeCun, Glorot)"
    )
    assert edit_kind("variance_scaled_init").sentence(EDIT, facts(layers=[layer(), frozen])) == (
        "draw the initial weights of 1 layer with variance scaling (He, LeCun, Glorot; frozen and loaded weights stay)"
    )


@pytest.mark.parametrize(
    "kept",
    [
        layer(weights=(weight(trainable=False),)),
        layer(weights=(weight(loaded=True),)),
        layer("embedding", "Embedding", weights=(weight("embeddings"),)),
        layer("norm", "BatchNormalization", weights=(weight("gamma", (64,)),)),
        layer("own", "Scale", built_in=False, weights=(weight("scale", (1, 64)),)),
    ],
)
def test_layers_with_nothing_to_draw(kept: LayerFacts) -> None:
    """Frozen, loaded, embedding and normalising weights are none, nor are scales of the user's own layers."""
    assert drawable_layers(facts(layers=[kept])) == ()


@pytest.mark.parametrize(
    "drawn",
    [
        layer("lstm", "LSTM", weights=(weight("recurrent_kernel"),)),
        layer("attention", "MultiHeadAttention", weights=(weight("query/kernel", (8, 2, 4)),)),
        layer("own", "Mixer", built_in=False, weights=(weight("w", (8, 4)),)),
    ],
)
def test_layers_with_something_to_draw(drawn: LayerFacts) -> None:
    """Recurrent layers, attention's parts, and matrices of the user's own layers have."""
    assert drawable_layers(facts(layers=[drawn])) == (drawn,)


def test_what_is_a_matrix() -> None:
    """Two axes of more than one entry."""
    assert is_matrix((3, 3, 1, 8))
    assert not is_matrix((1, 1, 8))
    assert not is_matrix((8,))
