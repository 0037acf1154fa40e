"""The user's whole data as `fit` takes it, with the treatments of the config."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.config.quantities import size_in_bytes
from dnndoctor.config.schema import Fit, LoadedConfig
from dnndoctor.errors import SubjectError
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject import recipe
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.class_weights import weights_by_class
from dnndoctor.subject.data.drawing import Drawn, draw
from dnndoctor.subject.data.generator import GeneratorStream
from dnndoctor.subject.data.parts import READING, Arrays, Part, Parts, Rows, Stream
from dnndoctor.subject.data.tf_dataset import TfDatasetStream
from dnndoctor.subject.data.trees import map_tree, row_count
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.edited_rows import EditedRows, changing_rows
from dnndoctor.subject.loading import UserCode
from dnndoctor.subject.model_source import ModelSource
from dnndoctor.subject.subject import treat
from dnndoctor.subject.treatments import Treatments

ALL = 2**62
"""Bytes: no data in memory has more."""

STATISTICS_BYTES = 4 * 2**20
"""Of a stream, statistics are taken from its first rows of so many bytes, as they are looked at again for every batch: 20 ms."""

SHUFFLE_ROWS = 10_000
"""Rows of a stream that a shuffle draws from, as in Keras' and TensorFlow's own examples."""

FEW = 64
"""Rows that models are tried on before the training."""

_BALANCING = "class_weights"
"""The edit that `fit` itself does to a stream."""

_OF_TRAINING_ROWS = frozenset({"random_labels", "shuffled_labels", "teacher_targets"})
"""Edits that need all training rows at once."""


@dataclass(frozen=True)
class FitData:
    """What `fit` is called with, apart from epochs and callbacks.

    Attributes:
        arguments: Of `fit`.
        batch_size: Rows a step.
        steps_per_epoch: None where not known.
        own_batch_size: Of the user's pipeline, None where `fit` makes the batches.
        train: Training rows as the model is given them, as far as they are held in memory; None of an untreated stream.
        before: The training rows before they were treated, where treatments changed them.
    """

    arguments: dict[str, Any]
    batch_size: int
    steps_per_epoch: int | None
    own_batch_size: int | None = None
    train: Rows | None = None
    before: Rows | None = None

    @property
    def few(self) -> Sample | None:
        """A few training rows, None where none are held."""
        if self.train is None:
            return None
        rows = slice(0, min(FEW, self.batch_size))
        return Sample(*(map_tree(lambda leaf: leaf[rows], part) for part in (self.train.x, self.train.y, self.train.weight)))


def plain_data(parts: Parts, fit: Fit, balance: Callable[[], Any]) -> FitData:
    """The data as it is.

    Args:
        parts: The user's.
        fit: The config's `fit:` section.
        balance: Gives the training targets that classes of a stream are balanced by.
    """
    size = fit.batch_size or recipe.KERAS_BATCH_SIZE
    arguments: dict[str, Any] = {"steps_per_epoch": fit.steps_per_epoch}
    # Of a dataset or a generator the order is its own, and `fit` warns where it is asked for another.
    arguments["shuffle"] = fit.shuffle and not isinstance(parts.train, TfDatasetStream | GeneratorStream)
    if parts.validation is not None:
        arguments["validation_data"] = _held_out(parts.validation)
    if isinstance(parts.train, Stream):
        if fit.class_weight is not None:
            arguments["class_weight"] = weights_by_class(fit.class_weight, balance() if fit.class_weight == "balanced" else 0)
        return FitData({"x": parts.train.for_fit, **arguments}, size, fit.steps_per_epoch or parts.train.known_batches)
    rows = parts.train.rows
    count = row_count(rows.x)
    if fit.class_weight is not None:
        arguments["class_weight"] = weights_by_class(fit.class_weight, rows.y)
    if fit.validation_split and parts.validation is None:
        arguments["validation_split"] = fit.validation_split
        count = int(count * (1 - fit.validation_split))  # Keras' own rounding
    arguments |= {"x": rows.x, "y": rows.y, "sample_weight": rows.weight, "batch_size": size}
    return FitData(arguments, size, fit.steps_per_epoch or -(-count // size), train=rows)


def treated_data(
    read: Callable[[], Parts],
    source: ModelSource,
    treatments: Treatments,
    config: LoadedConfig,
    code: UserCode,
    alive: Callable[[str], None],
) -> FitData:
    """The data with the treatments, and the source so changed that it makes treated models.

    Arrays are treated whole, by the statistics of all training rows; streams batch by batch while they are read, by the
    statistics of their first rows.

    Args:
        read: Reads the user's data from its start.
        source: Of the models.
        treatments: Of the config.
        config: Of the subject.
        code: The user's code.
        alive: Called with each stage.

    Raises:
        SubjectError: The data cannot be read, or a treatment does not apply.
    """
    parts, fit = read(), config.config.fit
    streamed = isinstance(parts.train, Stream)
    limit = min(STATISTICS_BYTES, size_in_bytes(config.config.ladder.sample_limit)) if streamed else ALL
    split = fit if parts.validation is None else fit.model_copy(update={"validation_split": 0.0})
    alive(READING)
    drawn = draw(Parts(parts.train), split, limit, code.guarded, alive)
    if isinstance(parts.train, GeneratorStream):  # it is used up by now
        parts = read()
    own_size = drawn.batch_size
    alive("applying the treatments")
    treated, coded = treat(source, treatments, drawn, recipe.batch_size(fit, own_size))
    fit = treatments.config(config, recipe.batch_size(fit, own_size)).config.fit
    size = recipe.batch_size(fit, treated.batch_size)
    changing = changing_rows(treatments.edits)
    shuffled = treatments.run(size).shuffled
    if streamed:
        data = _treated_stream(parts, drawn, changing, coded, fit, size, shuffled=shuffled)
    elif changing:
        data = _treated_arrays(treated, fit, size)
    else:
        data = plain_data(parts, fit, lambda: None)
    if changing and parts.validation is not None:
        own = drawn.train
        data.arguments["validation_data"] = _mapped(parts.validation, _Change(own, changing, coded))
    if shuffled and not streamed:
        data.arguments["shuffle"] = True
    return replace(data, own_batch_size=own_size, train=treated.train, before=drawn.train if changing else None)


def _treated_arrays(treated: Drawn, fit: Fit, size: int) -> FitData:
    """Class weights are in the sample weights by now."""
    rows, held_out = treated.train, treated.validation
    arguments: dict[str, Any] = {"x": rows.x, "y": rows.y, "sample_weight": rows.weight, "batch_size": size}
    arguments |= {"shuffle": fit.shuffle, "steps_per_epoch": fit.steps_per_epoch}
    if held_out is not None:
        arguments["validation_data"] = keras.utils.pack_x_y_sample_weight(held_out.x, held_out.y, held_out.weight)
    return FitData(arguments, size, fit.steps_per_epoch or -(-row_count(rows.x) // size))


def _treated_stream(
    parts: Parts, drawn: Drawn, changing: Sequence[Edit], coded: Sequence[bool], fit: Fit, size: int, *, shuffled: bool
) -> FitData:
    assert isinstance(parts.train, Stream)  # whoever calls has looked
    arguments = plain_data(parts, fit, lambda: drawn.train.y).arguments
    whole = [edit.name for edit in changing if edit.name in _OF_TRAINING_ROWS]
    if whole:
        raise _refused(f"`{whole[0]}` needs all training rows at once, and the data is a {parts.train.kind}.")
    mapped = [edit for edit in changing if edit.name != _BALANCING]
    if len(mapped) < len(changing):
        arguments["class_weight"] = weights_by_class("balanced", drawn.train.y)
    if mapped:
        arguments["x"] = _mapped(parts.train, _Change(drawn.train, mapped, coded))
        arguments["shuffle"] = False
    batches = drawn.batches_total
    if size != drawn.batch_size or shuffled:
        rows = _dataset(arguments["x"], parts.train).unbatch()
        rows = rows.shuffle(SHUFFLE_ROWS) if shuffled else rows
        arguments |= {"x": rows.batch(size), "shuffle": False}
        whole_sample = drawn.rows_total is not None and row_count(drawn.train.x) == drawn.rows_total
        batches = -(-drawn.rows_total // size) if whole_sample and drawn.rows_total is not None else None
        arguments["x"] = _counted(arguments["x"], batches)
    return FitData(arguments, size, fit.steps_per_epoch or batches)


class _Change:
    """What the treatments do to any rows, by the statistics of the training rows."""

    def __init__(self, train: Rows, edits: Sequence[Edit], coded: Sequence[bool]) -> None:
        self._train = rows_data.rows_of(Sample(train.x, train.y, train.weight))
        self._edits, self._coded = edits, coded

    def __call__(self, rows: Rows) -> Rows:
        given = rows_data.rows_of(Sample(rows.x, rows.y, rows.weight))
        changed = EditedRows(self._train, given, lambda: self._coded).validation(self._edits)
        assert changed is not None  # there are rows
        arrays = [leaf.numpy() for leaf in changed.leaves]
        return Rows(*(rows_data.map_tree(lambda number: arrays[number], tree) for tree in changed.template))


def _mapped(part: Part, change: _Change) -> Any:
    """A part for `fit`: arrays changed at once, a stream as a dataset that is changed batch by batch in every epoch."""
    if isinstance(part, Arrays):
        rows = change(part.rows)
        return keras.utils.pack_x_y_sample_weight(rows.x, rows.y, rows.weight)
    return _as_dataset(part, change)


def _as_dataset(stream: Stream, change: Callable[[Rows], Rows]) -> Any:
    passes = 0

    def elements() -> Iterator[Any]:
        nonlocal passes
        passes += 1
        for rows in stream.batches(again=passes > 1):
            yield _element(change(rows))

    # Two batches tell which sizes vary. A generator of the user's is read on from the third, so they are kept for it.
    shown = [_element(change(rows)) for rows in islice(stream.batches(again=False), 2)] if stream.repeats_passes else []
    if not shown:
        return elements()
    first, last = shown[0], shown[-1]
    signature = tf.nest.map_structure(_signature, first, last)
    dataset = tf.data.Dataset.from_generator(elements, output_signature=signature)
    return _counted(dataset, stream.known_batches)


def _counted(dataset: Any, batches: int | None) -> Any:
    """A dataset that says how many batches it has, where that is known; `fit` warns at the end of one that does not."""
    return dataset if batches is None else dataset.apply(tf.data.experimental.assert_cardinality(batches))


def _element(rows: Rows) -> Any:
    """As `fit` unpacks it; the dataset takes lists for tensors."""
    x, y, weight = (map_tree(np.asarray, _tuples(part)) for part in (rows.x, rows.y, rows.weight))
    return (x, y) if weight is None and y is not None else (x,) if y is None else (x, y, weight)


def _tuples(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _tuples(part) for key, part in tree.items()}
    return tuple(map(_tuples, tree)) if isinstance(tree, list | tuple) else tree


def _signature(first: Any, last: Any) -> Any:
    inner = [one if one == other else None for one, other in zip(first.shape[1:], last.shape[1:], strict=True)]
    return tf.TensorSpec([None, *inner], tf.as_dtype(first.dtype))


def _dataset(given: Any, stream: Stream) -> Any:
    """What `fit` is given, as a `tf.data.Dataset`."""
    return given if isinstance(given, tf.data.Dataset) else _as_dataset(stream, lambda rows: rows)


def _held_out(part: Part) -> Any:
    if isinstance(part, Stream):
        return part.for_fit
    return keras.utils.pack_x_y_sample_weight(part.rows.x, part.rows.y, part.rows.weight)


def _refused(message: str) -> SubjectError:
    return SubjectError(message, stage="applying the treatments", advice="Have the data's factory return arrays.")
