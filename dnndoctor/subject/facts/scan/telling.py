"""Columns that are the target under another name."""

import numpy as np

from dnndoctor.evidence.row_scan import TellingColumn
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.scan.columns import COLUMNS_LIMIT

_ROWS = 5000
_CLASSES = 50
_EQUAL = 1 - 1e-9
_LEAST = 50
"""Different rows below which the inputs are a list of cases, such as a truth table, whose column may well be the answer."""


def telling_column(
    array: Array, name: str, labels: Array | None, values: Array | None, output: str, *, distinct: int
) -> TellingColumn | None:
    """A column of a table that has one value for each class, or is a multiple of the target.

    Args:
        array: Rows of shape (columns,); others are not looked at.
        name: What the user calls it.
        labels: A class each row, None where the targets are numbers.
        values: The targets, where they are one number each.
        output: The output they belong to.
        distinct: How many different rows the inputs have.

    Returns:
        None where there is no such column, or nothing else to learn from.
    """
    if array.dtype.kind not in "biuf" or array.ndim != 2 or not 2 <= array.shape[1] <= COLUMNS_LIMIT or distinct < _LEAST:
        return None
    chosen = slice(None, None, max(1, -(-len(array) // _ROWS)))
    table = np.nan_to_num(array[chosen].astype(np.float64))
    if labels is not None:
        found, how = _one_value_each(table, labels[chosen]), "has one value for each class"
    elif values is not None and values.size == len(values):
        found, how = _multiples(table, values.reshape(-1)[chosen].astype(np.float64)), "is a multiple of the target"
    else:
        return None
    if not found or 2 * len(found) > table.shape[1]:
        return None
    return TellingColumn(output, name, found[0], table.shape[1], len(found) - 1, how)


def _one_value_each(table: Array, labels: Array) -> list[int]:
    classes, ids = np.unique(labels, return_inverse=True)
    if not 2 <= len(classes) <= _CLASSES:
        return []
    first = np.array([np.argmax(ids == each) for each in range(len(classes))])
    of_class = table[first]
    same = (table == of_class[ids]).all(axis=0)
    return [int(column) for column in np.flatnonzero(same) if len(np.unique(of_class[:, column])) == len(classes)]


def _multiples(table: Array, values: Array) -> list[int]:
    centred, target = table - table.mean(axis=0), values - values.mean()
    size = np.sqrt((centred**2).sum(axis=0) * (target**2).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.abs(centred.T @ target) / size
    return [int(column) for column in np.flatnonzero(np.nan_to_num(correlation) > _EQUAL)]
