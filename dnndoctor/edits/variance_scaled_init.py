"""Weights drawn anew so that signals neither grow nor fade from layer to layer."""

from collections.abc import Iterator
from itertools import takewhile

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, LayerFacts, WeightFacts
from dnndoctor.evidence.trial import Edit

RECURRENT = "recurrent_kernel"
KERNELS = frozenset({"depthwise_kernel", "kernel", "pointwise_kernel", RECURRENT})
"""Names of the kernels of Keras' own layers."""

_RECTIFIERS = frozenset({"elu", "gelu", "hard_silu", "leaky_relu", "mish", "prelu", "relu", "relu6", "silu", "softplus", "swish"})
_PASSING = frozenset({"BatchNormalization", "Dropout", "GroupNormalization", "LayerNormalization"})
"""Layers that may stand between a layer and its activation."""


class VarianceScaledInit(EditKind):
    """Draws every kernel anew with a variance by its fan (He, LeCun or Glorot), recurrent ones orthogonal, biases zero.

    Frozen weights and loaded ones stay, and so do those of normalising layers and embeddings that are in order.
    """

    name = "variance_scaled_init"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        layers = drawable_layers(facts)
        count = f" of {len(layers)} layer{'s' * (len(layers) != 1)}" if layers else ""
        kept = [weight for layer in facts.layers for weight in layer.weights if _is_kernel(layer, weight) and _stays(weight)]
        but = "; frozen and loaded weights stay" if kept else ""
        return f"draw the initial weights{count} with variance scaling (He, LeCun, Glorot{but})"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        layers: dict[str, list[str]] = {}
        for layer in drawable_layers(facts):
            layers.setdefault(initializer_of(layer, facts), []).append(layer.path)
        lines = [f'kernel_initializer="{initializer}"  # {", ".join(paths)}' for initializer, paths in layers.items()]
        return "\n".join(lines) or 'kernel_initializer="he_normal"'


def drawable_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """The layers with a kernel to draw anew: trainable, and not loaded by the factory."""
    return tuple(layer for layer in facts.layers if any(_is_kernel(layer, one) and not _stays(one) for one in layer.weights))


def initializer_of(layer: LayerFacts, facts: Facts) -> str:
    """The name of Keras' initializer that does it, by the activation that works on the layer's output.

    Args:
        layer: One of `drawable_layers`.
        facts: Of the subject.
    """
    activation = layer.activation
    if activation in (None, "linear"):
        behind = facts.layers[facts.layers.index(layer) + 1 :]
        passed = len(list(takewhile(lambda one: one.kind in _PASSING, behind)))
        activation = next(_activations(behind[passed : passed + 1]), activation)
    if activation == "selu":
        return "lecun_normal"
    return "he_normal" if activation in _RECTIFIERS else "glorot_uniform"


def is_matrix(shape: tuple[int, ...]) -> bool:
    """Whether a variable of that shape weights inputs: it spreads over at least two axes, so it is no bias and no scale."""
    return sum(size > 1 for size in shape) > 1


def _is_kernel(layer: LayerFacts, weight: WeightFacts) -> bool:
    if layer.built_in:
        return weight.name.split("/")[-1] in KERNELS
    return is_matrix(weight.shape)


def _stays(weight: WeightFacts) -> bool:
    return weight.loaded or not weight.trainable


def _activations(layers: tuple[LayerFacts, ...]) -> Iterator[str]:
    """Of layers that are an activation and nothing else."""
    return (layer.activation for layer in layers if layer.activation is not None and not any(map(_is_wide, layer.weights)))


def _is_wide(weight: WeightFacts) -> bool:
    return is_matrix(weight.shape)
