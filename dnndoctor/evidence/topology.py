"""Which layer's values go into which: questions about the forward pass that a list of layers does not answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.call_facts import INPUT
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import ACTIVATION_LAYERS, AFFINE, PASSING, activation_of


class Role(StrEnum):
    """What a step of the forward pass does to values.

    `INPUT`: is one of the model's. `AFFINE`: weights them by a trained matrix or filters. `PASSING`: moves, drops or disturbs
    them. `LINEAR`: averages, repeats, scales or shifts them by numbers of its own. `MERGING`: adds them up with others or puts
    them beside each other. `NORMALISING`: scales them by what they are. `ACTIVATION`: bends each for itself. `POOLING`: takes
    the largest. `OTHER`: anything else, or not known.
    """

    INPUT = "input"
    AFFINE = "affine"
    PASSING = "passing"
    LINEAR = "linear"
    MERGING = "merging"
    NORMALISING = "normalising"
    ACTIVATION = "activation"
    POOLING = "pooling"
    OTHER = "other"


BATCH_NORM = "BatchNormalization"

_KINDS = {
    **dict.fromkeys(AFFINE, Role.AFFINE),
    **dict.fromkeys(PASSING, Role.PASSING),
    **dict.fromkeys(("Normalization", "Rescaling", "Resizing", BATCH_NORM), Role.LINEAR),
    **{
        f"{prefix}{dimension}D": Role.LINEAR
        for prefix in ("AveragePooling", "GlobalAveragePooling", "UpSampling")
        for dimension in (1, 2, 3)
    },
    **{f"{prefix}{dimension}D": Role.POOLING for prefix in ("MaxPooling", "GlobalMaxPooling") for dimension in (1, 2, 3)},
    **dict.fromkeys(("Add", "Average", "Concatenate", "Subtract"), Role.MERGING),
    **dict.fromkeys(
        ("GroupNormalization", "LayerNormalization", "RMSNormalization", "SpectralNormalization", "UnitNormalization"),
        Role.NORMALISING,
    ),
    **dict.fromkeys(ACTIVATION_LAYERS, Role.ACTIVATION),
}
"""Roles of Keras' layers. Batch normalisation is an affine map in inference."""

_SUMS = frozenset({"AddN", "AddV2", "BiasAdd", "ConcatV2", "Pack", "Sub"})
_SCALES = frozenset({"Mean", "Mul", "Neg", "RealDiv", "Sum"})
_ACTIVATIONS = {
    "Elu": "elu",
    "LeakyRelu": "leaky_relu",
    "Relu": "relu",
    "Relu6": "relu6",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Tanh": "tanh",
}
"""TensorFlow's operations between layers: linear ones, and those that are an activation."""

LINEAR_ROLES = frozenset({Role.PASSING, Role.LINEAR})
"""Steps that keep a linear map of one thing a linear map of it."""


@dataclass(frozen=True, slots=True)
class Met:
    """A step that another one's values run into.

    Attributes:
        step: Its number.
        merged: Whether other values were added, or put beside them, on the way.
        way: Numbers of the steps between, in order.
    """

    step: int
    merged: bool
    way: tuple[int, ...]


class Topology:
    """The forward pass of a model as a graph of numbered steps."""

    def __init__(self, facts: Facts) -> None:
        """Reads the graph out of facts; one that is not known is false and has no steps."""
        self.calls = facts.calls
        self._layers = {layer.path: layer for layer in facts.layers}
        self._wrapped = {
            layer.path.rpartition("/")[0]: layer
            for layer in facts.layers
            if getattr(self._layers.get(layer.path.rpartition("/")[0]), "kind", None) == "TimeDistributed"
        }
        takes: list[list[int]] = [[] for _ in self.calls]
        for number, call in enumerate(self.calls):
            for taker in call.feeds:
                takes[taker].append(number)
        self.takes = tuple(tuple(numbers) for numbers in takes)
        """Numbers of the steps that each one's values come from."""

    def __bool__(self) -> bool:
        return bool(self.calls)

    def steps(self, path: str) -> tuple[int, ...]:
        """Numbers of a layer's calls, also of one inside `TimeDistributed`.

        Args:
            path: A `LayerFacts.path`.
        """
        outer = path.rpartition("/")[0]
        known = (path, outer) if outer in self._wrapped else (path,)
        return tuple(number for number, call in enumerate(self.calls) if call.layer in known)

    def layer(self, step: int) -> LayerFacts | None:
        """The layer at work in a step, the inner one of `TimeDistributed`; None for inputs and operations.

        Args:
            step: Its number.
        """
        path = self.calls[step].layer
        return None if path is None else self._wrapped.get(path, self._layers.get(path))

    def layers(self, steps: Iterable[int]) -> tuple[LayerFacts, ...]:
        """The layers at work in some steps, each once.

        Args:
            steps: Their numbers.
        """
        found = {layer.path: layer for step in steps if (layer := self.layer(step)) is not None}
        return tuple(found.values())

    def sources(self, step: int) -> frozenset[int]:
        """All steps that a step's values come from, however far away.

        Args:
            step: Its number.
        """
        seen: set[int] = set()
        front = set(self.takes[step])
        while front:
            seen |= front
            front = {maker for number in front for maker in self.takes[number]} - seen
        return frozenset(seen)

    def effects(self, step: int) -> frozenset[int]:
        """All steps that a step's values go into, however far away.

        Args:
            step: Its number.
        """
        seen: set[int] = set()
        front = set(self.calls[step].feeds)
        while front:
            seen |= front
            front = {taker for number in front for taker in self.calls[number].feeds} - seen
        return frozenset(seen)

    def activation(self, step: int) -> str | None:
        """The activation that a step applies, "linear" or None where it applies none.

        Args:
            step: Its number.
        """
        layer = self.layer(step)
        return activation_of(layer) if layer is not None else _ACTIVATIONS.get(self.calls[step].operation)

    def role(self, step: int) -> Role:
        """What a step does.

        Args:
            step: Its number.
        """
        call, layer = self.calls[step], self.layer(step)
        if call.layer is not None:
            if layer is None or not layer.built_in:
                return Role.OTHER
            if layer.kind == "Activation":
                return Role.PASSING if layer.activation == "linear" else Role.ACTIVATION
            return _KINDS.get(layer.kind, Role.OTHER)
        if call.operation == INPUT:
            return Role.INPUT
        single = len(self.takes[step]) == 1
        if call.operation in _SUMS:
            return Role.LINEAR if single else Role.MERGING
        if call.operation in _SCALES and single:
            return Role.LINEAR
        return Role.ACTIVATION if call.operation in _ACTIVATIONS else Role.OTHER

    def is_linear(self, step: int) -> bool:
        """Whether a step gives a linear map of what it takes, its own activation included.

        Args:
            step: Its number.
        """
        role = self.role(step)
        if role is Role.AFFINE:
            return self.activation(step) in (None, "linear")
        return role in LINEAR_ROLES | {Role.INPUT, Role.MERGING}

    def ahead(self, step: int, through: Callable[[int], bool]) -> tuple[Met, ...]:
        """The steps that a step's values run into first.

        Args:
            step: Its number.
            through: Whether a step is passed through, and those behind it looked at.

        Returns:
            Each once, the nearest way to it; a step that gives an output and is passed through is not among them.
        """
        return tuple(self._walk(step, through, lambda number: self.calls[number].feeds))

    def behind(self, step: int, through: Callable[[int], bool]) -> tuple[Met, ...]:
        """The steps that a step's values come from.

        Args:
            step: Its number.
            through: Whether a step is passed through, and those before it looked at.
        """
        return tuple(self._walk(step, through, lambda number: self.takes[number]))

    def passes(self, step: int) -> bool:
        """Whether a step only moves, drops or disturbs values.

        Args:
            step: Its number.
        """
        return self.role(step) is Role.PASSING

    def gives_output(self, step: int) -> bool:
        """Whether a step's values are an output of the model, also behind steps that pass them on.

        Args:
            step: Its number.
        """
        return any(self.calls[number].outputs for number in (step, *self._passed(step)))

    def is_cut(self, step: int) -> bool:
        """Whether no output can be reached from any input but through a step.

        Args:
            step: Its number.
        """
        front = {number for number, call in enumerate(self.calls) if call.operation == INPUT} - {step}
        seen = set(front)
        while front:
            front = {taker for number in front for taker in self.calls[number].feeds} - seen - {step}
            seen |= front
        return bool(self.calls) and not any(self.calls[number].outputs for number in seen)

    def activation_behind(self, step: int) -> str | None:
        """The activation that a step's values meet: its own or, where that is linear, the next one behind it.

        Args:
            step: Its number.

        Returns:
            "linear" where the values are weighted again or given out first; None where an unknown step, or steps that differ,
            come first.
        """
        own = self.activation(step)
        if own not in (None, "linear"):
            return own
        met = self.ahead(step, lambda number: self.role(number) in LINEAR_ROLES | {Role.NORMALISING, Role.MERGING, Role.POOLING})
        found = {
            self.activation(each.step)
            if self.role(each.step) is Role.ACTIVATION
            else "linear"
            if self.role(each.step) is Role.AFFINE
            else None
            for each in met
        }
        if len(found) > 1:
            return None
        return found.pop() if found else "linear"

    def _passed(self, step: int) -> Iterator[int]:
        front = [step]
        while front:
            front = [taker for number in front for taker in self.calls[number].feeds if self.passes(taker)]
            yield from front

    def _walk(self, step: int, through: Callable[[int], bool], neighbours: Callable[[int], tuple[int, ...]]) -> Iterator[Met]:
        seen = {step}
        front = [Met(step, merged=False, way=())]
        while front:
            found: list[Met] = []
            for met in front:
                for number in neighbours(met.step):
                    if number in seen:
                        continue
                    seen.add(number)
                    way = (*met.way, met.step) if met.step != step else ()
                    merged = met.merged or (met.step != step and self.role(met.step) is Role.MERGING)
                    one = Met(number, merged, way)
                    if through(number):
                        found.append(one)
                    else:
                        yield one
            front = found
