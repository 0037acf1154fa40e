"""Steps that leave weights as they are."""

from typing import Any

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.never_updated import NeverUpdated
from tests.evidence_samples import facts
from tests.rules.judging import findings
from tests.start_samples import starting_point, variable

STILL: dict[str, Any] = {"moved": False, "reached": False, "connected": False, "ratio": 0.0}
OWN_STEP = facts(recipe={"custom_train_step": True})


def point(*handed: bool | None, **details: Any) -> StartingPoint:
    """Variables that never move, and whether an optimizer was asked."""
    variables = tuple(variable(f"dense_{place}", handed=one, **STILL) for place, one in enumerate(handed))
    return starting_point(variables=variables, **details)


def test_a_step_that_changes_nothing_is_an_error() -> None:
    """No optimizer is ever asked."""
    (finding,) = findings(NeverUpdated(), OWN_STEP, point(None, None))

    assert (finding.severity, finding.cause) == (Severity.ERROR, Cause.CUSTOM_CODE)
    assert "apply_gradients" in finding.remedies[0].patch


def test_a_rate_of_zero_is_an_error() -> None:
    """At the first steps and throughout the course."""
    (finding,) = findings(NeverUpdated(), facts(recipe={"rates": (0.0,) * 101}), point(True, rates=(0.0,) * 3))

    assert (finding.severity, finding.cause) == (Severity.ERROR, Cause.LEARNING_RATE_LOW)
    assert finding.remedies[0].edits == (Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-3}),)


def test_a_warm_up_from_zero_is_silent() -> None:
    """The rate is still to come."""
    warming = facts(recipe={"rates": (0.0, 5e-4, 1e-3)})

    assert findings(NeverUpdated(), warming, point(True, rates=(0.0,) * 3)) == ()


def test_parts_that_stay_are_a_note() -> None:
    """A teacher looks like a forgotten half."""
    teacher = starting_point(variables=(variable("teacher", handed=False, **STILL), variable("student")))

    (finding,) = findings(NeverUpdated(), OWN_STEP, teacher)

    assert finding.severity is Severity.NOTE
    assert finding.where[0].layer == "teacher"


def test_keras_own_step_and_parts_that_move_are_silent() -> None:
    """Cut-off layers are another rule's; averages that are assigned move without an optimizer."""
    cut = starting_point(variables=(variable(**STILL), variable("head")))
    average = starting_point(variables=(variable("average", handed=False), variable("head")))

    assert findings(NeverUpdated(), facts(), cut) == ()
    assert findings(NeverUpdated(), OWN_STEP, average) == ()
    assert findings(NeverUpdated(), OWN_STEP, starting_point()) == ()
