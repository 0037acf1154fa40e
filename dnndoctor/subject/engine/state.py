"""Everything that changes while a model trains: snapshots, resets by assignment, and replicas that share a trace."""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import tensorflow as tf


class State:
    """The variables that a structure's traces touch, with their values from before anything ran."""

    def __init__(self) -> None:
        """Knows no variables yet."""
        self._variables: dict[int, Any] = {}
        self._pristine: dict[int, Any] = {}

    def know(self, variables: Iterable[Any]) -> None:
        """Adds variables, with the values they have now.

        Args:
            variables: Keras' or TensorFlow's; known ones keep their snapshot.
        """
        for variable in variables:
            plain = variable.value if isinstance(variable, keras.Variable) else variable
            if id(plain) not in self._variables:
                self._pristine[id(plain)] = tf.identity(plain)
                self._variables[id(plain)] = plain

    @property
    def variables(self) -> list[Any]:
        """All known variables."""
        return list(self._variables.values())

    @property
    def pristine(self) -> Mapping[int, Any]:
        """The values from before anything ran, by `key`."""
        return self._pristine

    def reset(self, values: Mapping[int, Any], replica: "Replica | None" = None) -> None:
        """Puts every variable back to what it was before anything ran.

        Args:
            values: By `key`; what some variables start from instead (a seed's weights, a rate).
            replica: The variables to reset, None for the model's own.
        """
        # A copy, since other threads' traces may add variables; a trial knows its own since before it began.
        for identity, variable in list(self._variables.items()):
            start = values.get(identity)
            target = variable if replica is None else replica.of(variable)
            # The bare op: `Variable.assign` takes three times as long, and a small model has dozens of variables.
            tf.raw_ops.AssignVariableOp(resource=target.handle, value=self._pristine[identity] if start is None else start)


def key(variable: Any) -> int:
    """The name under which a variable's value is handed to `State.reset`.

    Args:
        variable: Keras' or TensorFlow's.
    """
    return id(variable.value if isinstance(variable, keras.Variable) else variable)


class Replica:
    """A second set of variables for the same traces."""

    def __init__(self) -> None:
        """Copies variables when they are first asked for."""
        self._copies: dict[int, Any] = {}
        self._captures: dict[int, list[Any]] = {}

    def of(self, variable: Any) -> Any:
        """The replica's own copy of a variable.

        Args:
            variable: TensorFlow's, of the traced model.
        """
        copy = self._copies.get(id(variable))
        if copy is None:
            copy = tf.Variable(variable, trainable=False, dtype=variable.dtype, shape=variable.shape)
            self._copies[id(variable)] = copy
        return copy

    def captures(self, function: Any) -> list[Any]:
        """What a concrete function captures, with this replica's variables in place of the model's.

        Args:
            function: Lives as long as the replica.
        """
        if id(function) not in self._captures:
            own = {id(variable.handle): variable for variable in function.graph.variables}
            self._captures[id(function)] = [
                self.of(own[id(tensor)]).handle if id(tensor) in own else tensor for tensor in function.captured_inputs
            ]
        return self._captures[id(function)]


def innermost(optimizer: Any) -> Any:
    """The optimizer that updates weights: the one inside a LossScaleOptimizer, or itself.

    Args:
        optimizer: One of `optimizers_of`.
    """
    return getattr(optimizer, "inner_optimizer", optimizer)


def optimizers_of(model: keras.Model) -> list[Any]:
    """The optimizers of a model: the compiled one first, then those it holds as attributes, alone or in lists and dicts.

    Args:
        model: Any model.
    """
    found: dict[int, Any] = {}

    def look(value: Any, depth: int) -> None:
        if isinstance(value, keras.optimizers.Optimizer):
            found.setdefault(id(value), value)
        elif depth and isinstance(value, dict):
            for item in value.values():
                look(item, depth - 1)
        elif depth and isinstance(value, list | tuple):
            for item in value:
                look(item, depth - 1)

    look(model.optimizer, 0)
    for name, value in list(vars(model).items()):
        if not name.startswith("_"):
            look(value, 2)
    return list(found.values())
