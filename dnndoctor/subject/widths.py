"""Which layers of a model are hidden ones with a width to choose, and building a model with other widths."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import keras

from dnndoctor.subject.constructing import constructing, unwatched, watches
from dnndoctor.subject.edits import Build, CannotApplyError
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.building import fixed_batch
from dnndoctor.subject.forward_pass import LINEAR_OPS, Call, ForwardPass, forward_pass, sources
from dnndoctor.subject.frames import first_line
from dnndoctor.subject.layers import is_built_in

_ENDS = LINEAR_OPS | {"If", "PartitionedCall", "StatefulPartitionedCall", "StatelessIf", "StatelessWhile", "While"}
"""Ops behind which a width is another one, or lost sight of."""


@dataclass(frozen=True)
class Planned:
    """One layer with a width, in the order of making.

    Attributes:
        kind: Class that the width was told to.
        width: As the user has it.
        hidden: Whether it may be another one: not an output's, and of a layer that is trained.
    """

    kind: type
    width: int
    hidden: bool


@dataclass(frozen=True)
class Plan:
    """What is known of a model's widths.

    Attributes:
        layers: In the order of making.
        rows: Of the batch that it was traced with; None where it takes no such batch.
        outputs: Shapes of the model's outputs for that batch.
        fitting: Widths, by the layers' numbers, that are known to leave these shapes.
    """

    layers: tuple[Planned, ...]
    rows: int | None
    outputs: tuple[tuple[int | None, ...], ...]
    fitting: set[frozenset[tuple[int, int]]] = field(default_factory=set)


_ROWS = 7
"""Of the batch that models are traced with. A reshape that leaves the number of rows open may make twice or half as many of other
widths, without complaint: that shows with a number, and a prime is not halved."""

_PLANS: WeakKeyDictionary[Build, Plan] = WeakKeyDictionary()
"""Each takes a build and a trace, and every seed of every factor asks for the same one."""


def plan(build: Build, inputs: Any) -> Plan:
    """The widths of a model, looked at in a build of seed 0.

    Args:
        build: Makes the model.
        inputs: Its symbolic inputs.

    Raises:
        CannotApplyError: The model's forward pass cannot be followed.
    """
    if build not in _PLANS:
        with unwatched(), constructing({}) as made:
            model = build(0)
            rows: int | None = fixed_batch(model) or _ROWS
            try:
                traced = followed(model, inputs, rows)
            except CannotApplyError:  # the number of rows may be written into the model
                rows, traced = None, followed(model, inputs)
        hidden = {id(layer) for layer in hidden_layers({id(one.layer) for one in made}, traced)}
        layers = tuple(Planned(one.kind, one.width, id(one.layer) in hidden) for one in made)
        _PLANS[build] = Plan(layers, rows, _shapes(traced))
    return _PLANS[build]


def built_with(build: Build, seed: int, known: Plan, widths: Mapping[int, int], inputs: Any) -> keras.Model:
    """A model with other widths.

    Args:
        build: Makes the model.
        seed: Of its initial weights.
        known: Its plan.
        widths: By the layers' numbers in the plan.
        inputs: Symbolic inputs.

    Raises:
        CannotApplyError: The model is another one than it was, or its outputs would be.
        Exception: Whatever the user's code raises, where it ties widths to something else.
    """
    noted = [(around, len(around.made)) for around in watches()]
    try:
        with constructing(widths) as made:
            model = build(seed)
            fits = frozenset(widths.items()) in known.fitting and all(layer.built for layer in private.all_layers(model))
            shapes = known.outputs if fits else _shapes(forward_pass(model, inputs, known.rows))
    except Exception:
        for around, count in noted:  # what was made in vain is no part of a model
            del around.made[count:]
        raise
    if [one.kind for one in made] != [one.kind for one in known.layers]:
        raise CannotApplyError("The model's factory makes other layers from one call to the next.")
    if shapes != known.outputs:
        raise CannotApplyError(f"With other hidden widths the outputs would be {shapes}, and not {known.outputs}.")
    known.fitting.add(frozenset(widths.items()))
    return model


def hidden_layers(wide: Set[int], traced: ForwardPass) -> tuple[Any, ...]:
    """The layers with a width that are no output's: between what they make and every output, something weights it anew.

    Args:
        wide: Ids of the layers that are asked about.
        traced: The forward pass.

    Returns:
        Those that are called and trained, in the order of their calls.
    """
    visible = [call for call in traced.calls if call.made]
    seen = {id(call.layer) for call in visible}
    # A layer inside TimeDistributed, and the cell of an RNN, work in loops out of sight: the layer around speaks for them.
    spoken: list[tuple[Call, list[Any]]] = []
    for call in visible:
        layers = [layer for layer in _worked_by(call.layer) if layer is call.layer or id(layer) not in seen]
        if layers := [layer for layer in layers if id(layer) in wide]:
            spoken.append((call, layers))
    spoken.sort(key=lambda entry: entry[0].operations[1] - entry[0].operations[0])
    numbers = {operation.name: number for number, operation in enumerate(traced.graph.get_operations())}

    def innermost(operation: Any) -> list[Any]:
        number = numbers[operation.name]
        return next((layers for call, layers in spoken if call.operations[0] <= number < call.operations[1]), [])

    heads = {
        id(layer)
        for output in traced.outputs
        for tensor in sources(output, until=lambda operation: operation.type in _ENDS)
        if tensor.op.type in _ENDS
        for layer in innermost(tensor.op)
    }
    ordered = sorted(spoken, key=lambda entry: entry[0].operations[1])
    found = {id(layer): layer for _, layers in ordered for layer in layers}
    return tuple(layer for key, layer in found.items() if key not in heads and layer.trainable)


def _shapes(traced: ForwardPass) -> tuple[tuple[int | None, ...], ...]:
    return tuple(tuple(tensor.shape) for tensor in traced.outputs)


def _worked_by(layer: Any) -> list[Any]:
    """A layer, and those inside one of Keras' own; other models and layers may hold some that they do not call."""
    return private.all_layers(layer) if is_built_in(layer) and not isinstance(layer, keras.Model) else [layer]


def followed(model: keras.Model, inputs: Any, rows: int | None = None) -> ForwardPass:
    """A model's forward pass.

    Args:
        model: Any model.
        inputs: Symbolic.
        rows: How many it is traced with; None leaves their number open.

    Raises:
        CannotApplyError: It cannot be traced.
    """
    try:
        return forward_pass(model, inputs, rows)
    except Exception as error:  # whatever the user's code raises when it is traced
        raise CannotApplyError(f"The way to the outputs cannot be followed: {first_line(error)}") from error
