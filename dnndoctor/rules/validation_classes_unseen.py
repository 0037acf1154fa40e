"""Validation rows of classes that are not trained, and the other way round."""

from collections.abc import Iterable

from dnndoctor.evidence.split_scan import ClassSplit
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import key_where

SUBSTANTIAL, MOST = 0.1, 0.5
"""Share of rows, beyond chance, of classes that the other side does not have."""

FAR, VERY_FAR = 0.15, 0.4
"""Total variation distance between the classes' shares, beyond chance: at 0.4 two rows in five would have to change class."""

DISJOINT = 0.9
"""That distance where a tail was cut from sorted rows, and a class at most was cut in two."""

SIGMAS = 4.0
"""Standard deviations of that distance, for rows split at random, that are taken off as chance."""


class ValidationClassesUnseen(Rule):
    """Validation and training rows hold different classes.

    What was looked at:
        The classes of the training and of the validation rows: which occur on one side only, and how far their shares
        differ, beside what a random split of the same rows gives.

    Why it matters:
        `validation_split` cuts off the last rows before anything is shuffled. If the rows are sorted by class, the
        classes at the end are never trained, and the validation score is zero however well the model learns: 1.0 in
        training against 0.0 was measured.

    What to do:
        Shuffle rows and labels together before the split, or split by class (`train_test_split(..., stratify=y)`).

    When it is not a fault:
        A training set that was balanced on purpose beside a validation set as it comes: shares that differ are only a
        note. Many rare classes, some of which fall on one side by chance: that share is computed and taken off.

    References:
        Keras API, `Model.fit` (`validation_split`: the last samples, before shuffling).
    """

    code = "DD010"
    name = "validation-classes-unseen"
    causes = (
        Cause.NOT_SHUFFLED,
        Cause.TRAIN_VAL_MISMATCH,
    )
    covers = ("data: validation tail", "data: train and validation")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        tail = evidence.facts.data.validation_source == "validation_split"
        for split in evidence.facts.data.scan.classes:
            apart = _apart(split, tail)
            if apart is None:
                continue
            text, severity, confidence = apart
            row = "" if split.first_unseen is None else f"; the first such row is {split.first_unseen} of the validation rows"
            origin = "the tail that `validation_split` cuts off" if tail else "the validation data"
            yield Finding(
                self.code,
                self.name,
                Cause.NOT_SHUFFLED if tail else Cause.TRAIN_VAL_MISMATCH,
                text[0].upper() + text[1:],
                severity,
                confidence,
                key_where(evidence.facts, "fit.validation_split"),
                (
                    Statement(
                        f"{origin}: {split.unseen:.0%} of its rows are of classes that no training row has "
                        f"({split.unseen_by_chance:.1%} in a random split), {split.missing:.0%} of the training rows of classes "
                        f"that it lacks ({split.missing_by_chance:.1%}), and the shares differ by {split.distance:.0%} "
                        f"({split.distance_by_chance:.1%}){row}",
                        "facts",
                        {"unseen": split.unseen, "missing": split.missing, "distance": split.distance},
                    ),
                ),
                (
                    Remedy(
                        "Shuffle rows and labels together before they are split",
                        patch="order = np.random.default_rng(0).permutation(len(x))\nx, y = x[order], y[order]",
                    ),
                ),
            )


def _apart(split: ClassSplit, tail: bool) -> tuple[str, Severity, float] | None:
    """In which way the classes differ beyond chance, how bad that is, and how sure; None where they do not."""
    unseen = split.unseen - split.unseen_by_chance
    missing = split.missing - split.missing_by_chance
    shares = split.distance - split.distance_by_chance - SIGMAS * split.distance_noise
    if tail and split.distance >= DISJOINT:
        text = f"training and validation rows share hardly a class: {split.distance:.0%} would have to change class"
        return text, Severity.ERROR, 0.9
    if unseen >= SUBSTANTIAL:
        named = ", ".join(map(str, split.unseen_classes))
        text = f"{split.unseen:.0%} of the validation rows are of classes that are never trained ({named})"
        # By construction: a head cannot learn a class that it is never shown.
        return (text, Severity.ERROR, 0.9) if unseen >= MOST else (text, Severity.WARNING, 0.7)
    if missing >= SUBSTANTIAL:
        text = f"{split.missing:.0%} of the training rows are of classes that the validation rows do not hold"
        return (text, Severity.WARNING, 0.5) if tail else (text, Severity.NOTE, 0.2)
    if shares >= FAR:
        text = f"the classes have other shares in the validation rows: {split.distance:.0%} would have to change class"
        return (text, Severity.WARNING, 0.4) if tail and shares >= VERY_FAR else (text, Severity.NOTE, 0.15)
    return None
