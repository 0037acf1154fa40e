"""JSON lines of evidence."""

import json
import math

import pytest
from pydantic import ValidationError

from dnndoctor.evidence.facts import RecipeFacts
from dnndoctor.evidence.outcome import LayerCurve, Outcome, OutputScore, Score, Scores, State
from dnndoctor.evidence.record import dumps, loads
from dnndoctor.evidence.trial import Edit, Recording, Trial
from tests.evidence_samples import callback, facts


def _outcome() -> Outcome:
    score = Score(0.5, {"accuracy": 0.9}, {"out": OutputScore(0.1, 0.9, -1.0, 1.0, 0.0, 0.5, 0, 0.3, 0.2)})
    return Outcome(
        trial=Trial(edits=(Edit("learning_rate", {"factor": 0.1}),), rows=8, steps=3, recording=Recording.LAYERS),
        state=State.FINISHED,
        path="replicas",
        steps_run=3,
        losses=(1.0, 0.5, 0.25),
        layers=(LayerCurve("block/dense", gradient_norm=(1.0, 2.0, 3.0)),),
        scores=Scores(start=score),
    )


def test_a_record_comes_back_equal() -> None:
    """Nested dataclasses, enums, mappings and tuples survive the way to JSON and back."""
    outcome = _outcome()

    assert loads(Outcome, dumps(outcome)) == outcome


def test_a_recipe_comes_back_equal() -> None:
    """So do the facts of a recipe, with the rates of its whole course."""
    recipe = facts(recipe={"rates": (0.1, 0.05, 1e-7), "callbacks": (callback("EarlyStopping", patience=3),)}).recipe

    assert loads(RecipeFacts, dumps(recipe)) == recipe


def test_values_that_are_not_finite_are_strings() -> None:
    """NaN and infinities are written as strings, so that a strict JSON reader takes every line, and come back as floats."""
    outcome = Outcome(Trial(), State.FINISHED, losses=(math.nan, math.inf, -math.inf))

    line = dumps(outcome)

    assert json.loads(line, parse_constant=pytest.fail)["losses"] == ["NaN", "Infinity", "-Infinity"]
    back = loads(Outcome, line).losses
    assert math.isnan(back[0])
    assert back[1:] == (math.inf, -math.inf)


def test_a_record_is_one_line() -> None:
    """A journal line never breaks, whatever a reason holds."""
    outcome = Outcome(Trial(), State.FAILED, reason="first\nsecond\rthird")

    line = dumps(outcome)

    assert "\n" not in line
    assert "\r" not in line


def test_what_is_not_a_record_is_refused() -> None:
    """A line of another kind raises, and does not give half a record."""
    with pytest.raises(ValidationError):
        loads(Outcome, '{"trial": 3}')
