"""Callbacks that wait in vain, and such as have what they monitor."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import CallbackFacts, Place
from dnndoctor.finding import Cause, Finding, Severity, Where
from dnndoctor.rules.monitor_not_logged import MonitorNotLogged
from tests.evidence_samples import callback
from tests.rules.saved import said, seen, subject

WITHOUT_VALIDATION = seen(logged=("loss", "accuracy"))


@pytest.mark.parametrize(
    ("kind", "cause", "then"),
    [
        ("EarlyStopping", Cause.EPOCHS, "training is never stopped"),
        ("ReduceLROnPlateau", Cause.LR_SCHEDULE, "the rate is never lowered"),
        ("ModelCheckpoint", Cause.CHECKPOINT, "every epoch is saved as if it were the best"),
    ],
)
def test_no_validation_data(kind: str, cause: Cause, then: str) -> None:
    """`val_loss` without validation data is a warning with what happens instead, at the callback's line."""
    waiting = replace(callback(kind, monitor="val_loss", mode="auto", save_best_only=True), place=Place("train.py", 33))

    (finding,) = said(MonitorNotLogged(), WITHOUT_VALIDATION, subject(waiting))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (cause, Severity.WARNING)
    assert then in finding.title
    assert finding.where == (Where(place=Place("train.py", 33)),)
    assert 'monitor="loss"' in finding.remedies[0].patch


def test_a_name_of_old_keras() -> None:
    """`val_acc` is logged as `val_accuracy`, and in the mode `auto` the callback raises."""
    (finding,) = said(MonitorNotLogged(), seen(), subject(callback("EarlyStopping", monitor="val_acc", mode="auto")))

    assert isinstance(finding, Finding)
    assert finding.title == "EarlyStopping monitors `val_acc`, which is never logged: it raises at the end of the first epoch"


def test_a_metric_without_a_side() -> None:
    """A metric function of the user's own is logged, and Keras still does not know what is better."""
    own = seen(logged=("loss", "f1", "val_loss", "val_f1"), directions={})

    (finding,) = said(MonitorNotLogged(), own, subject(callback("EarlyStopping", monitor="val_f1", mode="auto")))

    assert isinstance(finding, Finding)
    assert 'mode="max"' in finding.remedies[0].patch


@pytest.mark.parametrize(
    "healthy",
    [
        (callback("EarlyStopping", monitor="val_loss", mode="auto"),),
        (callback("EarlyStopping", monitor="val_accuracy", mode="max"),),
        (callback("ReduceLROnPlateau", monitor="loss", mode="min"),),
        (callback("EarlyStopping", monitor="learning_rate", mode="min"),),
        (callback("ModelCheckpoint", monitor="val_acc", mode="max", save_best_only=False),),
        (callback("EarlyStopping", monitor="val_f1", mode="max"), callback("OwnMetrics")),
    ],
    ids=range(6),
)
def test_what_is_logged_is_no_fault(healthy: tuple[CallbackFacts, ...]) -> None:
    """Logged values, checkpoints of every epoch, and values that a callback of the user's own may log are left alone."""
    assert said(MonitorNotLogged(), seen(), subject(*healthy)) == []


def test_nothing_is_known_of_logs_that_were_not_seen() -> None:
    """A model whose step gives back no names is not judged."""
    assert said(MonitorNotLogged(), seen(logged=()), subject(callback("EarlyStopping", monitor="val_loss", mode="auto"))) == []
