"""Rows that are both trained and validated on."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE, SUBSTANTIAL, WHOLE = 0.01, 0.05, 0.999
"""Shares of the validation rows; the second one beyond the share of training rows that have a twin among themselves."""


class TrainValidationOverlap(Rule):
    """Validation rows are training rows.

    What was looked at:
        The inputs of all validation rows, compared byte by byte through a hash with those of the training rows, beside
        how often training rows repeat each other.

    Why it matters:
        The validation score then says how well the model remembers. Early stopping, checkpoints and every choice made by
        it prefer the model that memorises.

    What to do:
        Split first, and augment, repeat or oversample only the training part. For rows in groups (patients, users,
        recordings) split by group.

    When it is not a fault:
        Inputs with a few values overlap by chance and are not reported; where training rows repeat each other as often as they
        are repeated in validation, as pairs of user and item do, it is a note. Windows on a
        series that overlap in part are not equal rows.

    References:
        S. Kapoor, A. Narayanan, "Leakage and the reproducibility crisis in machine-learning-based science" (2023),
        section 2.4, L1.2 and L1.4.
    """

    code = "DD023"
    name = "train-validation-overlap"
    causes = (Cause.LEAKAGE,)
    covers = ("data: overlap",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        data = evidence.facts.data
        both, twice = data.scan.overlap, data.scan.duplicates
        if both is None or twice is None or both.pair is None or not twice.continuous:
            return
        # Rows split at random from any lot are found on the other side as often as training rows are found among their own.
        beyond = both.share - twice.shared
        if both.share < NOTABLE:
            return
        row, trained = both.pair
        part = "The validation data" if both.share >= WHOLE else f"{both.share:.0%} of the validation rows"
        title = f"{part} are training data"
        grave = beyond >= SUBSTANTIAL
        yield Finding(
            self.code,
            self.name,
            Cause.LEAKAGE,
            title,
            Severity.WARNING if grave else Severity.NOTE,
            0.7 if grave else 0.2,  # equal continuous rows are copies; the training itself does not suffer
            data_where(evidence.facts),
            (
                Statement(
                    f"{both.share:.1%} of {data.validation_rows:,} validation rows have the inputs of a training row; "
                    "validation row "
                    f"{row} is training row {trained}; of the training rows {twice.shared:.1%} have a twin among "
                    "themselves",
                    "facts",
                    {"share": both.share, "shared": twice.shared},
                ),
            ),
            (
                Remedy(
                    "Split before rows are copied",
                    patch="x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2)  # first of all",
                ),
            ),
        )
