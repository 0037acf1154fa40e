"""Does to a data set what a `Damage` says. Rows are drawn by a fixed seed: the same patient comes out every time."""

from dataclasses import replace
from typing import Any

import numpy as np

from tests.clinic.mutants.datasets import Array, Table
from tests.clinic.mutants.recipe import Damage

_SEED = 11


def spoiled(table: Table, damage: Damage) -> Table:
    """The data set with the damage done.

    Args:
        table: The data set as it should be.
        damage: What to do to it.
    """
    table = _fewer_rows(table, damage)
    if damage.wrong_labels:
        table = replace(table, y=_by_part(table.y, lambda y: _mislabelled(y, damage.wrong_labels)))
    if damage.misaligned:
        table = replace(table, y=_by_part(table.y, lambda y: np.roll(y, damage.misaligned, axis=0)))
    if damage.ordered:
        order = np.argsort(_key(table.y), kind="stable")
        table = replace(table, x=table.x[order], y=_by_part(table.y, lambda y: y[order]))
    table = replace(table, x=_scaled(table.x, damage), x_val=_scaled(table.x_val, damage, damage.held_out_scale))
    if damage.lost_rows:
        lost = np.random.default_rng(_SEED).uniform(size=len(table.x)) < damage.lost_rows
        x = table.x.copy()
        x[lost] = np.nan
        table = replace(table, x=x)
    if damage.target_scale != 1 or damage.target_shift:
        y, y_val = (damage.target_scale * part + damage.target_shift for part in (table.y, table.y_val))
        table = replace(table, y=y.astype("float32"), y_val=y_val.astype("float32"))
    if damage.one_hot:
        rows = np.eye(table.units[0], dtype="float32")
        table = replace(table, y=rows[table.y], y_val=rows[table.y_val])
    return table


def _fewer_rows(table: Table, damage: Damage) -> Table:
    rng = np.random.default_rng(_SEED)
    keep = rng.uniform(size=len(table.x)) < damage.kept
    if damage.kept_of_rare < 1:
        key = _key(table.y)
        keep &= (key <= np.median(key)) | (rng.uniform(size=len(key)) < damage.kept_of_rare)
    return replace(table, x=table.x[keep], y=_by_part(table.y, lambda y: y[keep]))


def _scaled(x: Array, damage: Damage, factor: float = 1.0) -> Array:
    if (damage.input_scale * factor, damage.column_scale) == (1, 1):
        return x
    grown = x * np.float32(damage.input_scale * factor)
    grown[:, 0] *= np.float32(damage.column_scale)
    return grown


def _mislabelled(y: Array, share: float) -> Array:
    """Some rows get the label of another row whose label differs."""
    rng = np.random.default_rng(_SEED)
    wrong = np.flatnonzero(rng.uniform(size=len(y)) < share)
    changed = y.copy()
    for row in wrong:
        others = np.flatnonzero((y != y[row]).reshape(len(y), -1).any(axis=1))
        changed[row] = y[rng.choice(others)]
    return changed


def _key(y: Any) -> Array:
    """What rows are told apart by: the class, the first number, or the first target's."""
    first = y[0] if isinstance(y, tuple) else y
    return np.asarray(first).reshape(len(first), -1)[:, 0]


def _by_part(y: Any, change: Any) -> Any:
    return tuple(change(part) for part in y) if isinstance(y, tuple) else change(y)
