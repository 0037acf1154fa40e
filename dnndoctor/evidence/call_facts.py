"""Facts of the forward pass: what works on what, from the inputs to the outputs."""

from dataclasses import dataclass

INPUT = "Input"
"""`CallFacts.operation` of an input of the model."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One step of the forward pass: an input, a layer at work, or an operation between layers.

    Operations that only move values (reshape, transpose, slice, pad, cast) are left out: what they take is passed through.

    Attributes:
        layer: Path of the layer; None for inputs and operations. A layer that is called twice has two of these.
        operation: TensorFlow's name of the operation ("AddV2", "Relu"), or `INPUT`; empty for a layer.
        feeds: Positions in `Facts.calls` of those that take what it gives.
        outputs: Positions of the model's outputs that it gives.
    """

    layer: str | None
    operation: str = ""
    feeds: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
