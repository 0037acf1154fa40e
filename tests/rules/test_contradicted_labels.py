"""Labels that the rows around them contradict."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import OddLabels
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.contradicted_labels import ContradictedLabels
from tests.evidence_samples import facts
from tests.rules.judging import findings

CLEAN = OddLabels("output", error=0.02, constant=0.9, pure=0.0, share=0.004, in_common_classes=0.0)
WRONG = OddLabels("output", 0.23, 0.9, 0.22, 0.12, 0.1, rows=(7, 11), labels=(9, 7), of_neighbours=(0, 5))


def subject(odd: OddLabels) -> Facts:
    """A subject with such labels."""
    return facts(data={"scan": DataScan(odd_labels=(odd,))})


def test_wrong_labels_are_a_warning_with_their_rows() -> None:
    """Each row is named with its label and that of its neighbours."""
    (finding,) = findings(ContradictedLabels(), subject(WRONG))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LABEL_NOISE)
    assert "row 7 has 9, its neighbours 0" in finding.evidence[0].text


def test_a_few_are_a_note() -> None:
    """One label in sixteen is no reason to stop."""
    few = replace(WRONG, error=0.07, pure=0.06, in_common_classes=0.05)

    assert findings(ContradictedLabels(), subject(few))[0].severity is Severity.NOTE


def test_clean_overlapping_rare_and_hopeless_classes_are_left_alone() -> None:
    """Figures as measured on such data."""
    overlap = OddLabels("output", error=0.25, constant=0.5, pure=0.124, share=0.1, in_common_classes=0.095)
    rare = OddLabels("output", error=0.082, constant=0.08, pure=0.08, share=0.08, in_common_classes=0.0)
    hopeless = OddLabels("output", error=0.34, constant=0.48, pure=0.23, share=0.1, in_common_classes=0.08)

    for odd in (CLEAN, overlap, rare, hopeless):
        assert findings(ContradictedLabels(), subject(odd)) == ()
