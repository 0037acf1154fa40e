"""Questions about the stack of layers that several judgements ask."""

import math
from collections.abc import Sequence

from dnndoctor.evidence.facts import Facts, LayerFacts, WeightFacts

NORMALISATIONS = frozenset(
    {
        "BatchNormalization",
        "GroupNormalization",
        "LayerNormalization",
        "Normalization",
        "RMSNormalization",
        "Rescaling",
        "SpectralNormalization",
        "UnitNormalization",
    }
)
"""Keras' layers that set the scale of what passes through."""

ID_CONSUMERS = frozenset(
    {
        "CategoryEncoding",
        "Discretization",
        "Embedding",
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "StringLookup",
        "TextVectorization",
    }
)
"""Keras' layers that take names or numbers of categories, whose scale means nothing."""

PASSING = frozenset(
    {
        "ActivityRegularization",
        "AlphaDropout",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Dropout",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "InputLayer",
        "Masking",
        "Permute",
        "RepeatVector",
        "Reshape",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    }
)
"""Keras' layers that move, drop or disturb values and leave their scale."""

AFFINE = frozenset(
    {
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Conv3DTranspose",
        "Dense",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "EinsumDense",
        "SeparableConv1D",
        "SeparableConv2D",
    }
)
"""Keras' layers that are an affine map before their activation."""

ACTIVATION_LAYERS = {
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ReLU": "relu",
    "Softmax": "softmax",
}
"""Activations that are layers of their own, beside `Activation`."""


def activation_of(layer: LayerFacts) -> str | None:
    """A layer's activation in Keras' words, also where the layer is one ("leaky_relu"); None where it has none."""
    return ACTIVATION_LAYERS.get(layer.kind, layer.activation)


def activation_after(layers: Sequence[LayerFacts], index: int) -> str | None:
    """The activation that a layer's output meets: its own or, where that is linear, the one of the layers behind it.

    Args:
        layers: In the order of the forward pass.
        index: Of the layer that is asked about.

    Returns:
        "linear" where the next layer with weights comes first; None where a layer that is not Keras' own comes first.
    """
    own = activation_of(layers[index])
    if own not in (None, "linear"):
        return own
    for layer in layers[index + 1 :]:
        if not layer.built_in:
            return None
        own = activation_of(layer)
        if layer.kind == "Activation" or layer.kind in ACTIVATION_LAYERS:
            if own != "linear":
                return own
        elif layer.kind not in PASSING and layer.kind not in NORMALISATIONS:
            return "linear"
    return "linear"


def first_weighted(facts: Facts) -> int | None:
    """Index of the first layer that weighs its inputs, normalisations apart; None where there is none."""
    return next(
        (index for index, layer in enumerate(facts.layers) if layer.parameters > 0 and layer.kind not in NORMALISATIONS), None
    )


def takes_raw_numbers(facts: Facts) -> bool | None:
    """Whether the model's inputs reach its first weights as they are.

    Returns:
        False where a normalisation comes first, or directly behind the first weights, or where ids are looked up; None where
        something that is not understood (custom layers, arithmetic, layers in no known order) comes first. Functional models can
        hold operations, such as a division, that are no layers and not seen here.
    """
    first = first_weighted(facts)
    if first is None:
        return None
    before = facts.layers[:first]
    behind = next((layer for layer in facts.layers[first + 1 :] if layer.kind not in PASSING), None)
    scaled = any(layer.kind in NORMALISATIONS for layer in before) or (
        # Behind an activation it would come too late: relu passes a scale on, sigmoid and tanh are saturated by then.
        behind is not None and behind.kind in NORMALISATIONS and facts.layers[first].activation in (None, "linear", "relu")
    )
    if scaled or any(layer.kind in ID_CONSUMERS for layer in facts.layers[: first + 1]):
        return False
    understood = all(layer.built_in and (layer.kind in PASSING or layer.kind.startswith("Random")) for layer in before)
    return True if understood and facts.layers[first].built_in and facts.model_kind != "subclassed" else None


def multiplications(facts: Facts) -> int | None:
    """How many multiplications all kernels take for one row, forward; None where the facts do not tell.

    They do not where a layer is the user's own, has kernels that work otherwise than by an affine map (recurrence, attention), or
    has an output of unknown size.

    Args:
        facts: Of the subject.
    """
    total = 0
    for layer in facts.layers:
        values = sum(math.prod(weight.shape) for weight in layer.weights if len(weight.shape) >= 2)
        if not layer.built_in or (values and (layer.kind not in AFFINE | {"Embedding"} or layer.output_shape is None)):
            return None
        if values and layer.kind in AFFINE:
            sizes = [size for size in layer.output_shape or () if size is not None]
            if len(sizes) < len(layer.output_shape or ()):
                return None
            total += values * math.prod(sizes) // (layer.units or 1)
    return total if facts.layers else None


def kernels(layer: LayerFacts) -> tuple[WeightFacts, ...]:
    """A layer's trainable matrices and filters: what weighs its inputs, without biases and scales."""
    return tuple(weight for weight in layer.weights if weight.trainable and len(weight.shape) >= 2)
