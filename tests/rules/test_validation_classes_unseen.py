"""Classes on one side of the split only."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.split_scan import ClassSplit
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.validation_classes_unseen import ValidationClassesUnseen
from tests.evidence_samples import facts
from tests.rules.judging import findings

ALIKE = ClassSplit(
    "output",
    unseen=0.0,
    unseen_by_chance=0.0,
    unseen_classes=(),
    first_unseen=None,
    missing=0.0,
    missing_by_chance=0.0,
    distance=0.04,
    distance_by_chance=0.04,
    distance_noise=0.01,
)


def subject(split: ClassSplit, source: str = "validation_split") -> Facts:
    """A subject whose classes are split so."""
    return facts(data={"validation_source": source, "validation_rows": 300, "scan": DataScan(classes=(split,))})


def test_a_tail_of_other_classes_is_an_error_with_the_first_row() -> None:
    """Accuracy 1.0 in training and 0.0 in validation is then built in."""
    split = replace(ALIKE, unseen=0.83, unseen_classes=(3,), first_unseen=51, distance=0.85)

    (finding,) = findings(ValidationClassesUnseen(), subject(split))

    assert finding.severity is Severity.ERROR
    assert finding.cause is Cause.NOT_SHUFFLED
    assert "51" in finding.evidence[0].text


def test_a_tail_within_the_last_class_is_an_error_as_well() -> None:
    """Where the cut goes through the last class, no class is unseen, and validation knows a single one."""
    split = replace(ALIKE, missing=0.99, distance=0.99)

    assert findings(ValidationClassesUnseen(), subject(split))[0].severity is Severity.ERROR


def test_given_validation_data_name_another_cause() -> None:
    """Nothing was cut off there."""
    split = replace(ALIKE, unseen=0.3, unseen_classes=(9,), first_unseen=0)

    (finding,) = findings(ValidationClassesUnseen(), subject(split, "given"))

    assert (finding.cause, finding.severity) == (Cause.TRAIN_VAL_MISMATCH, Severity.WARNING)


def test_other_shares_are_a_note_where_validation_is_given() -> None:
    """A training set that was balanced on purpose has other shares than the validation set."""
    split = replace(ALIKE, distance=0.42)

    assert findings(ValidationClassesUnseen(), subject(split, "given"))[0].severity is Severity.NOTE


def test_splits_by_chance_are_left_alone() -> None:
    """Rare classes fall on one side, and small parts scatter."""
    rare = replace(ALIKE, unseen=0.16, unseen_by_chance=0.15, missing=0.4, missing_by_chance=0.42)
    small = replace(ALIKE, distance=0.36, distance_by_chance=0.2, distance_noise=0.06)

    for split in (ALIKE, rare, small):
        assert findings(ValidationClassesUnseen(), subject(split)) == ()
