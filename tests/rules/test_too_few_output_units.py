"""Fewer units than classes."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.too_few_output_units import TooFewOutputUnits
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, first_batch, ruled_out


@pytest.mark.parametrize(
    ("subject", "units"),
    [
        (facts([output("softmax", 8)]), 10),
        (facts([output("softmax", 8, "categorical_crossentropy")], [target("one_hot")]), 10),
        (facts([output("sigmoid", 4, "binary_crossentropy")], [target("multi_hot")]), 6),
        (facts([output("sigmoid", 1, "binary_crossentropy")], [target()]), 10),
    ],
    ids=["ids", "one-hot", "several labels", "one unit for ten classes"],
)
def test_missing_units_are_an_error(subject: Facts, units: int) -> None:
    """Ids beyond the last unit, other columns than units, and one unit for many classes are errors with the right width."""
    (finding,) = findings(TooFewOutputUnits(), subject)

    assert finding.cause is Cause.OUTPUT_UNITS
    assert finding.severity is Severity.ERROR
    assert f"Dense({units}," in finding.remedies[0].patch


@pytest.mark.parametrize(
    "subject",
    [
        facts(),
        facts([output("softmax", 5000)]),
        facts([output("softmax", 2)], [target("binary")]),
        facts([output("linear", 1, "mean_squared_error")], [target()]),
        facts(targets=[target(array={"minimum": 1.0, "maximum": 10.0})]),
    ],
    ids=["as many as classes", "a vocabulary", "two units", "ordinal regression", "counted from one"],
)
def test_enough_units_are_silent(subject: Facts) -> None:
    """As many units as classes or more, numbers on one unit, and ids counted from one are not this fault."""
    assert findings(TooFewOutputUnits(), subject) == ()


def test_ignored_ids_are_silent() -> None:
    """An id beyond the units under a loss that is finite all the same is ignored on purpose."""
    assert findings(TooFewOutputUnits(), facts(targets=[target(array={"maximum": 255.0})]), first_batch()) == ()


def test_fitting_units_rule_the_cause_out() -> None:
    """Where every class has its unit, the units are ruled out; a regression and a softmax on one unit say nothing of them."""
    lonely = facts([output("softmax", 1, "binary_crossentropy")], [target("binary")])

    assert ruled_out(TooFewOutputUnits(), facts()) == (Cause.OUTPUT_UNITS,)
    assert ruled_out(TooFewOutputUnits(), facts([output("linear", 1, "mean_squared_error")], [target("continuous")])) == ()
    assert ruled_out(TooFewOutputUnits(), lonely) == ()
