"""All questions to the sample, asked of the arrays that each of them is about."""

import numpy as np

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.row_scan import Alignment, OddLabels, TellingColumn, Vocabulary, WeightScan
from dnndoctor.evidence.split_scan import BatchMix, ClassSplit
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.alignment import alignment
from dnndoctor.subject.facts.scan.batches import batch_mix, class_split
from dnndoctor.subject.facts.scan.cells import bad_cells
from dnndoctor.subject.facts.scan.columns import column_scan, two_scales
from dnndoctor.subject.facts.scan.input_split import input_split
from dnndoctor.subject.facts.scan.odd_labels import odd_labels
from dnndoctor.subject.facts.scan.padding import padding
from dnndoctor.subject.facts.scan.part import Part, Target
from dnndoctor.subject.facts.scan.rows import duplicates, overlap, row_hashes
from dnndoctor.subject.facts.scan.telling import telling_column

_ANSWERED = 4
"""Outputs whose targets are asked after row by row; beyond them, time is short."""


def data_scan(
    train: Part,
    validation: Part | None,
    inputs: tuple[ArrayFacts, ...],
    held_out: tuple[ArrayFacts, ...],
    batch_size: int,
    vocabularies: tuple[Vocabulary, ...] = (),
) -> DataScan:
    """Looks closely at a sample.

    Args:
        train: The training rows, in the user's order.
        validation: The validation rows, None where there are none.
        inputs: Plain facts of the training inputs, in order.
        held_out: Plain facts of the validation inputs, in order.
        batch_size: Rows a step.
        vocabularies: What is known of the ids that are looked up.
    """
    numbers = [(name, array) for name, array, codes in train.inputs if not codes]
    scans = [scan for name, array in numbers if (scan := column_scan(array, name)) is not None]
    scales = [(name, found) for name, array in numbers if (found := two_scales(array)) is not None]
    hashes = row_hashes([array for _, array, _ in train.inputs])
    compared = next((target for target in train.targets if target.comparable), None)
    twice = duplicates(hashes, [(array, codes) for _, array, codes in train.inputs], compared)
    both = None
    if validation is not None and _alike(train, validation):
        both = overlap(hashes, row_hashes([array for _, array, _ in validation.inputs]))
    pairs = zip(train.inputs, validation.inputs, inputs, held_out, strict=True) if validation is not None else ()
    splits = [input_split(one[1], two[1], facts, other) for one, two, facts, other in pairs if not one[2]]
    paddings = [padding(array, name, codes=codes) for name, array, codes in train.inputs]
    arrays = train.arrays + (validation.arrays if validation is not None else [])
    return DataScan(
        bad_cells=tuple(cells for name, array in arrays if (cells := bad_cells(array, name)) is not None),
        columns=tuple(scans),
        two_scales=tuple(scales),
        batches=_batches(train, batch_size),
        classes=_classes(train, validation),
        duplicates=twice,
        overlap=both,
        alignments=_alignments(train),
        odd_labels=_odd_labels(train),
        telling=_telling(train, twice.distinct),
        inputs=tuple(split for split in splits if split is not None),
        paddings=tuple(padded for padded in paddings if padded is not None),
        vocabularies=vocabularies,
        weights=_weights(train.weight),
    )


def _alike(train: Part, validation: Part) -> bool:
    """Whether equal rows have equal bytes in both."""
    shapes = [[(array.shape[1:], array.dtype) for _, array, _ in part.inputs] for part in (train, validation)]
    return shapes[0] == shapes[1]


def _asked(part: Part) -> list[Target]:
    return [target for target in part.targets if target.comparable and not target.equals_input][:_ANSWERED]


def _batches(train: Part, batch_size: int) -> tuple[BatchMix, ...]:
    found = (batch_mix(each.labels, batch_size, each.output) for each in train.targets if each.labels is not None)
    return tuple(mix for mix in found if mix is not None)


def _classes(train: Part, validation: Part | None) -> tuple[ClassSplit, ...]:
    others = {each.output: each.labels for each in validation.targets} if validation is not None else {}
    return tuple(
        class_split(each.labels, other, each.output)
        for each in train.targets
        if each.labels is not None and (other := others.get(each.output)) is not None and len(other)
    )


def _alignments(train: Part) -> tuple[Alignment, ...]:
    read = [(array, codes) for _, array, codes in train.inputs]
    found = (alignment(read, each) for each in _asked(train))
    return tuple(each for each in found if each is not None)


def _odd_labels(train: Part) -> tuple[OddLabels, ...]:
    read = [(array, codes) for _, array, codes in train.inputs]
    found = (odd_labels(read, each.labels, each.output) for each in _asked(train) if each.labels is not None)
    return tuple(each for each in found if each is not None)


def _telling(train: Part, distinct: int) -> tuple[TellingColumn, ...]:
    found = (
        telling_column(array, name, each.labels, each.values, each.output, distinct=distinct)
        for each in _asked(train)
        for name, array, codes in train.inputs
        if not codes
    )
    return tuple(each for each in found if each is not None)


def _weights(weight: Array | None) -> WeightScan | None:
    if weight is None or weight.dtype.kind not in "biuf" or not weight.size:
        return None
    below = (weight < 0).reshape(len(weight), -1).any(axis=1)
    return WeightScan(int((weight < 0).sum()), int(np.argmax(below)) if below.any() else None, float((weight == 0).mean()))
