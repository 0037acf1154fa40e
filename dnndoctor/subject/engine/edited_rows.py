"""The rows under lists of edits that change inputs or targets, each list worked out once."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.labelled import Labelled, TargetKind

CHANGES = ("change_inputs", "change_targets")
"""What edits override that change rows."""


class EditedRows:
    """Training and validation rows; what an edit takes from the training rows is used for the validation rows, too."""

    def __init__(
        self, train: Rows, validation: Rows | None, coded: Callable[[], Sequence[bool]], kinds: Sequence[TargetKind] = ()
    ) -> None:
        """Keeps the rows as they are.

        Args:
            train: As the user gave them.
            validation: As the user gave them, None where there are none.
            coded: Says of each input whether it is codes; asked when an edit first gives numbers another scale, or other targets.
            kinds: What each array of targets means; empty where that is not known.
        """
        self._plain = (train, validation)
        self._coded = coded
        self._kinds = tuple(kinds)
        self._numbers: frozenset[int] | None = None
        self._kept: dict[tuple[str, bool], Rows] = {}

    def train(self, edits: Sequence[Edit]) -> Rows:
        """The training rows.

        Args:
            edits: All of a trial's; those that change no rows are passed over.

        Raises:
            CannotApplyError: No input, or no target, can be changed.
        """
        rows = self._edited(changing_rows(edits), False)
        assert rows is not None  # there are always training rows
        return rows

    def validation(self, edits: Sequence[Edit]) -> Rows | None:
        """The validation rows, None where there are none.

        Args:
            edits: As for `train`.

        Raises:
            CannotApplyError: No input, or no target, can be changed.
        """
        return self._edited(changing_rows(edits), True)

    def sample(self, edits: Sequence[Edit], plain: Sample, *, validation: bool) -> Sample:
        """The user's own arrays, with the targets and weights that trials are scored by.

        Args:
            edits: As for `train`.
            plain: The same rows as the user gave them.
            validation: Whether these are the validation rows.

        Returns:
            `plain` itself where no edit changes targets.
        """
        rows = self._edited(changing_rows(edits), validation)
        if rows is None or not any(applied(edit).overrides("change_targets") for edit in edits):
            return plain
        arrays = [leaf.numpy() for leaf in rows.leaves]
        y, weight = (rows_data.map_tree(lambda number: arrays[number], tree) for tree in rows.template[1:])
        return Sample(plain.x, y, weight)

    def _edited(self, edits: Sequence[Edit], validation: bool) -> Rows | None:
        plain = self._plain[validation]
        if plain is None or not edits:
            return plain
        key = (repr(edits), validation)
        if key not in self._kept:
            rows, reference, edit = self._edited(edits[:-1], validation), self.train(edits[:-1]), edits[-1]
            assert rows is not None  # like `plain`
            if applied(edit).overrides("change_targets"):
                changed = self._other_targets(edit, rows, reference, validation)
                self._kept[key] = rows_data.weighted_like(changed, self.train(edits)) if validation else changed
                return self._kept[key]
            numbers = self._changed_by(edit)
            leaves = tuple(
                applied(edit).change_inputs(leaf, edit.parameters, other) if number in numbers else leaf
                for number, (leaf, other) in enumerate(zip(rows.leaves, reference.leaves, strict=True))
            )
            self._kept[key] = Rows(leaves, rows.template, rows.count)
        return self._kept[key]

    def _other_targets(self, edit: Edit, rows: Rows, reference: Rows, validation: bool) -> Rows:
        given = self._labelled(reference, training=True)
        before = self._labelled(rows, training=False) if validation else given
        after = applied(edit).change_targets(before, edit.parameters, given)
        leaves = list(rows.leaves)
        numbers = [number for tree in rows.template[1:] for number in rows_data.leaves_of(tree)]
        if after.weights and not before.weights:  # rows that had no weights are given some
            numbers, template = [*numbers, len(leaves)], (*rows.template[:2], len(leaves))
            leaves.append(tf.constant(after.weights[0]))
        else:
            template = rows.template
        for number, array in zip(numbers, (*after.targets, *after.weights), strict=True):
            leaves[number] = tf.constant(array, leaves[number].dtype)
        return Rows(tuple(leaves), template, rows.count)

    def _labelled(self, rows: Rows, *, training: bool) -> Labelled:
        inputs, targets, weights = (
            tuple(rows.leaves[number].numpy() for number in rows_data.leaves_of(tree)) for tree in rows.template
        )
        if not targets:
            raise CannotApplyError("The data has no targets that could be replaced.")
        kinds = self._kinds if len(self._kinds) == len(targets) else ()
        return Labelled(inputs, tuple(self._coded()), targets, kinds, weights, training)

    def _changed_by(self, edit: Edit) -> frozenset[int]:
        """Numbers of the leaves that an edit is given."""
        train = self._plain[0]
        inputs = rows_data.leaves_of(train.template[0])
        if not applied(edit).rescaling:
            return frozenset(inputs)
        if self._numbers is None:
            self._numbers = frozenset(
                number
                for number, coded in zip(inputs, self._coded(), strict=True)
                if not coded and not _is_indicator(train.leaves[number])
            )
        if not self._numbers:
            raise CannotApplyError("No input is a quantity: all are codes, text, or zeros and ones.")
        return self._numbers


def changing_rows(edits: Sequence[Edit]) -> list[Edit]:
    """Those of a trial's edits that change inputs, targets or weights."""
    return [edit for edit in edits if any(map(applied(edit).overrides, CHANGES))]


def target_kinds(blueprint: Blueprint) -> tuple[TargetKind, ...]:
    """What each array of the user's targets means, in the order of their tree.

    Args:
        blueprint: Of the subject.

    Returns:
        Empty where targets and outputs do not match one to one.
    """
    y, names = blueprint.train.y, blueprint.output_names
    ordered = tuple(y) if isinstance(y, dict) else names
    if set(ordered) != set(names) or len(rows_data.leaves_of(y)) != len(names):
        return ()
    return tuple(
        TargetKind(name, blueprint.tasks.get(name, "unknown"), blueprint.encodings.get(name, "unknown")) for name in ordered
    )


def _is_indicator(leaf: Any) -> bool:
    """Whether all values are 0 or 1: one-hot, multi-hot, flags."""
    return bool(tf.reduce_all((leaf == tf.zeros((), leaf.dtype)) | (leaf == tf.ones((), leaf.dtype))))
