"""The look `loss`: every loss and metric of the model, tried on the user's own targets and on made-up predictions."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.contract import DISTANCE_LOSSES, IDS_LOSSES, PROBABILITY_ACTIVATIONS
from dnndoctor.evidence.seen.loss import Likeness, LossSeen, MetricSeen, OutputLoss, Predicted
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.losses import metric_name
from dnndoctor.subject.looks import CannotLookError, Look, Scene
from dnndoctor.subject.looks import loss_probes as probes
from dnndoctor.subject.looks.loss_places import TRIED_ROWS, Place, attempt, places_of, resolve, rows_of
from dnndoctor.subject.looks.loss_terms import added_growth, added_terms, terms_of
from dnndoctor.subject.looks.predictions import Line, Space

_TAIL_ROWS = 4096
"""Rows among which the hundredth with the largest gradients is looked for."""


class LossLook(Look):
    """One forward pass on a part of the first batch; all else are calls of losses and metrics on small arrays."""

    name = "loss"

    def see(self, scene: Scene, seed: int) -> LossSeen:
        """See `Look.see`."""
        model = scene.model(seed)
        if type(model).train_step is not keras.Model.train_step or type(model).compute_loss is not keras.Model.compute_loss:
            raise CannotLookError("The model computes its loss by code of its own, which may prepare the targets in its own way.")
        try:
            return _seen(scene, model)
        finally:
            model.reset_metrics()


def _seen(scene: Scene, model: keras.Model) -> LossSeen:
    x, y, weight = scene.batch(rows_of(scene))
    structure = model(x, training=False)
    added = attempt(lambda: added_growth(model, x)) if added_terms(model) else None
    resolve(model, x, y, weight, structure)
    places = places_of(scene, model, structure, y)
    if not places and added is None:
        raise CannotLookError("No output of the model has both a loss and targets of its own, and no layer adds to the loss.")
    outputs = tuple(_output(place) for place in places)
    pairs = zip(places, outputs, strict=True)
    return LossSeen(
        outputs=outputs,
        metrics=tuple(found for place, seen in pairs for found in _metrics(model, place, seen.likeness, scene)),
        terms=attempt(lambda: terms_of(model, places, x, scene)) or (),
        added_growth=added,
    )


def _output(place: Place) -> OutputLoss:
    targets = place.rows(TRIED_ROWS)
    seen = OutputLoss(
        output=place.facts.name,
        loss=place.facts.loss.name if place.facts.loss is not None else type(place.loss).__name__,
        built_in=place.built_in,
        rows=len(targets),
        predicted=attempt(lambda: _predicted(place)),
    )
    likeness = None if place.built_in else attempt(lambda: _likeness(place, targets))
    line = place.line(targets, logits=_takes_logits(place, likeness))
    if line is None:
        return replace(seen, likeness=likeness, growth=attempt(lambda: _growth(place, targets)))
    given = tf.convert_to_tensor(targets)
    loss = place.loss
    broadcast = attempt(lambda: probes.broadcast(lambda y, p: probes.value(loss, y, p), given, line))
    # What the loss does beside a broadcast is seen without it; one that squeezes by itself wants the targets as they are.
    aligned = _aligned(given, line) if broadcast is not None and broadcast.differs else given
    depends = attempt(lambda: probes.uses_targets(loss, aligned, line))
    slopes = attempt(lambda: probes.slopes(loss, aligned, line))
    return replace(
        seen,
        likeness=likeness,
        broadcast=broadcast,
        growth=attempt(lambda: probes.growth(loss, aligned, line.disturbed(0.3, 0.5, 2))),
        uses_targets=None if depends is None else depends[0],
        gradient_uses_targets=None if depends is None else depends[1],
        flat=None if slopes is None else slopes[0],
        constant_slope=None if slopes is None else slopes[1],
        course=None if place.built_in else attempt(lambda: probes.course(loss, aligned, line)),
        worst_share=attempt(lambda: _worst_share(place, align=aligned is not given)) if line.space is Space.NUMBERS else None,
    )


def _takes_logits(place: Place, likeness: Likeness | None) -> bool:
    """Whether the predictions of classes are logits: by the loss where it says so, else by the head that they come from."""
    loss = place.facts.loss
    if loss is not None and loss.built_in:
        return bool(loss.from_logits)
    if likeness is not None:
        return bool(likeness.from_logits)
    if place.facts.activation in (None, "custom"):
        values = np.asarray(place.predicted)
        return bool(((values < 0) | (values > 1)).any())
    return place.facts.activation == "linear"


def _likeness(place: Place, targets: Array) -> Likeness | None:
    # Numbers between 0 and 1 can be taken for logits as well as for probabilities, so both can be told apart on them.
    line = place.line(targets, logits=False)
    if line is None:
        return None
    given = tf.convert_to_tensor(targets)
    found = probes.likeness(place.loss, given, line) or probes.likeness(place.loss, _aligned(given, line), line)
    if found is None or targets.size == line.ideal.size:
        return found
    if found.name != "categorical_crossentropy":
        return None  # a distance to rows that the loss made of the ids by itself; Keras' own would subtract the ids
    return replace(found, name=next(iter(IDS_LOSSES)))


def _aligned(targets: Any, line: Line) -> Any:
    """The targets in the predictions' shape where they hold equally many numbers: as a loss wants them that minds its shapes."""
    return tf.reshape(targets, line.ideal.shape) if int(np.prod(targets.shape)) == line.ideal.size else targets


def _predicted(place: Place) -> Predicted:
    logits = getattr(place.predicted, "_keras_logits", None)  # where Keras keeps what it took a softmax or sigmoid of
    with tf.GradientTape() as tape:
        tape.watch([each for each in (place.predicted, logits) if each is not None])
        total = tf.reduce_sum(tf.cast(place.loss(place.truth, place.predicted), tf.float32))
    direct, behind = tape.gradient(total, [place.predicted, place.predicted if logits is None else logits])
    finds = logits is not None and direct is None and behind is not None
    found = behind if finds else direct
    values = np.asarray(place.predicted, np.float64)
    still = np.ones(values.shape, bool) if found is None else np.asarray(tf.convert_to_tensor(found)) == 0
    finite = values[np.isfinite(values)]
    return Predicted(
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        outside_unit=float(((finite < 0) | (finite > 1)).mean()),
        no_gradient=float(still.mean()),
        rows_without_gradient=float(still.reshape(len(still), -1).all(axis=1).mean()),
        finds_logits=finds,
    )


def _growth(place: Place, targets: Array) -> float | None:
    """Of a loss whose predictions are of another form than its targets: on what the model gave."""
    predictions = np.asarray(place.predicted)
    return probes.growth(place.loss, tf.convert_to_tensor(targets[: len(predictions)]), predictions[: len(targets)])


def _worst_share(place: Place, *, align: bool) -> float | None:
    targets = place.rows(_TAIL_ROWS)
    line = place.line(targets, logits=False)
    if line is None:
        return None
    given = tf.convert_to_tensor(targets)
    return probes.worst_share(place.loss, _aligned(given, line) if align else given, line)


def _metrics(model: keras.Model, place: Place, likeness: Likeness | None, scene: Scene) -> list[MetricSeen]:
    compiled = getattr(model, "_compile_metrics", None)  # where Keras keeps the metrics it resolved; there is no public reader
    if compiled is None or not compiled.built:
        return []
    position = scene.facts.outputs.index(place.facts)
    found = [lists[position] for lists in (compiled._flat_metrics, compiled._flat_weighted_metrics) if position < len(lists)]
    targets = place.rows(TRIED_ROWS)
    line = place.line(targets, logits=_answers_are_logits(place, likeness))
    if line is None:
        return []
    given = tf.convert_to_tensor(targets)
    decidable = place.built_in or likeness is not None or place.facts.activation in PROBABILITY_ACTIVATIONS
    answers = line.just_right() if decidable else None
    return [
        _metric(metric, place.facts.name, given, line, answers)
        for listed in found
        if listed is not None
        for metric in listed.metrics
    ]


def _metric(metric: Any, output: str, targets: Any, line: Line, answers: Array | None) -> MetricSeen:
    name = metric_name(metric)
    counted = answers if name.endswith("accuracy") else None
    return MetricSeen(
        output=output,
        name=name,
        called=str(metric.name),
        broadcast=attempt(lambda: probes.broadcast(lambda y, p: _measured(metric, y, p), targets, line)),
        when_right=None if counted is None else attempt(lambda: _measured(metric, targets, counted)),
    )


def _answers_are_logits(place: Place, likeness: Likeness | None) -> bool:
    """Whether right answers lie on both sides of zero. A distance to 0 and 1 draws answers there, whatever the head."""
    name = likeness.name if likeness is not None else place.facts.loss.name if place.facts.loss is not None else ""
    return name not in DISTANCE_LOSSES and _takes_logits(place, likeness)


def _measured(metric: Any, targets: Any, predictions: Array) -> float:
    metric.reset_state()
    metric.update_state(targets, tf.convert_to_tensor(predictions))
    return float(metric.result())
