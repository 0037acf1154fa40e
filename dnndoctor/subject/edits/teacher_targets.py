"""Targets of a teacher, in the form and with the distribution of the user's own."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.labelled import Labelled, TargetKind
from dnndoctor.subject.teacher import Teacher

BALANCING_ROUNDS = 60
"""Of the search for the offsets that give each class its share; shares are then within a few per cent of the wanted ones."""

_IDS = frozenset({"multiclass", "sequence_multiclass"})


class TeacherTargets(AppliedEdit):
    """Classes keep their shares, numbers their distribution: the largest score gets the largest number, and so on.

    Scales, shares and thresholds are those of the training rows, for validation rows, too. Weights stay.
    """

    name = "teacher_targets"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        del parameters
        if not rows.kinds:
            raise CannotApplyError("The targets do not match the outputs one to one, so what they mean is not known.")
        teacher = Teacher(reference)
        targets = tuple(_taught(teacher, rows, reference, number, kind) for number, kind in enumerate(rows.kinds))
        return replace(rows, targets=targets)


def _taught(teacher: Teacher, rows: Labelled, reference: Labelled, number: int, kind: TargetKind) -> Array:
    own = reference.targets[number]
    steps, width = _form(own, kind)

    def scores(of: Labelled) -> Array:
        """(decisions, width), and standardised by the training rows'."""
        found = teacher.by_position(of.inputs, steps, width, number) if steps else None
        if found is None and (kind.task in _IDS or not steps):
            by_row = teacher.by_row(of.inputs, width, number)
            found = np.broadcast_to(by_row.reshape(len(by_row), *(1,) * len(steps), width), (len(by_row), *steps, width))
        elif found is None:
            found = teacher.by_row(of.inputs, int(np.prod(steps)) * width, number)
        return found.reshape(-1, width)

    known = scores(reference)
    if not (known.std(axis=0) > 0).all():
        raise CannotApplyError("The inputs never differ in what a teacher could look at.")
    asked = known if rows is reference else scores(rows)
    shape = (rows.count, *own.shape[1:])
    if kind.encoding == "class_ids":
        values, counts = np.unique(own, return_counts=True)
        return np.asarray(values[_classes(asked, known, counts / counts.sum())].reshape(shape), own.dtype)
    if kind.encoding in ("one_hot", "probabilities"):
        shares = own.reshape(-1, width).mean(axis=0)
        return np.eye(width, dtype=own.dtype)[_classes(asked, known, shares)].reshape(shape)
    return np.asarray(_ranked(asked, known, own.reshape(len(known), width)).reshape(shape), own.dtype)


def _form(own: Array, kind: TargetKind) -> tuple[tuple[int, ...], int]:
    """The axes of positions of a target, and how many scores each position takes."""
    row = own.shape[1:]
    if kind.encoding == "class_ids":
        return (row[:-1] if row and row[-1] == 1 else row), len(np.unique(own))
    if kind.encoding == "unknown":
        raise CannotApplyError(f"What the targets of the output {kind.output} mean is not known, so no teacher can give them.")
    return (row[:-1], row[-1]) if row else ((), 1)


def _classes(asked: Array, known: Array, shares: Array) -> Array:
    """For each decision the number of a class, with offsets that give the training rows' classes their shares."""
    centre, spread = known.mean(axis=0), known.std(axis=0)
    known, asked = (known - centre) / spread, (asked - centre) / spread
    offsets = np.where(shares > 0, 0.0, -np.inf)
    for _ in range(BALANCING_ROUNDS):
        got = np.bincount((known + offsets).argmax(axis=1), minlength=len(shares)) / len(known)
        # Of a class that nobody chose, the share is taken to be one more decision than none.
        offsets += 0.3 * (np.log(np.maximum(shares, 1e-9)) - np.log(np.maximum(got, 1 / (1 + len(known)))))
    return np.asarray((asked + offsets).argmax(axis=1))


def _ranked(asked: Array, known: Array, own: Array) -> Array:
    """Each column's own values in the order of the scores, those that are not finite left out."""
    columns = []
    for score, before, values in zip(asked.T, known.T, own.T, strict=True):
        kept = np.sort(values[np.isfinite(values)] if values.dtype.kind == "f" else values)
        if not len(kept):
            raise CannotApplyError("A target has no finite value.")
        rank = np.searchsorted(np.sort(before), score, side="left") / len(before)
        columns.append(kept[np.minimum((rank * len(kept)).astype(np.int64), len(kept) - 1)])
    return np.stack(columns, axis=1)
