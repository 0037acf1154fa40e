"""The initial values of every seed: from a fresh build, or drawn anew where the factory seeds itself."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.creation import Creation
from dnndoctor.subject.edits import StartChange, applied
from dnndoctor.subject.engine.building import drawn_values, make_weights, symbolic
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.structure import Structure
from dnndoctor.subject.initial_weights import redraw

KEPT_SEEDS = 16
"""A ladder uses three seeds and three fresh ones; with large models more would only fill the memory."""


class Seeds:
    """Initial values by seed."""

    def __init__(self, blueprint: Blueprint, rows: Rows) -> None:
        """Draws nothing yet.

        Args:
            blueprint: Of the subject.
            rows: Of the data, for their shapes.
        """
        self._blueprint = blueprint
        self._rows = rows
        self._kept: OrderedDict[Any, list[Any]] = OrderedDict()
        self._changes: dict[Any, StartChange] = {}
        self.self_seeded = bool(blueprint.self_seeded)

    def look(self, base: Structure) -> None:
        """Finds out whether the factory seeds itself, where the blueprint does not say.

        Args:
            base: The user's own model, of seed 0.
        """
        if self._blueprint.self_seeded is not None:
            return
        other = make_weights(self._blueprint, (), 1, self._rows, _shapes(base))
        pairs = list(zip(base.model.trainable_variables, other.trainable_variables, strict=False))
        drawn = [(np.asarray(one), np.asarray(two)) for one, two in pairs if np.ptp(np.asarray(one)) > 0]
        self.self_seeded = bool(drawn) and all(np.array_equal(one, two) for one, two in drawn)
        if not self.self_seeded:
            self._keep((None, 1), drawn_values(other))

    def drawn(self, structure: Structure, seed: int, edits: Sequence[Edit] = ()) -> Sequence[Any]:
        """What the variables of a model start from.

        Args:
            structure: The model. Edits that keep its variables share the values of the user's own model.
            seed: Of the draw.
            edits: Those that change what the variables start from, in order.

        Raises:
            CannotApplyError: There is nothing for an edit to change.
        """
        values = self._plain(structure, seed)
        for number, edit in enumerate(edits, start=1):
            key = (id(structure), seed, repr(edits[:number]))
            if key not in self._kept:
                self._keep(key, [*self._change(structure, edit)(values[:-1], seed), values[-1]])
            self._kept.move_to_end(key)
            values = self._kept[key]
        return values

    def _change(self, structure: Structure, edit: Edit) -> StartChange:
        key = (id(structure), repr(edit))
        if key not in self._changes:
            x = symbolic(self._rows)[0]
            self._changes[key] = applied(edit).change_start(structure.model, edit.parameters, x, self._blueprint.loaded)
        return self._changes[key]

    def _plain(self, structure: Structure, seed: int) -> list[Any]:
        shapes = _shapes(structure)
        own = not any(applied(edit).overrides("other_model") for edit in structure.edits)
        for key in ((None, seed), (id(structure), seed)) if own else ((id(structure), seed),):
            if key in self._kept and [tuple(value.shape) for value in self._kept[key][:-1]] == shapes:
                self._kept.move_to_end(key)
                return self._kept[key]
        model = make_weights(self._blueprint, structure.edits, seed, self._rows, shapes)
        if own and self.self_seeded and self._blueprint.self_seeded is None:
            redraw(model, seed, Creation(), keep_loaded=False)
        self._keep((id(structure) if structure.edits else None, seed), drawn_values(model))
        return self._kept[(id(structure) if structure.edits else None, seed)]

    def _keep(self, key: Any, values: list[Any]) -> None:
        self._kept[key] = values
        while len(self._kept) > KEPT_SEEDS:
            self._kept.popitem(last=False)


def _shapes(structure: Structure) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in structure.model.variables]
