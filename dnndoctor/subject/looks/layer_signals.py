"""What layers and activations give for a batch: sizes, how far rows differ, units that are dead, flat or alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.evidence.seen.start import SignalSeen, UnitsSeen
from dnndoctor.subject.forward_pass import Call, sources
from dnndoctor.subject.layers import WalkedLayer, walk_layers

FLAT_SLOPE = 0.01
"""Distance from the end of a sigmoid or tanh from which it is flat: its slope is then a twenty-fifth of its largest (sigmoid), or
a fiftieth (tanh)."""

MOSTLY = 0.99
"""Share of the values in which a unit stands at a flat end to be called saturated."""

COMPARED = 4096
"""Values of a unit that are compared with another's: equal weights give equal values everywhere."""

PROJECTIONS = 3
ALIKE = 1e-5
"""Units are told apart by random projections of their values: relative to the largest, two of a thousand different units come
within 1e-5 in all three of them one time in a billion, while rounding stays ten times below."""

BEHIND = 40
"""Tensors that are looked through from an activation back to the layer whose values it bends; near ones come first."""

NEAR = 6
"""Tensors that are looked through for what a sigmoid weights: TensorFlow's SiLU scales it and copies it on the way."""

_NO_ACTIVATION = (keras.layers.PReLU,)
"""Layers that put themselves together from rectifiers, each of which is half of them."""

_ACTIVATIONS = {"Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softmax": "softmax"}


@dataclass
class Signals:
    """Which tensors of one traced forward pass are measured, and as what.

    Attributes:
        tensors: All of them, each once.
    """

    tensors: list[Any] = field(default_factory=list)
    _layers: list[tuple[WalkedLayer, int, tuple[int, ...]]] = field(default_factory=list)
    _activations: list[tuple[str, str, int]] = field(default_factory=list)
    _outputs: list[int] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, model: keras.Model, outputs: Any, calls: Sequence[Call]) -> "Signals":
        """What there is to measure.

        Args:
            model: Whose forward pass is being traced.
            outputs: What it returned.
            calls: Of its layers, in order.
        """
        found = cls()
        walked = {id(layer.layer): layer for layer in walk_layers(model)}
        for call in calls:
            layer = walked.get(id(call.layer))
            if layer is not None and not isinstance(call.layer, keras.Model) and call.made and _is_signal(call.made[0]):
                given = tuple(found._place(tensor) for tensor in call.given if _is_signal(tensor))
                found._layers.append((layer, found._place(call.made[0]), given))
        paths = {identity: layer.path for identity, layer in walked.items()}
        found._activations = [(path, name, found._place(values)) for path, name, values in _activations(calls, paths)]
        found._outputs = [found._place(output) for output in tf.nest.flatten(outputs) if _is_signal(output)]
        return found

    def measure(
        self, values: Sequence[Any], rows: int
    ) -> tuple[tuple[SignalSeen, ...], tuple[UnitsSeen, ...], tuple[float, ...]]:
        """Measures what the pass gave.

        Args:
            values: Of `tensors`.
            rows: In the batch.

        Returns:
            Signals of layers, units of activations, and how far each output varies.
        """
        used = {place for _, made, given in self._layers for place in (made, *given)}
        varies = {place: _varies(values[place], rows) for place in used.union(self._outputs)}
        return (
            tuple(
                _signal(layer, values[made], varies[made], max((varies[place] for place in given), default=float("nan")))
                for layer, made, given in self._layers
            ),
            tuple(_units(path, name, values[place]) for path, name, place in self._activations),
            tuple(varies[place] for place in self._outputs),
        )

    def _place(self, tensor: Any) -> int:
        if id(tensor) not in self._places:
            self._places[id(tensor)] = len(self.tensors)
            self.tensors.append(tensor)
        return self._places[id(tensor)]


def twins(values: Any) -> int:
    """How many units equal another one, those that are zero throughout apart.

    Args:
        values: (values, units).
    """
    directions = tf.random.stateless_normal([PROJECTIONS, values.shape[0]], seed=(3, 7))
    seen = tf.matmul(directions, tf.cast(values, tf.float32)).numpy()
    seen = seen[:, seen[0].argsort()]
    smallest = ALIKE * abs(seen).max(initial=0.0)
    same = (abs(seen[:, 1:] - seen[:, :-1]) <= smallest).all(axis=0) & (abs(seen[:, 1:]) > smallest).any(axis=0)
    units = {unit for place in same.nonzero()[0] for unit in (int(place), int(place) + 1)}
    return len(units)


def _is_signal(tensor: Any) -> bool:
    return bool(tensor.dtype.is_floating and tensor.shape.rank and tensor.shape.num_elements())


def _varies(tensor: Any, rows: int) -> float:
    """By differences from one row to the next, exactly zero where all rows are equal; their variance is twice the rows'."""
    if tensor.shape[0] != rows or rows < 2:
        return float("nan")
    values = tf.cast(tensor, tf.float32)
    between = tf.reduce_mean(tf.math.squared_difference(values, tf.roll(values, 1, axis=0))) / 2
    return float(tf.math.divide_no_nan(tf.sqrt(between), _rms(values)))


def _rms(values: Any) -> Any:
    return tf.sqrt(2 * tf.nn.l2_loss(values) / tf.size(values, tf.float32))


def _signal(walked: WalkedLayer, made: Any, varies: float, received: float) -> SignalSeen:
    values = tf.cast(made, tf.float32)
    rms, mean, units = float(_rms(values)), float(tf.reduce_mean(values)), int(made.shape[-1])
    alike = twins(tf.reshape(values, [-1, units])[:COMPARED]) if walked.weights else 0
    return SignalSeen(walked.path, rms, mean, max(0.0, rms**2 - mean**2) ** 0.5, varies, received, units, alike)


def _units(path: str, activation: str, made: Any) -> UnitsSeen:
    units = int(made.shape[-1])
    values = tf.reshape(tf.cast(made, tf.float32), [-1, units])
    dead, flat, share = 0, 0, 0.0
    if activation == "softmax":
        share = float(tf.reduce_mean(tf.cast(tf.reduce_max(values, axis=1) > 1 - FLAT_SLOPE, tf.float32)))
    if activation in ("relu", "relu6"):
        dead = int(tf.math.count_nonzero(tf.reduce_max(values, axis=0) <= 0))
    if activation in ("relu6", "sigmoid", "tanh"):
        low, high = {"relu6": (-1.0, 6.0), "sigmoid": (FLAT_SLOPE, 1 - FLAT_SLOPE)}.get(
            activation, (FLAT_SLOPE - 1, 1 - FLAT_SLOPE)
        )
        shares = tf.reduce_mean(tf.cast((values < low) | (values >= high), tf.float32), axis=0)
        flat, share = int(tf.math.count_nonzero(shares >= MOSTLY)), float(tf.reduce_mean(shares))
    return UnitsSeen(path, activation, units, dead, flat, share)


def _activations(calls: Sequence[Call], paths: dict[int, str]) -> Iterator[tuple[str, str, Any]]:
    """Path, name and values of every activation that layers or the user's own code apply; those of loops are out of sight."""
    if not calls or tf.executing_eagerly():
        return
    operations = tf.compat.v1.get_default_graph().get_operations()
    made = {id(tensor): call.layer for call in calls for tensor in call.made if not isinstance(call.layer, keras.Model)}
    for place in range(min(call.operations[0] for call in calls), max(call.operations[1] for call in calls)):
        op = operations[place]
        activation = _ACTIVATIONS.get(op.type)
        if activation is None or not _is_signal(op.outputs[0]) or _weights_itself(op):
            continue
        layer = next((call.layer for call in calls if call.operations[0] <= place < call.operations[1]), None)
        if isinstance(layer, _NO_ACTIVATION):
            continue
        if isinstance(layer, keras.Model):
            near = islice(sources(op.inputs[0], until=lambda _: False), BEHIND)
            layer = next((made[id(tensor)] for tensor in near if id(tensor) in made), layer)
        if (path := paths.get(id(layer))) is not None:
            yield path, activation, op.outputs[0]


def _weights_itself(op: Any) -> bool:
    """Whether what goes into a sigmoid is multiplied by what comes out: x * sigmoid(x) is SiLU, which has no flat ends."""
    gated = {id(other) for user in op.outputs[0].consumers() if user.type == "Mul" for other in user.inputs}
    return any(id(near) in gated for near in islice(sources(op.inputs[0], until=lambda _: False), NEAR))
