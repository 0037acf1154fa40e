"""Dropout behind the last weights."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.dropout_on_output import DropoutOnOutput
from tests.evidence_samples import facts, head_layer, keras_loss, layer, output
from tests.flows import chain, wired
from tests.rules.judging import findings, own_course

HIDDEN = layer("hidden")
HEAD = head_layer(output())
LOGITS = layer("head", activation="linear", units=10)
SOFTMAX = layer("act", "Activation", activation="softmax", weights=(), parameters=0)


def drop(rate: float = 0.5, kind: str = "Dropout") -> LayerFacts:
    """A dropout layer of that rate."""
    return layer("drop", kind, activation=None, weights=(), parameters=0, settings={"rate": rate})


def model(*layers: LayerFacts, **details: Any) -> Facts:
    """A chain."""
    return facts(layers=layers, calls=chain(*layers), **details)


@pytest.mark.parametrize("layers", [(HIDDEN, HEAD, drop()), (HIDDEN, LOGITS, drop(), SOFTMAX)], ids=["answers", "logits"])
def test_answers_that_are_dropped_are_a_warning(layers: tuple[LayerFacts, ...]) -> None:
    """Behind the head, or between its logits and their softmax, dropout strikes the answers."""
    (finding,) = findings(DropoutOnOutput(), model(*layers))

    assert (finding.cause, finding.severity) == (Cause.DROPOUT, Severity.WARNING)
    assert finding.where[0].layer == "drop"


def test_a_model_that_learns_well_gets_a_note() -> None:
    """What survives it is not sick of it."""
    assert findings(DropoutOnOutput(), model(HIDDEN, HEAD, drop()), own_course(0.95))[0].severity is Severity.NOTE


OWN = output(loss=keras_loss("contrastive", built_in=False))
NO_LOSS = output(loss=None)


@pytest.mark.parametrize(
    "subject",
    [
        model(HIDDEN, drop(), HEAD),
        model(HIDDEN, HEAD, drop(0.0)),
        model(HIDDEN, HEAD, drop(), outputs=[OWN]),
        model(HIDDEN, HEAD, drop(), outputs=[NO_LOSS]),
        facts(layers=[HIDDEN, HEAD, drop()], calls=wired("input > hidden > head > +AddV2", "hidden > drop > +AddV2")),
        facts(layers=[HIDDEN, HEAD, drop()]),
    ],
    ids=["before the head", "rate 0", "own loss", "no loss", "residual", "unknown"],
)
def test_other_dropout_is_silent(subject: Facts) -> None:
    """Dropout where it belongs, dropout that drops nothing, and outputs that are compared by a loss of the user's own."""
    assert findings(DropoutOnOutput(), subject) == ()
