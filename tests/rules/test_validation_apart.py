"""Validation inputs on another scale."""

import math
from typing import Any

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.split_scan import ColumnShift, InputSplit
from dnndoctor.finding import Finding, Severity
from dnndoctor.rules.validation_apart import ValidationApart
from tests.evidence_samples import facts
from tests.experiments.control_patient import ControlPatient, controlled
from tests.rules.judging import findings


def subject(**details: Any) -> Facts:
    """A subject with one input split so."""
    split = InputSplit(**{"array": "x", "scale_ratio": 1.02, "far_share": 0.0, **details})
    return facts(data={"validation_rows": 200, "validation_source": "given", "scan": DataScan(inputs=(split,))})


def test_another_scale_is_a_warning() -> None:
    """Raw validation pictures beside scaled ones have a ratio of 255; columns may be far apart without the whole being so."""
    assert findings(ValidationApart(), subject(scale_ratio=255.0, far_share=math.nan))[0].severity is Severity.WARNING
    assert findings(ValidationApart(), subject(scale_ratio=1 / 255))[0].severity is Severity.WARNING
    assert findings(ValidationApart(), subject(scale_ratio=3.0, far_share=0.8))[0].severity is Severity.WARNING


def test_statistics_of_their_own_are_a_note() -> None:
    """For rows drawn alike the two scales are nearly the same."""
    (finding,) = findings(ValidationApart(), subject(own_statistics="mean and deviation"))

    assert finding.severity is Severity.NOTE
    assert "their own mean and deviation" in finding.title


def test_a_drift_of_some_columns_is_a_note_with_its_noise() -> None:
    """Later parts of a series have other means."""
    (finding,) = findings(ValidationApart(), subject(shifts=(ColumnShift(3, 1.9, 0.08),)))

    assert finding.severity is Severity.NOTE
    assert "x[:, 3] by +1.90 deviations (standard error 0.08)" in finding.evidence[0].text


def test_parts_that_are_alike_give_nothing() -> None:
    """Nor does a trend that doubles the values."""
    assert findings(ValidationApart(), subject()) == ()
    assert findings(ValidationApart(), subject(scale_ratio=2.2, far_share=math.nan)) == ()
    assert findings(ValidationApart(), facts()) == ()


def test_a_smaller_ratio_counts_where_it_costs() -> None:
    """Three times the scale: a drift where held-out rows are predicted as well, a warning where they are not."""
    rule, drifting = ValidationApart(), subject(scale_ratio=3.0, far_share=math.nan)
    (finding,) = rule.judge(controlled(ControlPatient(ceiling=0.9, held_out=0.4), drifting))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING
    assert "lower on them by 0.5" in finding.evidence[0].text
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.9, held_out=0.85), drifting))) == []
    assert list(rule.judge(controlled(ControlPatient(ceiling=0.9, held_out=0.4), subject(scale_ratio=1.1)))) == []
