"""Which rows trials are scored on, chosen once for every structure, tiny set and list of edits."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine.edited_rows import EditedRows
from dnndoctor.subject.engine.evaluation import Evaluator, ScoredRows, score_rows
from dnndoctor.subject.engine.structure import Structure

SCORED_BY_STEP = ((0.5, 128), (0.05, 512))
"""Where a step takes so many seconds, so many rows are scored at most: a score then costs a few steps and no minutes."""


class ScoredSets:
    """Training and held-out rows with the targets that a trial is scored by."""

    def __init__(self, blueprint: Blueprint, edited: EditedRows, step_seconds: Callable[[], float]) -> None:
        """Chooses nothing yet.

        Args:
            blueprint: Of the subject.
            edited: Its rows.
            step_seconds: Of the user's own model; asked when rows are chosen.
        """
        self._blueprint = blueprint
        self._edited = edited
        self._step_seconds = step_seconds
        self._kept: dict[Any, ScoredRows | None] = {}

    def train(
        self, trial: Trial, rows: np.ndarray[Any, Any], evaluator: Evaluator | None, structure: Structure
    ) -> ScoredRows | None:
        """Some of a trial's own rows.

        Args:
            trial: With its edits.
            rows: Numbers of the rows that it trains on.
            evaluator: Of the structure, None where it has none.
            structure: The model.

        Returns:
            None where no row can be scored.
        """
        edited = self._edited.train(trial.edits)
        key = (id(structure), None if trial.rows is None else (trial.rows, trial.seed), id(edited))
        if key not in self._kept:
            sample = self._edited.sample(trial.edits, self._blueprint.train, validation=False)
            chosen = _some(rows, self._limit(evaluator, structure, len(rows)))
            self._kept[key] = score_rows(edited, sample, self._blueprint.output_names, chosen) if len(chosen) else None
        return self._kept[key]

    def validation(self, edits: Sequence[Edit], evaluator: Evaluator | None, structure: Structure) -> ScoredRows | None:
        """Some of the held-out rows.

        Args:
            edits: Of the trial.
            evaluator: Of the structure, None where it has none.
            structure: The model.

        Returns:
            None where there are none.
        """
        edited, plain = self._edited.validation(edits), self._blueprint.validation
        if edited is None or plain is None:
            return None
        key = (id(structure), "validation", id(edited))
        if key not in self._kept:
            rows = np.arange(edited.count, dtype=np.int32)
            chosen = _some(rows, self._limit(evaluator, structure, len(rows)))
            sample: Sample = self._edited.sample(edits, plain, validation=True)
            self._kept[key] = score_rows(edited, sample, self._blueprint.output_names, chosen) if len(chosen) else None
        return self._kept[key]

    def _limit(self, evaluator: Evaluator | None, structure: Structure, rows: int) -> int:
        limit = evaluator.row_limit() if evaluator else rows
        limit = min([limit, rows, *(most for seconds, most in SCORED_BY_STEP if self._step_seconds() > seconds)])
        return limit - limit % structure.fixed_batch if structure.fixed_batch else limit


def _some(rows: np.ndarray[Any, Any], limit: int) -> np.ndarray[Any, Any]:
    """At most so many of the rows, the same ones for every trial."""
    return rows if len(rows) <= limit else np.sort(np.random.RandomState(0).choice(rows, limit, replace=False))
