import json
import math
from dataclasses import fields, replace

from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.trial import Trial
from dnndoctor.finding import Where
from dnndoctor.report.document import ReportDocument
from dnndoctor.report.json import CURVE_POINTS, Json, document, fingerprint
from dnndoctor.report.look import Look
from tests import evidence_samples as samples
from tests.report.examples import HEAD, RATE, all_examples, healthy, sick

KEYS = [
    *("schema_version", "tool", "verdict", "partial", "subject", "goal", "ladder", "findings", "ruled_out", "not_seen"),
    *("prescription", "trials", "budget", "environment"),
]
"""Version 1, in its order; further keys only behind these."""


def test_keys_of_version_1_stand_in_their_order() -> None:
    """No key of version 1 goes, moves or changes its name."""
    assert [field.name for field in fields(ReportDocument)][: len(KEYS)] == KEYS
    assert list(json.loads(Json().render(sick(), Look())))[: len(KEYS)] == KEYS


def test_fingerprint_is_that_of_the_fault_and_its_place() -> None:
    """Another line, title or confidence is the same fault; another layer or cause is not."""
    moved = replace(RATE, title="other", confidence=0.1, where=(Where("dense_2", Place("train.py", 99)), RATE.where[1]))
    elsewhere = replace(RATE, where=(Where("dense_3", Place("train.py", 28)), RATE.where[1]))

    assert fingerprint(moved) == fingerprint(RATE)
    assert len({fingerprint(RATE), fingerprint(elsewhere), fingerprint(HEAD)}) == 3


def test_long_curve_keeps_its_ends() -> None:
    """A curve is thinned to so many points, the first and the last step among them, each with its own value."""
    outcome = samples.outcome(Trial(steps=12345), [float(step) for step in range(12345)])

    curve = document(replace(healthy(), outcomes={outcome.trial.id: outcome})).trials[0].curve

    assert len(curve.step) == CURVE_POINTS
    assert (curve.step[0], curve.step[-1]) == (0, 12344)
    assert curve.loss == curve.step


def test_curve_without_steps_is_empty() -> None:
    """A trial that never ran has empty curves."""
    outcome = samples.outcome(Trial(), ())

    assert document(replace(healthy(), outcomes={outcome.trial.id: outcome})).trials[0].curve.step == ()


def test_numbers_that_json_lacks_are_strings() -> None:
    """NaN and infinities are the three agreed strings."""
    outcome = samples.outcome(Trial(), (math.nan, math.inf, -math.inf))

    curve = document(replace(healthy(), outcomes={outcome.trial.id: outcome})).trials[0].curve

    assert curve.loss == ("NaN", "Infinity", "-Infinity")


def test_json_is_ascii() -> None:
    """A report can be stored and shown wherever ASCII can, hostile names and all."""
    for checkup in all_examples().values():
        assert Json().render(checkup, Look()).isascii()
