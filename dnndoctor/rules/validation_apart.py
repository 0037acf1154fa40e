"""Validation inputs on another scale than the training inputs."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.held_out_gap import held_out_gap
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

RATIO = 8.0
"""Ratio of the root mean squares that no draw, and no drift of a series, gives."""

DRIFT = 2.0
"""Ratio that a drift may give; where held-out rows are predicted far worse than training rows, it is worth a warning."""

COST = 0.1
"""Skill by which they are worse at least, besides noise: models that learn by heart lose as much on rows drawn alike."""

MOST = 0.5
"""Share of columns that must be far apart: a factor of five in the spread, or ten spreads between the means."""


class ValidationApart(Rule):
    """The validation inputs were not scaled as the training inputs.

    What was looked at:
        Root mean square of each input, and mean and spread of each column of tables, in the training and in the
        validation rows; whether both parts have exactly the mean and deviation, or the range, that only their own
        statistics give. A smaller ratio counts where your own recipe does far worse on the validation rows.

    Why it matters:
        The model is asked about values that it never saw. Its validation score is that of a guess, early stopping and
        checkpoints follow noise, and the same will happen to every new row.

    What to do:
        Take mean and deviation from the training rows and use them for all: `scaler.fit(x_train)`, then
        `scaler.transform` for each part.

    When it is not a fault:
        Later parts of a series drift, and small validation sets scatter: differences of single columns, and statistics of
        their own that lead to nearly the same scale, are notes.

    References:
        Y. LeCun et al., "Efficient BackProp" (1998), section 4.3. S. Kapoor, A. Narayanan, "Leakage and the
        reproducibility crisis" (2023), on preprocessing by part.
    """

    code = "DD025"
    name = "validation-apart"
    causes = (Cause.TRAIN_VAL_MISMATCH,)
    covers = ("H6", "data: train and validation")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        own = evidence.of(OwnRecipe)
        gap = held_out_gap(evidence.facts, own.runs) if own is not None else None
        costly = gap is not None and gap.below and -gap.mean > COST + gap.noise
        for split in evidence.facts.data.scan.inputs:
            far = not 1 / RATIO < split.scale_ratio < RATIO
            if far or split.far_share >= MOST:
                columns = "" if split.far_share != split.far_share else f"; {split.far_share:.0%} of the columns are far apart"
                yield self._finding(
                    evidence,
                    f"The validation values of {split.array} are on another scale than the training values",
                    f"their root mean square is {split.scale_ratio:.3g} times that of the training values{columns}",
                    {"scale_ratio": split.scale_ratio},
                    Severity.WARNING,
                    0.8,  # no drift that a model is meant to follow is a factor of five in most columns
                )
            elif gap is not None and costly and not 1 / DRIFT < split.scale_ratio < DRIFT:
                yield self._finding(
                    evidence,
                    f"The validation values of {split.array} are on another scale, and badly predicted",
                    f"their root mean square is {split.scale_ratio:.3g} times that of the training values, and the skill of your "
                    f"own recipe is lower on them by {-gap.mean:.2f} (noise {gap.noise:.2f})",
                    {"scale_ratio": split.scale_ratio, "lost": -gap.mean},
                    Severity.WARNING,
                    0.6,  # the loss may be one of learning by heart, the ratio a drift; both together are seldom chance
                )
            elif split.own_statistics:
                yield self._finding(
                    evidence,
                    f"The validation values of {split.array} were scaled by their own {split.own_statistics}",
                    f"both parts have exactly the {split.own_statistics} that scaling by their own statistics leaves",
                    {"scale_ratio": split.scale_ratio},
                    Severity.NOTE,
                    0.15,  # a slip, but for rows drawn alike the two scales are nearly the same
                )
            elif split.shifts:
                shown = "; ".join(
                    f"{split.array}[:, {shift.column}] by {shift.difference:+.2f} deviations (standard error {shift.noise:.2f})"
                    for shift in split.shifts
                )
                yield self._finding(
                    evidence,
                    f"Columns of {split.array} have other means in the validation rows",
                    f"means differ: {shown}",
                    {"difference": split.shifts[0].difference, "noise": split.shifts[0].noise},
                    Severity.NOTE,
                    0.1,
                )

    def _finding(
        self, evidence: Evidence, title: str, text: str, values: dict[str, float], severity: Severity, confidence: float
    ) -> Finding:
        patch = "mean, std = x_train.mean(axis=0), x_train.std(axis=0)\nx_val = (x_val - mean) / std  # not of x_val"
        return Finding(
            self.code,
            self.name,
            Cause.TRAIN_VAL_MISMATCH,
            title,
            severity,
            confidence,
            data_where(evidence.facts),
            (Statement(text, "facts", values),),
            (Remedy("Scale all parts by the training data's statistics", patch=patch),),
        )
