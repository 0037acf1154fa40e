"""The rows under lists of edits that change inputs, each list worked out once."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, applied
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.data import Rows


class EditedRows:
    """Training and validation rows; what an edit takes from the training rows is used for the validation rows, too."""

    def __init__(self, train: Rows, validation: Rows | None, coded: Callable[[], Sequence[bool]]) -> None:
        """Keeps the rows as they are.

        Args:
            train: As the user gave them.
            validation: As the user gave them, None where there are none.
            coded: Says of each input whether it is codes; asked when an edit first gives numbers another scale.
        """
        self._plain = (train, validation)
        self._coded = coded
        self._numbers: frozenset[int] | None = None
        self._kept: dict[tuple[str, bool], Rows] = {}

    def train(self, edits: Sequence[Edit]) -> Rows:
        """The training rows.

        Args:
            edits: All of a trial's; those that change no inputs are passed over.

        Raises:
            CannotApplyError: No input can be changed.
        """
        rows = self._edited([edit for edit in edits if applied(edit).overrides("change_inputs")], False)
        assert rows is not None  # there are always training rows
        return rows

    def validation(self, edits: Sequence[Edit]) -> Rows | None:
        """The validation rows, None where there are none.

        Args:
            edits: As for `train`.

        Raises:
            CannotApplyError: No input can be changed.
        """
        return self._edited([edit for edit in edits if applied(edit).overrides("change_inputs")], True)

    def _edited(self, edits: Sequence[Edit], validation: bool) -> Rows | None:
        plain = self._plain[validation]
        if plain is None or not edits:
            return plain
        key = (repr(edits), validation)
        if key not in self._kept:
            rows, reference, edit = self._edited(edits[:-1], validation), self.train(edits[:-1]), edits[-1]
            assert rows is not None  # like `plain`
            numbers = self._changed_by(edit)
            leaves = tuple(
                applied(edit).change_inputs(leaf, edit.parameters, other) if number in numbers else leaf
                for number, (leaf, other) in enumerate(zip(rows.leaves, reference.leaves, strict=True))
            )
            self._kept[key] = Rows(leaves, rows.template, rows.count)
        return self._kept[key]

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


def _is_indicator(leaf: Any) -> bool:
    """Whether all values are 0 or 1: one-hot, multi-hot, flags."""
    return bool(tf.reduce_all((leaf == tf.zeros((), leaf.dtype)) | (leaf == tf.ones((), leaf.dtype))))
