"""Callbacks that take the worst for the best, and such as do not."""

from dataclasses import replace

import pytest

from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.monitor_in_wrong_direction import MonitorInWrongDirection
from tests.evidence_samples import callback
from tests.rules.judging import own_course
from tests.rules.saved import said, seen, subject

STOPPING = callback("EarlyStopping", monitor="val_accuracy", mode="min", patience=3)


@pytest.mark.parametrize(
    ("kind", "monitor", "mode", "cause"),
    [
        ("EarlyStopping", "val_accuracy", "min", Cause.EPOCHS),
        ("ModelCheckpoint", "val_loss", "max", Cause.CHECKPOINT),
        ("ReduceLROnPlateau", "accuracy", "min", Cause.LR_SCHEDULE),
    ],
)
def test_the_wrong_way_round(kind: str, monitor: str, mode: str, cause: Cause) -> None:
    """A direction against the metric's own is a warning, with the right one to write."""
    wrong = callback(kind, monitor=monitor, mode=mode, save_best_only=True)

    (finding,) = said(MonitorInWrongDirection(), seen(), subject(wrong))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (cause, Severity.WARNING)
    assert f'mode="{"max" if mode == "min" else "min"}"' in finding.remedies[0].patch
    assert [edit.name for edit in finding.remedies[0].edits] == ["constant_rate"] * (kind == "ReduceLROnPlateau")


def test_runs_that_it_stopped_are_an_error() -> None:
    """Where the user's own runs were ended by it and came to nothing, it is what went wrong."""
    course = own_course(skill=0.0)
    stopped = replace(course, runs=tuple(replace(run, stopped_by="EarlyStopping") for run in course.runs))

    (finding,) = said(MonitorInWrongDirection(), seen(), subject(STOPPING), **{OwnRecipe.name: stopped})

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.ERROR
    assert "3 of your 3 own runs were stopped by it" in finding.evidence[1].text


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [("val_accuracy", "max"), ("val_loss", "min"), ("val_accuracy", "auto"), ("val_own", "min"), ("f1", "min")],
)
def test_right_and_unknown_directions_are_no_fault(monitor: str, mode: str) -> None:
    """Right modes, `auto`, and metrics whose side nobody knows are left alone."""
    healthy = seen(logged=("loss", "accuracy", "f1", "val_loss", "val_accuracy", "val_own"))

    assert said(MonitorInWrongDirection(), healthy, subject(callback("EarlyStopping", monitor=monitor, mode=mode))) == []
