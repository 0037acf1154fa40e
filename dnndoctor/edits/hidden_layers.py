"""Which layers of a subject are hidden, and how a person finds one: for edits that work on them."""

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import Topology

_WIDE = frozenset(
    {
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Conv3DTranspose",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "Dense",
        "Embedding",
        "GRU",
        "LSTM",
        "SeparableConv1D",
        "SeparableConv2D",
        "SimpleRNN",
    }
)
"""Keras' layers whose output has a width to choose."""


def hidden_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """The trained layers of Keras' own whose width is no output's: on the way to every output their values are weighted anew.

    Args:
        facts: Of the subject.
    """
    heads = _heads(facts)
    return tuple(
        layer
        for layer in facts.layers
        if layer.kind in _WIDE
        and layer.trainable
        and layer.units is not None
        and not any(layer.path == head or layer.path.startswith(f"{head}/") for head in heads)
    )


def at(layer: LayerFacts | None, path: str) -> str:
    """A comment that says where a layer is written, or which one it is where that was not seen.

    Args:
        layer: The layer, None where facts do not know it.
        path: Of the layer.
    """
    place = None if layer is None else layer.place
    return f"  # {path}" if place is None else f"  # {place.file}:{place.line}"


def _heads(facts: Facts) -> frozenset[str]:
    """Paths of the layers that weight values last on a way to an output."""
    topology = Topology(facts)
    if not topology:
        named = frozenset(output.layer for output in facts.outputs if output.layer is not None)
        wide = [layer.path for layer in facts.layers if layer.kind in _WIDE]
        return named or frozenset(wide[-1:])
    weighing = {layer.path for layer in facts.layers if any(len(weight.shape) >= 2 for weight in layer.weights)}
    front = {number for number, call in enumerate(topology.calls) if call.outputs}
    seen, found = set(front), set()
    while front:
        behind: set[int] = set()
        for number in front:
            path = topology.calls[number].layer
            if path is not None and any(one == path or one.startswith(f"{path}/") for one in weighing):
                found.add(path)
            else:
                behind |= set(topology.takes[number]) - seen
        seen |= behind
        front = behind
    return frozenset(found)
