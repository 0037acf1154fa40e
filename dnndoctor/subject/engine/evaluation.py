"""Scoring a structure's variables: the model's own `evaluate` and its forward pass, each compiled once for any number of rows."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.outcome import OutputScore, Score
from dnndoctor.subject.blueprint import Blueprint, Sample, Tree
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.recording import flat_logs, replaced
from dnndoctor.subject.engine.state import Replica
from dnndoctor.subject.facts.output_masks import mask_of
from dnndoctor.subject.scoring import score_output, takes_logits

SCORED_ROWS = 2048

SMALLEST_BATCH = 32
"""Scores are taken in batches of the recipe's size, as validation in `fit`; below this, in those that `evaluate` takes."""

PREDICTED_VALUES = 2**24
"""So many predicted numbers are held at once at most (64 MB): with large outputs, fewer rows are scored."""


@dataclass(frozen=True)
class ScoredRows:
    """Rows that are scored, and their targets by output.

    Attributes:
        rows: On the device.
        targets: By output name, as the user gave them.
        weights: Sample weights by output name, as the user gave them; empty where there are none.
    """

    rows: Rows
    targets: dict[str, Any]
    weights: dict[str, Any]


class Evaluator:
    """Scores one structure."""

    def __init__(self, model: keras.Model, blueprint: Blueprint, rows: Rows, batch_size: int) -> None:
        """Traces what can be traced; the rest is left out of the scores.

        Args:
            model: Of the structure.
            blueprint: Of the subject.
            rows: For their shapes.
            batch_size: Rows in a batch of the evaluation.
        """
        self._model = model
        self._blueprint = blueprint
        self._template = rows.template
        self._batch_size = batch_size
        self._names: list[str] = []
        self._metrics_match = False
        self._keys: list[str] = []
        self._masked: list[int] = []
        self._predicts = True
        self._retracing = threading.Lock()
        self._logits = _logits_by_output(model, blueprint.output_names)
        self._specs = [*([rows.specs()]), tf.TensorSpec([], tf.int32)]
        self._evaluate = self._traced(self._evaluation, self._specs)
        self._forward = {training: self._traced(self._predicting(training), self._specs) for training in (False, True)}

    def functions(self) -> Sequence[Any]:
        """The compiled functions, whose variables belong to the structure's state."""
        return [function for function in (self._evaluate, *self._forward.values()) if hasattr(function, "graph")]

    def score(self, scored: ScoredRows, replica: Replica | None, *, training: bool = False) -> Score:
        """Scores the variables as they are.

        Args:
            scored: The rows.
            replica: Whose variables.
            training: Whether to predict as in training: batch statistics, dropout, and no losses.
        """
        if self._predicts:
            try:
                return self._score(scored, replica, training)
            except tf.errors.InvalidArgumentError:  # outputs whose shape hangs on the rows of a batch cannot be laid end to end
                self._predict_no_more()
        return self._score(scored, replica, training)

    def _predict_no_more(self) -> None:
        with self._retracing:
            if self._predicts:
                self._predicts = False
                self._evaluate = self._traced(self._evaluation, self._specs)
                self._forward = dict.fromkeys((False, True))

    def _score(self, scored: ScoredRows, replica: Replica | None, training: bool) -> Score:
        loss, metrics, predictions = float("nan"), {}, None
        if not training and self._evaluate is not None:
            numbers, last, *flat = self._call(self._evaluate, scored.rows, replica)
            values = dict(zip(self._names, (numbers if self._metrics_match else last).numpy().tolist(), strict=True))
            loss = values.pop("loss", float("nan"))
            metrics = values
            predictions = flat or None
        function = self._forward[training]
        if predictions is None and function is not None:
            predictions = self._call(function, scored.rows, replica)
        return Score(loss, metrics, self._scores(predictions, scored) if predictions is not None else {})

    def logs(self, rows: Rows, replica: Replica | None) -> dict[str, float]:
        """What `evaluate` reports.

        Args:
            rows: To evaluate on.
            replica: Whose variables.
        """
        if self._evaluate is None:
            return {}
        numbers, last, *_ = self._call(self._evaluate, rows, replica)
        return dict(zip(self._names, (numbers if self._metrics_match else last).numpy().tolist(), strict=True))

    def _call(self, function: Any, rows: Rows, replica: Replica | None) -> list[Any]:
        batch = tf.constant(self._batch_size)
        if replica is None:
            return list(function(list(rows.leaves), batch))
        return list(private.call_with(function, [*rows.leaves, batch], replica.captures(function)))

    def _traced(self, function: Any, specs: Any) -> Any:
        try:
            return tf.function(function, autograph=False).get_concrete_function(*specs)
        except Exception:  # a model without a call of its own, or a step that needs Python
            return function if self._model.run_eagerly else None

    def _evaluation(self, leaves: Any, batch_size: Any) -> Any:
        model = self._model
        seen: list[Any] = []
        original = model.compute_loss

        def compute_loss(x: Any = None, y: Any = None, y_pred: Any = None, *args: Any, **kwargs: Any) -> Any:
            seen.append(y_pred)
            return original(x, y, y_pred, *args, **kwargs)

        def step(batch: Any) -> list[Any]:
            seen.clear()
            logs = flat_logs(model.test_step(rows_data.batch(self._template, batch)))
            self._names = list(logs)
            numbers = tf.stack([tf.reduce_mean(tf.cast(value, tf.float32)) for value in logs.values()]) if logs else tf.zeros([0])
            stock = type(model).test_step is keras.Model.test_step
            if not self._predicts or not stock or not seen or seen[0] is None:
                return [numbers]
            return [numbers, *self._flat(seen[0])]

        model.reset_metrics()
        with replaced(model, compute_loss=compute_loss):
            last, *predictions = _over_batches(step, leaves, batch_size, last_only=1)
        result = flat_logs(model.get_metrics_result())
        self._metrics_match = set(result) == set(self._names)
        numbers = (
            tf.stack([tf.reduce_mean(tf.cast(result[name], tf.float32)) for name in self._names])
            if self._metrics_match and result
            else last
        )
        return [numbers, last, *predictions]

    def _predicting(self, training: bool) -> Any:
        def predict(leaves: Any, batch_size: Any) -> Any:
            def step(batch: Any) -> list[Any]:
                x = rows_data.inputs(self._template, batch)
                takes = getattr(self._model, "_call_has_training_arg", True)
                return self._flat(self._model(x, training=training) if takes else self._model(x))

            return _over_batches(step, leaves, batch_size)

        return predict

    def _flat(self, outputs: Any) -> list[Any]:
        """Outputs, and behind them the masks of those that have one."""
        self._keys = sorted(outputs) if isinstance(outputs, dict) else []
        flat = tf.nest.flatten(outputs)
        masks = [mask_of(output) for output in flat]
        self._masked = [number for number, mask in enumerate(masks) if mask is not None]
        return [tf.cast(tensor, tf.float32) for tensor in (*flat, *(mask for mask in masks if mask is not None))]

    def _scores(self, predictions: Sequence[Any], scored: ScoredRows) -> dict[str, OutputScore]:
        names = self._blueprint.output_names
        by_key = bool(self._keys) and set(self._keys) <= set(names)
        found = {}
        outputs = predictions[: len(predictions) - len(self._masked)]
        masks = dict(zip(self._masked, predictions[len(outputs) :], strict=True))
        for number, tensor in enumerate(outputs):
            name = self._keys[number] if by_key else names[number] if number < len(names) else f"output_{number}"
            found[name] = score_output(
                tensor.numpy(),
                scored.targets.get(name),
                self._blueprint.tasks.get(name, "unknown"),
                self._blueprint.encodings.get(name, "unknown"),
                self._logits.get(name),
                _counting(scored.weights.get(name), masks.get(number)),
            )
        return {name: found[name] for name in (*names, *found) if name in found}

    def row_limit(self) -> int:
        """How many rows may be scored."""
        values = 1
        for function in self._forward.values():
            for output in tf.nest.flatten(getattr(function, "structured_outputs", [])):
                values = max(values, output.shape[1:].num_elements() or 1 if output.shape.rank else 1)
        return max(1, min(SCORED_ROWS, PREDICTED_VALUES // values))


def targets_by_output(y: Tree, names: Sequence[str]) -> dict[str, Any]:
    """The targets by the output that they belong to.

    Args:
        y: The user's targets.
        names: Of the outputs, in the order of the targets.
    """
    if isinstance(y, dict):
        return {name: y[name] for name in names if name in y}
    return dict(zip(names, rows_data.leaves_of(y), strict=False))


def _counting(weights: Any, mask: Any) -> Any:
    """Weights of which those of masked steps are zero."""
    if mask is None:
        return weights
    counted = mask.numpy()
    return counted if weights is None else counted * np.asarray(weights).reshape(len(counted), -1)


def _logits_by_output(model: keras.Model, names: Sequence[str]) -> dict[str, bool | None]:
    loss = getattr(model, "loss", None)
    if isinstance(loss, dict):
        return {name: takes_logits(loss[name]) for name in names if loss.get(name) is not None}
    if isinstance(loss, list | tuple):
        return {name: takes_logits(part) for name, part in zip(names, loss, strict=False) if part is not None}
    return dict.fromkeys(names, takes_logits(loss)) if loss is not None else {}


def _over_batches(step: Any, leaves: Sequence[Any], batch_size: Any, last_only: int = 0) -> list[Any]:
    """Runs a step over batches in order, the last one short, and lays its results end to end.

    Args:
        step: Of the leaves of a batch; returns tensors.
        leaves: Of all rows.
        batch_size: Scalar tensor.
        last_only: Of so many of the first results only the last batch's is kept.
    """
    rows = tf.shape(leaves[0])[0]
    batches = (rows + batch_size - 1) // batch_size
    specs = [tf.TensorSpec([None, *leaf.shape[1:]], leaf.dtype) for leaf in leaves]
    if not tf.executing_eagerly():
        step = tf.function(step, autograph=False, input_signature=[specs])
    # The first batch is taken outside, so that the number and the types of the results are known to the loop.
    first = step([leaf[:batch_size] for leaf in leaves])
    kept = first[:last_only]
    arrays = [
        tf.TensorArray(tensor.dtype, size=batches, infer_shape=False, element_shape=[None, *tensor.shape[1:]]).write(0, tensor)
        for tensor in first[last_only:]
    ]

    def body(number: Any, _kept: Any, arrays: Any) -> Any:
        start = number * batch_size
        results = step([leaf[start : start + batch_size] for leaf in leaves])
        written = [array.write(number, tensor) for array, tensor in zip(arrays, results[last_only:], strict=True)]
        return number + 1, results[:last_only], written

    _, kept, arrays = tf.while_loop(lambda number, *_: number < batches, body, (tf.constant(1), kept, arrays))
    return [*kept, *(array.concat() for array in arrays)]


def counted_rows(sample: Sample) -> np.ndarray[Any, Any]:
    """Numbers of the rows that have any weight; all where nothing is weighted, or all weights are zero.

    Args:
        sample: Of the blueprint.
    """
    everything = np.arange(sample.rows, dtype=np.int32)
    weights = [np.asarray(leaf).reshape(sample.rows, -1) for leaf in rows_data.leaves_of(sample.weight)]
    if not weights:
        return everything
    counted = everything[np.any([np.any(weight != 0, axis=1) for weight in weights], axis=0)]
    return counted if len(counted) else everything


def score_rows(rows: Rows, sample: Sample, names: Sequence[str], chosen: np.ndarray[Any, Any]) -> ScoredRows:
    """Takes rows and their targets for scoring.

    Args:
        rows: All rows.
        sample: The same rows as the user gave them.
        names: Of the outputs.
        chosen: Row numbers.
    """
    targets = {name: np.asarray(target)[chosen] for name, target in targets_by_output(sample.y, names).items()}
    # One array of weights is for all outputs.
    given = (
        dict.fromkeys(names, sample.weight) if isinstance(sample.weight, np.ndarray) else targets_by_output(sample.weight, names)
    )
    weights = {name: np.asarray(weight)[chosen] for name, weight in given.items() if weight is not None}
    whole = len(chosen) == rows.count and bool((chosen == np.arange(rows.count)).all())
    return ScoredRows(rows if whole else rows.take(chosen), targets, weights)
