"""Facts of the forward pass: which layer's values go into which, read from its graph."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from dnndoctor.evidence.call_facts import INPUT, CallFacts
from dnndoctor.subject.forward_pass import Call, ForwardPass
from dnndoctor.subject.layers import is_built_in, walk_layers

_MOVING = frozenset(
    {
        "BatchToSpaceND",
        "BroadcastTo",
        "Cast",
        "CheckNumerics",
        "DepthToSpace",
        "EnsureShape",
        "ExpandDims",
        "GatherNd",
        "GatherV2",
        "Identity",
        "IdentityN",
        "MirrorPad",
        "Pad",
        "PadV2",
        "PlaceholderWithDefault",
        "PreventGradient",
        "Reshape",
        "ReverseV2",
        "Roll",
        "Slice",
        "SpaceToBatchND",
        "SpaceToDepth",
        "Split",
        "SplitV",
        "Squeeze",
        "StopGradient",
        "StridedSlice",
        "Tile",
        "Transpose",
        "Unpack",
    }
)
"""Operations that move values, copy or leave some out, and change none."""

_OF_SHAPES = frozenset({"OnesLike", "Rank", "Shape", "ShapeN", "Size", "ZerosLike"})
"""Operations that look at how many values there are, and not at the values."""


@dataclass
class _Step:
    """One of the calls to be: what `CallFacts` says, still growing."""

    layer: str | None
    operation: str = ""
    feeds: set[int] = field(default_factory=set)
    outputs: set[int] = field(default_factory=set)


class _Flow:
    """The steps seen so far, and which of them made each tensor."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self._makers: dict[int, frozenset[int]] = {}

    def add(self, layer: str | None, operation: str = "") -> int:
        """A new step; its number."""
        self.steps.append(_Step(layer, operation))
        return len(self.steps) - 1

    def makers(self, tensors: Iterable[Any]) -> frozenset[int]:
        """The steps whose values these tensors hold."""
        return frozenset().union(*(self._makers.get(id(tensor), frozenset()) for tensor in tensors))

    def feed(self, number: int, tensors: Iterable[Any]) -> None:
        """These tensors go into a step."""
        for maker in self.makers(tensors) - {number}:
            self.steps[maker].feeds.add(number)

    def made(self, tensors: Iterable[Any], makers: frozenset[int]) -> None:
        """These tensors hold values of those steps; masks hold none."""
        self._makers.update((id(tensor), makers) for tensor in tensors if tensor.dtype.name != "bool")


def call_facts(model: keras.Model, forward: ForwardPass) -> tuple[CallFacts, ...]:
    """The steps of a forward pass, each with those that take what it gives.

    A layer of Keras is one step, with all that it computes inside; so is a wrapper (`TimeDistributed`, `Bidirectional`), and a
    layer of the user's own that holds no others. What models, and layers that hold others, compute between these is listed
    operation by operation.

    Args:
        model: The model that was traced.
        forward: Its traced forward pass.
    """
    operations = forward.graph.get_operations()
    calls = sorted(_leaf_calls(model, forward), key=lambda found: found[1].operations)
    flow = _Flow()
    for tensor in forward.inputs:
        flow.made([tensor], frozenset({flow.add(None, INPUT)}))
    position = 0
    for path, call in calls:
        first, last = call.operations
        _between(flow, operations[position:first])
        number = flow.add(path)
        _within(flow, number, call, operations[first:last])
        position = max(position, last)
    _between(flow, operations[position:])
    for index, tensor in enumerate(forward.outputs):
        for maker in flow.makers([tensor]):
            flow.steps[maker].outputs.add(index)
    return tuple(
        CallFacts(step.layer, step.operation, tuple(sorted(step.feeds)), tuple(sorted(step.outputs))) for step in flow.steps
    )


def _leaf_calls(model: keras.Model, forward: ForwardPass) -> Iterator[tuple[str, Call]]:
    """The calls that are one step each, with their layer's path; those inside another are left out."""
    paths = {id(walked.layer): walked.path for walked in walk_layers(model)}
    holding = {id(outer) for call in forward.calls if id(call.layer) in paths for outer in call.around}

    def is_leaf(layer: Any) -> bool:
        if id(layer) not in paths or isinstance(layer, keras.Model):
            return False
        return is_built_in(layer) or id(layer) not in holding

    for call in forward.calls:
        if is_leaf(call.layer) and not any(is_leaf(outer) for outer in call.around) and _seen(call, forward):
            yield paths[id(call.layer)], call


def _seen(call: Call, forward: ForwardPass) -> bool:
    """Whether the call happened in the graph itself, and not in that of a loop or of a function inside."""
    return all(tensor.graph is forward.graph for tensor in call.made) and bool(call.made)


def _between(flow: _Flow, operations: Iterable[Any]) -> None:
    """Operations that belong to no layer that is a step of its own."""
    for operation in operations:
        makers = flow.makers(operation.inputs)
        masks = all(tensor.dtype.name == "bool" for tensor in operation.outputs)
        if not makers or masks or operation.type in _OF_SHAPES:
            continue
        if operation.type not in _MOVING:
            number = flow.add(None, operation.type)
            flow.feed(number, operation.inputs)
            makers = frozenset({number})
        flow.made(operation.outputs, makers)


def _within(flow: _Flow, number: int, call: Call, operations: Iterable[Any]) -> None:
    """What a layer computes; one that gives back what it took, as dropout does in inference, computes nothing."""
    inner: set[int] = set()
    for operation in operations:
        if operation.type not in _OF_SHAPES:
            flow.feed(number, (tensor for tensor in operation.inputs if id(tensor) not in inner))
        inner |= {id(tensor) for tensor in operation.outputs}
    flow.feed(number, (tensor for tensor in call.made if id(tensor) not in inner))
    flow.made(call.made, frozenset({number}))
