"""Running statistics against the length of the course."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.running_statistics import momentum_of, running_statistics
from tests.evidence_samples import facts, layer, weight


def of(momentum: float, steps: int, **details: object) -> Facts:
    """A model with one batch normalisation."""
    norm = layer("norm", "BatchNormalization", activation=None, settings={"momentum": momentum}, **{"weights": (), **details})
    return facts(layers=(norm,), recipe={"steps_per_epoch": steps, "epochs": 1})


def test_what_is_left_and_how_far_they_lag() -> None:
    """At 0.99, 300 steps leave a twentieth; a course of 600 waits half of its time for it."""
    seen = running_statistics(of(0.99, 300))
    longer = running_statistics(of(0.99, 600))

    assert seen
    assert longer
    assert seen.left == pytest.approx(0.05, abs=0.001)
    assert seen.lag == pytest.approx(1.0)
    assert longer.lag == pytest.approx(0.5)
    assert longer.fitting == 0.9


def test_a_short_course_needs_a_low_momentum() -> None:
    """Forty steps: ten times the statistics' own time at 0.75."""
    seen = running_statistics(of(0.99, 40))

    assert seen
    assert seen.fitting == 0.75


def test_who_has_none() -> None:
    """No normalisation, a frozen one, a loaded one, or a course of unknown length."""
    loaded = of(0.99, 300, weights=(weight(loaded=True),))

    assert running_statistics(facts()) is None
    assert running_statistics(of(0.99, 300, trainable=False)) is None
    assert running_statistics(loaded) is None
    assert running_statistics(facts(layers=of(0.99, 1).layers, recipe={"steps_per_epoch": None})) is None
    assert momentum_of(layer("norm", "BatchNormalization", settings={})) == 0.99
