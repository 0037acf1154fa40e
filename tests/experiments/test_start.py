"""The start: what two seeds saw, put together."""

import math
from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.evidence import record
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen.start import StartSeen
from dnndoctor.experiments import Inconclusive, Preset
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.starting_point import StartingPoint, depth_slope
from tests.evidence_samples import evidence, facts, head_layer, layer, output
from tests.start_samples import signal_seen, start_seen, starting_point, units_seen, variable, variable_seen


def read(first: StartSeen, second: StartSeen | None = None, subject: Any = None) -> StartingPoint:
    """The reading of two seeds, which saw the same by default."""
    asked = evidence(subject, preset=Preset.STATIC)
    trials = StartExperiment().plan(asked, {})
    assert not isinstance(trials, tuple) or len(trials) == 2
    seen = (first, first if second is None else second)
    outcomes = {
        trial.id: Outcome(trial, State.FINISHED, seen=one)
        for trial, one in zip(trials, seen, strict=True)  # type: ignore[arg-type]  # never a skip
    }
    point = StartExperiment().read(asked, outcomes)
    assert isinstance(point, StartingPoint)
    return point


def test_it_asks_for_two_looks_and_no_more() -> None:
    """One look a seed, of no steps; with their outcomes nothing is left to ask."""
    asked = evidence(preset=Preset.STATIC)

    trials = StartExperiment().plan(asked, {})

    assert not hasattr(trials, "reason")
    assert [(trial.look, trial.steps, trial.seed) for trial in trials] == [("start", 0, 0), ("start", 0, 1)]
    assert StartExperiment().plan(asked, {"any": Outcome(trials[0], State.FINISHED)}) == ()


def test_what_is_seen_survives_the_journal() -> None:
    """Written to JSON and back it is the same."""
    seen = start_seen(variables=(variable_seen(handed=None),), unseen="why")

    assert record.loads(StartSeen, record.dumps(seen)) == seen


def test_a_look_that_failed_is_inconclusive() -> None:
    """Its reason is passed on."""
    asked = evidence(preset=Preset.STATIC)
    trials = StartExperiment().plan(asked, {})
    assert not hasattr(trials, "reason")
    outcomes = {trial.id: Outcome(trial, State.FAILED, reason="no") for trial in trials}

    assert StartExperiment().read(asked, outcomes) == Inconclusive("no")


def test_units_count_only_if_they_are_off_with_each_seed() -> None:
    """The fewest dead and flat units, and the fewest twins; the largest difference between rows."""
    lucky = start_seen(
        units=(units_seen(dead=40, flat=3),), later_units=(units_seen(dead=50),), signals=(signal_seen(twins=8, varies=0.1),)
    )
    point = read(lucky, start_seen(units=(units_seen(dead=10, flat=5),), later_units=(units_seen(dead=60),)))

    (one,) = point.activations
    assert (one.dead, one.flat, one.dead_later) == (10, 3, 50)
    assert (point.signals[0].twins, point.signals[0].varies) == (0, 0.9)


def test_variables_are_reached_and_moved_by_any_step_of_any_seed() -> None:
    """Zero-initialised branches have no gradient at the first step: one at the second is enough."""
    late = start_seen(variables=(variable_seen(gradients=(0.0, 1.0, 1.0), updates=(0.0, 0.1, 0.1)),))
    never = start_seen(variables=(variable_seen(gradients=(0.0, 0.0, 0.0), updates=(0.0, 0.0, 0.0)),))

    assert read(late).variables[0].reached
    assert read(never, late).variables[0].moved
    assert read(late).variables[0].gradient == 0
    assert read(late).dead_layers == ()
    assert read(never).dead_layers == ("dense",)
    assert not read(never).variables[0].moved


def test_the_ratio_is_the_largest_update_over_the_weights() -> None:
    """Norm over norm; weights that start at zero have none."""
    seen = variable_seen(rms=0.1, size=400, updates=(0.5, 0.3, 0.1))

    assert read(start_seen(variables=(seen,))).variables[0].ratio == pytest.approx(0.5 / (0.1 * 20))
    assert math.isnan(read(start_seen(variables=(replace(seen, rms=0.0),))).variables[0].ratio)


def test_modes_are_means_and_their_parts_add_up() -> None:
    """From the reported to the evaluated loss, nothing is left over."""
    point = read(start_seen())

    assert point.modes is not None
    assert sum(point.modes.parts.values()) == pytest.approx(point.modes.reported - point.modes.evaluation)
    assert point.modes.parts["batch norm"] == pytest.approx(2.0 - 2.5)


def test_the_loss_is_compared_without_penalties() -> None:
    """Start over constant, 0.25 of it penalties."""
    assert read(start_seen()).start_ratio == pytest.approx((2.4 - 0.25) / math.log(10))
    assert starting_point(constant_loss=None).start_ratio is None
    assert starting_point(losses=((math.nan,),)).start_ratio is None


def test_a_slope_has_the_scatter_of_layers_and_seeds() -> None:
    """Exact powers have no error; seeds that differ give one; two layers, or zeros, give no slope."""
    paths = [f"dense_{place}" for place in range(6)]
    even = [10.0**-place for place in range(6)]
    flat = [1.0] * 6

    line = depth_slope(paths, (even, even))
    apart = depth_slope(paths, (even, flat))

    assert line is not None
    assert apart is not None
    assert line.per_layer == pytest.approx(-1)
    assert line.error == pytest.approx(0, abs=1e-9)
    assert line.steep
    assert apart.per_layer == pytest.approx(-0.5)
    assert apart.error == pytest.approx(0.5)
    assert not apart.steep
    assert depth_slope(paths, ([1.0, 0.0, 0.0, 1.0, 0.0, 1.0],)) is None


def test_slopes_follow_hidden_layers_of_one_kind() -> None:
    """The head, and the odd convolution, are of another size by themselves."""
    names = ["dense", "dense_1", "dense_2", "dense_3"]
    subject = facts(layers=[layer("conv", "Conv2D"), *map(layer, names), head_layer(output())])
    sizes = {name: 10.0**place for place, name in enumerate(names)} | {"conv": 1e9, "head": 1e9}
    seen = start_seen(
        signals=tuple(signal_seen(path, rms=size) for path, size in sizes.items()),
        later_signals=tuple(signal_seen(path) for path in sizes),
        variables=tuple(variable_seen(path, (size,) * 3) for path, size in sizes.items()),
    )

    point = read(seen, subject=subject)

    assert point.activation_slope is not None
    assert point.gradient_slope is not None
    assert point.activation_slope.per_layer == pytest.approx(1)
    assert point.gradient_slope.span == pytest.approx(3)
    assert (point.activation_slope.first, point.activation_slope.last) == ("dense", "dense_3")


def test_outputs_are_constant_only_if_they_stay_so() -> None:
    """A zero-initialised head answers alike until the first step; what does not vary later either is constant."""
    assert starting_point(outputs=(0.0,), outputs_later=(0.0,)).constant_outputs
    assert not starting_point(outputs=(0.0,), outputs_later=(1e-3,)).constant_outputs
    assert not starting_point(outputs=(0.0, 0.0), outputs_later=(0.0, 0.2)).constant_outputs
    assert not starting_point(outputs=(), outputs_later=()).constant_outputs


def test_layers_without_any_gradient_are_told_from_those_that_were_cut_off() -> None:
    """A layer whose bias moves is not dead, and one that had no gradient at all is another matter."""
    dead = variable("dead", reached=False)
    alive = (variable("alive", reached=False), variable("alive", "bias"))
    cut = variable("cut", reached=False, connected=False)

    assert starting_point(variables=(dead, *alive, cut)).dead_layers == ("dead",)
