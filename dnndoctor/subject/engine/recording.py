"""What one step writes down: taps that are in place only while the step is traced, and the columns they fill."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.trial import Recording
from dnndoctor.subject.engine import measures, private
from dnndoctor.subject.layers import WalkedLayer, walk_layers


@dataclass(frozen=True)
class Column:
    """One number of every step.

    Attributes:
        what: "loss"; "gradient", "update" and "weight", the norms of a layer's own variables; "activation_rms" and
            "activation_zero_share"; "log"; or "nothing" where it means nothing.
        name: The layer's path, or the log's key; empty for the whole model and for variables of no layer.
    """

    what: str
    name: str = ""


@dataclass
class StepRecorder:
    """Runs the model's own `train_step` once and puts what it did into one vector.

    Attributes:
        model: Compiled, with all its variables made.
        optimizers: All of the model's optimizers.
        recording: How much is written down.
        keep_metrics: Whether metrics go on adding up, as in an epoch of `fit`; else they start anew at every step and, where
        Keras' own
            `train_step` runs and nothing else reads them, are left out.
        without_branches: Whether the recording must do without branches, which the single-threaded executor does not take.
        columns: What the numbers of the vector are; known once a step was traced.
        has_loss: Whether the step reports a loss at all.
    """

    model: keras.Model
    optimizers: Sequence[Any]
    recording: Recording
    keep_metrics: bool = False
    without_branches: bool = False
    columns: tuple[Column, ...] = ()
    has_loss: bool = True
    _layers: tuple[WalkedLayer, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Looks at the layers once, so that all traces name them alike."""
        self._layers = walk_layers(self.model) if self.recording is Recording.LAYERS else ()

    def __call__(self, data: Any) -> tuple[Any, Any]:
        """Takes one step.

        Args:
            data: A batch, as `fit` hands it over.

        Returns:
            The loss, a float32 scalar, and all columns, float32 (columns,). The loss comes first among them.
        """
        trainable = _unique(self.model.trainable_variables) if self.recording is not Recording.LOSS else []
        before = [tf.convert_to_tensor(variable.value) for variable in trainable]
        losses: list[Any] = []
        gradients = Gradients()
        outputs: dict[int, list[Any]] = {}
        with ExitStack() as taps:
            if is_stock(self.model):
                taps.enter_context(_tapped_loss(self.model, losses))
                if not self.keep_metrics:
                    taps.enter_context(_without_metrics(self.model))
            if self.recording is not Recording.LOSS:
                for optimizer in self.optimizers:
                    taps.enter_context(tapped_optimizer(optimizer, gradients))
            if self.recording is Recording.LAYERS:
                taps.enter_context(_tapped_layers(self._layers, outputs))
            logs = self._train_step(data)
        found = losses[0] if losses else loss_in(logs)
        self.has_loss = found is not None
        loss = tf.reduce_mean(tf.cast(found, tf.float32)) if found is not None else tf.constant(np.nan, tf.float32)
        columns, numbers = [Column("loss")], [loss[tf.newaxis]]
        for names, values in self._measured(loss, trainable, before, gradients, outputs):
            columns += names
            numbers.append(values)
        if self.keep_metrics:
            scalars = flat_logs(logs)
            columns += [Column("log", key) for key in scalars]
            numbers += [tf.cast(tf.reduce_mean(tf.cast(value, tf.float32)), tf.float32)[tf.newaxis] for value in scalars.values()]
        self.columns = tuple(columns)
        return loss, tf.concat(numbers, 0) if len(numbers) > 1 else numbers[0]

    def _activations(self, layers: list[list[Any]], loss: Any) -> Any:
        return measures.activations(layers, loss, without_branches=self.without_branches)

    def _train_step(self, data: Any) -> Any:
        if is_stock(self.model):
            return self.model.train_step(data)
        counters = [variable for metric in self.model.metrics for variable in metric.variables]
        kept = [tf.identity(variable.value) for variable in counters] if self.keep_metrics else []
        for metric in self.model.metrics:
            metric.reset_state()
        logs = self.model.train_step(data)
        if isinstance(logs, dict):
            logs = {key: tf.identity(value) if tf.is_tensor(value) else value for key, value in logs.items()}
        # Keras' metrics are sums, so the epoch's state is that of the earlier steps plus that of this one.
        for variable, earlier in zip(counters, kept, strict=False):
            variable.assign_add(earlier)
        return logs

    def _measured(
        self, loss: Any, trainable: list[Any], before: list[Any], gradients: "Gradients", outputs: dict[int, list[Any]]
    ) -> Iterator[tuple[list[Column], Any]]:
        if not trainable:
            return
        after = [tf.convert_to_tensor(variable.value) for variable in trainable]
        # Variables by the layer whose own they are; what belongs to none, and everything where no layers are recorded, comes
        # last.
        owner = {
            id(variable): number for number, walked in reversed(list(enumerate(self._layers))) for variable in walked.weights
        }
        paths = [walked.path for walked in self._layers]
        owners = [
            [owner.get(key, len(paths)) for key in gradients.variables],
            [owner.get(id(variable), len(paths)) for variable in trainable],
        ]
        # Only groups that have something: the others would be columns of zeros.
        used = sorted({*owners[0], *owners[1]})
        place = {group: number for number, group in enumerate(used)}
        owners = [[place[group] for group in of_these] for of_these in owners]
        names = [(*paths, "")[group] for group in used]
        columns = [Column(what, name) for what in ("gradient", "update", "weight") for name in names]
        sizes = measures.sizes(gradients.tensors, before, after, owners, len(used))
        # Without a tap on a gradient (a train_step that assigns by itself) its norm is unknown, not zero.
        yield ([*columns] if gradients.tensors else [*(Column("nothing") for _ in used), *columns[len(used) :]]), sizes
        seen = [(walked.path, outputs[id(walked.layer)]) for walked in self._layers if outputs.get(id(walked.layer))]
        if seen:
            shown = ("activation_rms", "activation_zero_share")
            yield (
                [Column(what, path) for what in shown for path, _ in seen],
                measures.activations([made for _, made in seen], loss),
            )


def is_stock(model: keras.Model) -> bool:
    """Whether Keras' own `train_step` runs and nothing but itself sees its metrics.

    Args:
        model: Any model.
    """
    kind = type(model)
    return (
        kind.train_step is keras.Model.train_step
        and kind.compute_metrics is keras.Model.compute_metrics
        and not {"train_step", "compute_metrics", "compute_loss"} & vars(model).keys()
        and private.loss_tracker(model) is not None
    )


def loss_in(logs: Any) -> Any:
    """The loss among what a `train_step` reports.

    Args:
        logs: What it returned.

    Returns:
        The entry "loss"; else the sum of the entries with "loss" in their names; None where there are none.
    """
    scalars = flat_logs(logs)
    if "loss" in scalars:
        return scalars["loss"]
    parts = [tf.reduce_mean(tf.cast(value, tf.float32)) for key, value in scalars.items() if "loss" in key]
    return tf.add_n(parts) if parts else None


@dataclass
class Gradients:
    """The gradients of one step, as the optimizers are given them, without loss scaling.

    Attributes:
        tensors: The gradients.
        variables: `id` of the variable that each belongs to.
        missing: `id` of the variables that an optimizer was handed without a gradient.
    """

    tensors: list[Any] = field(default_factory=list)
    variables: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def _unique(variables: Sequence[Any]) -> list[Any]:
    return list({id(variable): variable for variable in variables}.values())


def flat_logs(logs: Any) -> dict[str, Any]:
    """What a step reports, nested dicts laid flat; empty where it is no dict.

    Args:
        logs: What a `train_step` or `test_step` returned.
    """
    flat: dict[str, Any] = {}
    for key, value in logs.items() if isinstance(logs, dict) else ():
        if isinstance(value, dict):
            flat |= flat_logs(value)
        else:
            flat[str(key)] = value
    return flat


@contextmanager
def replaced(owner: Any, **methods: Callable[..., Any]) -> Iterator[None]:
    """Methods of one instance replaced, behind the back of Keras' attribute tracking.

    Args:
        owner: The instance.
        methods: By name.
    """
    kept = {name: vars(owner)[name] for name in methods if name in vars(owner)}
    vars(owner).update(methods)
    try:
        yield
    finally:
        for name in methods:
            vars(owner).pop(name, None)
        vars(owner).update(kept)


@contextmanager
def _tapped_loss(model: keras.Model, losses: list[Any]) -> Iterator[None]:
    original = model.compute_loss

    @functools.wraps(original)
    def compute_loss(*args: Any, **kwargs: Any) -> Any:
        loss = original(*args, **kwargs)
        losses.append(loss)
        return loss

    with replaced(model, compute_loss=compute_loss):
        yield


@contextmanager
def _without_metrics(model: keras.Model) -> Iterator[None]:
    with (
        replaced(model, compute_metrics=lambda *_args, **_kwargs: {}),
        replaced(private.loss_tracker(model), update_state=lambda *_args, **_kwargs: None),
    ):
        yield


@contextmanager
def tapped_optimizer(optimizer: Any, gradients: Gradients) -> Iterator[None]:
    """Notes in `gradients` what an optimizer is given while it is active."""
    original = optimizer.apply

    @functools.wraps(original)
    def apply(grads: Any, trainable_variables: Any = None) -> Any:
        grads = list(grads)
        variables = list(optimizer._trainable_variables if trainable_variables is None else trainable_variables)
        scale = optimizer.dynamic_scale if hasattr(optimizer, "inner_optimizer") else optimizer.loss_scale_factor
        if isinstance(scale, keras.Variable):
            scale = tf.convert_to_tensor(scale.value)  # read before the optimizer moves it
        for gradient, variable in zip(grads, variables, strict=False):
            if gradient is None:
                gradients.missing.append(id(variable))
            else:
                dense = measures.summed_rows(gradient)
                gradients.tensors.append(dense if scale is None else dense / tf.cast(scale, dense.dtype))
                gradients.variables.append(id(variable))
        return original(grads, trainable_variables)

    with replaced(optimizer, apply=apply):
        yield


@contextmanager
def _tapped_layers(layers: Sequence[WalkedLayer], outputs: dict[int, list[Any]]) -> Iterator[None]:
    known = {id(walked.layer) for walked in layers}
    eager = tf.executing_eagerly()
    graph = None if eager else tf.compat.v1.get_default_graph()

    def note(layer: Any, _args: Any, result: Any) -> None:
        if id(layer) not in known:
            return
        for tensor in tf.nest.flatten(result):
            # Cells of recurrent layers run in graphs of their own, whose tensors mean nothing out here.
            here = tf.is_tensor(tensor) and (eager or getattr(tensor, "graph", None) is graph)
            if here and tensor.dtype.is_floating:
                outputs.setdefault(id(layer), []).append(tensor)

    with private.watched_calls(note):
        yield
