"""What has to be done to inputs and predictions wherever a model is used that was trained on changed data."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.data.trees import named_leaves
from dnndoctor.subject.edits import applied
from dnndoctor.subject.full_training.data import FitData

_SHOWN = 8
"""Features whose numbers are written out."""

_WEIGHTS_ONLY = frozenset({"class_weights"})
"""Edits of targets that change nothing but weights."""


def transformations(edits: Sequence[Edit], data: FitData) -> tuple[str, ...]:
    """One sentence for each edit of inputs or targets, and the numbers where they are few.

    Args:
        edits: The treatments.
        data: With the training rows before and after.
    """
    return tuple(_sentences(edits, data))


def _sentences(edits: Sequence[Edit], data: FitData) -> Iterator[str]:
    of_inputs = [edit for edit in edits if applied(edit).overrides("change_inputs")]
    for edit in of_inputs:
        yield f"Inputs need the same transformation as in training, `{edit.name}`: {_definition(edit)}"
    if of_inputs and data.before is not None and data.train is not None:
        pairs = zip(named_leaves(data.before.x, "x"), named_leaves(data.train.x, "x"), strict=True)
        for (name, before), (_, after) in pairs:
            if (numbers := _affine(np.asarray(before), np.asarray(after))) is not None:
                yield f"For `{name}` that is (x - {_listed(numbers[0])}) / {_listed(numbers[1])}."
    for edit in edits:
        if applied(edit).overrides("change_targets") and edit.name not in _WEIGHTS_ONLY:
            yield f"Predictions are of targets as `{edit.name}` leaves them: {_definition(edit)}"


def _definition(edit: Edit) -> str:
    """The first paragraph of the edit's description, which is its definition, and its parameters."""
    text = " ".join((inspect.getdoc(type(applied(edit))) or "").split("\n\n")[0].split())
    given = ", ".join(f"{name} = {value}" for name, value in edit.parameters.items())
    return f"{text} Here {given}." if given else text


def _affine(before: Any, after: Any) -> tuple[Any, Any] | None:
    """Shift and scale of each feature, where the change is (x - shift) / scale and features are few."""
    features = before.shape[-1] if before.ndim > 1 else 1
    if before.shape != after.shape or before.dtype.kind not in "biuf" or features > _SHOWN:
        return None
    old, new = (np.asarray(values, np.float64).reshape(-1, features) for values in (before, after))
    known = np.isfinite(old).all(1) & np.isfinite(new).all(1)
    old, new = old[known], new[known]
    if not len(old) or np.array_equal(old, new):
        return None
    low, high = old.argmin(0), old.argmax(0)
    columns = np.arange(features)
    spread = new[high, columns] - new[low, columns]
    scale = np.where(spread == 0, 1.0, (old[high, columns] - old[low, columns]) / np.where(spread == 0, 1.0, spread))
    shift = old[low, columns] - new[low, columns] * scale
    rounding = 1e-4 * max(1.0, float(np.abs(new).max()))  # the model's floats hold seven digits, of values that were shifted
    return (shift, scale) if bool((scale > 0).all()) and np.allclose((old - shift) / scale, new, atol=rounding) else None


def _listed(values: Any) -> str:
    shown = ", ".join(f"{value:.6g}" for value in values)
    return f"[{shown}]" if len(values) > 1 else shown
