"""Batches that hold one class each."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.split_scan import BatchMix
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.single_class_batches import SingleClassBatches
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course

SORTED = BatchMix("output", 31, 4, single=0.9, single_if_shuffled=0.0, distance=0.73, distance_if_shuffled=0.12)
EVEN = BatchMix("output", 31, 4, single=0.0, single_if_shuffled=0.0, distance=0.12, distance_if_shuffled=0.12)


def subject(mix: BatchMix, *, shuffle: bool | None = False, kind: str = "numpy") -> Facts:
    """A subject with these batches."""
    return facts(recipe={"shuffle": shuffle}, data={"kind": kind, "scan": DataScan(batches=(mix,))})


def test_sorted_rows_that_are_not_shuffled_are_a_warning() -> None:
    """The share of pure batches, and what chance would give, are in the title."""
    (finding,) = findings(SingleClassBatches(), subject(SORTED))

    assert finding.severity is Severity.WARNING
    assert finding.cause is Cause.NOT_SHUFFLED
    assert "90%" in finding.title


def test_a_buffer_shorter_than_the_runs_is_seen_though_it_shuffles() -> None:
    """What a stream yields is judged as it comes, whatever it calls itself."""
    buffered = replace(SORTED, single=0.1, distance=0.6)

    (finding,) = findings(SingleClassBatches(), subject(buffered, shuffle=True, kind="tf.data"))

    assert "shuffle(1000)" in finding.remedies[0].patch


def test_an_own_run_that_fails_makes_it_an_error_and_one_that_learns_a_note() -> None:
    """The order of the rows is then what is left to blame, or proven harmless."""
    assert findings(SingleClassBatches(), subject(SORTED), own_course(0.0))[0].severity is Severity.ERROR
    assert findings(SingleClassBatches(), subject(SORTED), own_course(0.95))[0].severity is Severity.NOTE


def test_arrays_that_fit_shuffles_and_fair_batches_are_left_alone() -> None:
    """So are batches that are pure by chance, and batches made more even than chance."""
    rare = BatchMix("output", 600, 2, single=0.75, single_if_shuffled=0.73, distance=0.016, distance_if_shuffled=0.015)
    balanced = replace(EVEN, distance=0.0)

    assert findings(SingleClassBatches(), subject(SORTED, shuffle=True)) == ()
    for mix in (EVEN, rare, balanced):
        assert findings(SingleClassBatches(), subject(mix)) == ()
