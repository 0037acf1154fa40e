"""Outputs that depend on other rows of the batch."""

import pytest

from dnndoctor.evidence.seen.layout import MixingSeen
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.rows_mixed import RowsMixed
from tests.layout_samples import judged, mixing


@pytest.mark.parametrize(
    ("seen", "severity", "patch"),
    [
        (mixing(), Severity.ERROR, "flip"),
        (mixing(operation="Reshape"), Severity.ERROR, "reshape"),
        (mixing(operation="Transpose", kind="Softmax"), Severity.ERROR, "Softmax(axis=-1)"),
        (mixing(operation="Mean"), Severity.WARNING, "mean(..., axis=1)"),
        (mixing(operation="MatMul"), Severity.WARNING, "shape(x)[0]"),
    ],
    ids=["flip", "reshape", "softmax", "mean", "product"],
)
def test_moves_over_rows_are_errors_and_sums_warnings(seen: MixingSeen, severity: Severity, patch: str) -> None:
    """A normalisation of one's own over the batch may be meant; a move never is."""
    (finding,) = judged(RowsMixed(), mixing=(seen,))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, severity)
    assert patch in finding.remedies[0].patch
    assert finding.where[0].layer == "head"


def test_an_operation_outside_any_layer_is_named_itself() -> None:
    """There is no place to point at."""
    (finding,) = judged(RowsMixed(), mixing=(mixing(layer=None, kind=""),))

    assert "ReverseV2" in finding.title
    assert finding.where == ()


def test_scores_of_rows_against_rows_are_silent() -> None:
    """As retrieval models give them: both axes of the output are rows."""
    assert judged(RowsMixed(), mixing=(mixing(output_shape=(31, 31), operation="MatMul"),)) == ()


def test_rows_that_stay_apart_are_silent() -> None:
    """Nothing was seen."""
    assert judged(RowsMixed()) == ()
