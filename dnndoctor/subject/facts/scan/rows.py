"""Rows that occur more than once: within the training data, with other targets, and in the validation data."""

from dataclasses import replace

import numpy as np

from dnndoctor.evidence.row_scan import Duplicates
from dnndoctor.evidence.split_scan import Overlap
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.part import Target

_BLOCK = 2**21
_SEED = 0
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, odd
_LEAST = 100
"""Different rows below which the inputs are a list of cases."""

_WIDE, _GRADES = 32, 16
"""Rows of more than so many entries, with more than so many different values, are pictures, signals or texts."""

_COLUMNS = 256
"""Columns that are looked at."""

_COINCIDENCES = 1e-3
"""Share of rows that may be equal by chance."""

_LOOKED_AT = 2000
"""Different rows that the columns' values are read from."""


def row_hashes(arrays: list[Array]) -> Array:
    """A number of 64 bits for each row, equal for rows that are equal in all arrays; one that holds a NaN equals no other.

    A sum of the row's words times random odd numbers, modulo 2^64 (multilinear hashing, Lemire and Kaser 2014). Floats of few
    digits end in zeros, which would leave the sum few bits; folding a word's upper half into its lower one prevents that.

    Args:
        arrays: Of equal length; any dtype with a fixed size.
    """
    rows = len(arrays[0])
    mixed = np.zeros(rows, dtype=np.uint64)
    rng = np.random.default_rng(_SEED)
    for array in arrays:
        width = int(np.prod(array.shape[1:], dtype=np.int64))
        item = array.dtype.itemsize
        step = max(1, _BLOCK // max(1, width))
        word = np.uint32 if item % 4 == 0 else np.uint8
        factors = rng.integers(0, 2**63, width * item // np.dtype(word).itemsize, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        for start in range(0, rows, step):
            block = np.ascontiguousarray(array[start : start + step]).reshape(len(array[start : start + step]), -1)
            if block.dtype.kind == "f":
                block = block + block.dtype.type(0)  # -0.0 is 0.0
            words = block.view(word).astype(np.uint64)
            words ^= words >> np.uint64(16)
            own = (words + np.uint64(1)) @ factors if words.shape[1] else np.zeros(len(words), dtype=np.uint64)
            if block.dtype.kind == "f":
                lost = np.flatnonzero(np.isnan(block).any(axis=1))
                own[lost] = rng.permutation(len(own)).astype(np.uint64)[lost]
            mixed[start : start + step] = (mixed[start : start + step] ^ (own >> np.uint64(29)) ^ own) * _MIX
    return mixed


def duplicates(hashes: Array, inputs: list[tuple[Array, bool]], targets: Target | None) -> Duplicates:
    """Rows with equal inputs, and what their targets say.

    Args:
        hashes: Of the training rows.
        inputs: The same rows: each array, and whether it is codes.
        targets: Of the output that is compared, None where there is none.
    """
    _, first, group, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    again = np.flatnonzero(first[group] != np.arange(len(hashes)))
    found = Duplicates(
        rows=len(hashes),
        distinct=len(first),
        continuous=_continuous(inputs, np.sort(first), len(hashes)),
        pair=(int(first[group[again[0]]]), int(again[0])) if len(again) else None,
        shared=float((counts[group] > 1).mean()),
    )
    if targets is None or not len(again):
        return found
    if targets.labels is not None:
        return _of_classes(found, targets.output, targets.labels, group, len(counts))
    assert targets.values is not None  # one of the two is there
    return _of_numbers(found, targets.output, targets.values, first, group, counts)


def overlap(training: Array, validation: Array) -> Overlap:
    """Validation rows whose inputs are those of a training row.

    Args:
        training: Hashes of the training rows.
        validation: Hashes of the validation rows.
    """
    known, first = np.unique(training, return_index=True)
    place = np.minimum(np.searchsorted(known, validation), len(known) - 1)
    again = known[place] == validation
    if not again.any():
        return Overlap(0.0)
    row = int(np.argmax(again))
    return Overlap(float(again.mean()), (row, int(first[place[row]])))


def _of_classes(found: Duplicates, output: str, labels: Array, group: Array, groups: int) -> Duplicates:
    classes, ids = np.unique(labels, return_inverse=True)
    pairs, counts = np.unique(group.astype(np.int64) * len(classes) + ids, return_counts=True)
    best = np.zeros(groups, dtype=np.int64)
    np.maximum.at(best, pairs // len(classes), counts)
    ceiling = float(best.sum() / len(labels))
    # The most frequent label of each group, the smallest one among equals.
    usual = np.full(groups, -1, dtype=np.int64)
    for pair, count in zip(pairs[::-1], counts[::-1], strict=True):
        if count == best[pair // len(classes)]:
            usual[pair // len(classes)] = pair % len(classes)
    odd = np.flatnonzero(ids != usual[group])
    conflict = None
    if len(odd):
        row = int(odd[0])
        conflict = (int(np.argmax((group == group[row]) & (ids == usual[group[row]]))), row)
    constant = float(np.bincount(ids).max() / len(ids))
    return replace(found, conflicting=1 - ceiling, conflict=conflict, output=output, ceiling=ceiling, constant=constant)


def _of_numbers(found: Duplicates, output: str, values: Array, first: Array, group: Array, counts: Array) -> Duplicates:
    values = np.nan_to_num(values.astype(np.float64))
    means = np.stack([np.bincount(group, column, len(counts)) / counts for column in values.T], axis=1)
    within = ((values - means[group]) ** 2).sum(axis=1)
    spread = float(((values - values.mean(axis=0)) ** 2).sum())
    differ = np.flatnonzero((values != values[first[group]]).any(axis=1))
    return replace(
        found,
        conflicting=len(differ) / len(values),
        conflict=(int(first[group[differ[0]]]), int(differ[0])) if len(differ) else None,
        output=output,
        unexplained=float(within.sum()) / spread if spread > 0 else None,
    )


def _continuous(inputs: list[tuple[Array, bool]], different: Array, rows: int) -> bool:
    """Whether rows have so many possible values that equal ones are copies, and no coincidence.

    Of n rows drawn evenly from N possible ones, about n / 2N repeat another one.
    """
    if len(different) < _LEAST:
        return False
    chosen = different[:: max(1, len(different) // _LOOKED_AT)][:_LOOKED_AT]
    logarithms = []
    for array, codes in inputs:
        width = int(np.prod(array.shape[1:], dtype=np.int64))
        if codes and width <= _WIDE:
            continue  # a few ids name things that come again, such as users and goods
        table = array[chosen].reshape(len(chosen), -1)[:, :_COLUMNS]
        if array.dtype.kind not in "iuf" or (width > _WIDE and len(np.unique(table)) > _GRADES):
            return True  # texts and pictures do not agree by chance
        logarithms += [_possible(column) for column in np.nan_to_num(table.astype(np.float64)).T]
    numbers = [size for size in logarithms if size > np.log(_GRADES)]
    # Columns that hang together count once: of two equal ones, the root of the product is right.
    possible = max([*numbers, sum(numbers) / 2], default=0.0)
    return bool(possible > np.log(rows / (2 * _COINCIDENCES)))


def _possible(column: Array) -> float:
    """Logarithm of how many values a column can have: the places of its grid between its smallest and its largest value."""
    found = np.unique(column)
    return float(np.log1p((found[-1] - found[0]) / np.diff(found).min())) if len(found) > 1 else 0.0
