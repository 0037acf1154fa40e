"""A budget becomes a plan once, by stated arithmetic."""

import math
from dataclasses import replace
from typing import Any

import pytest

from dnndoctor.config.schema import Config, Goal, LoadedConfig
from dnndoctor.errors import DnnDoctorError, UsageError
from dnndoctor.evidence.facts import EngineFacts, Facts
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Preset, Settings
from dnndoctor.experiments.own_recipe import recipe_steps
from dnndoctor.ladder.plan import (
    DEFAULT_BUDGETS,
    MARGIN,
    TREATMENT_RUNS,
    TREATMENT_SHARE,
    Asked,
    Plan,
    estimate,
    experiments_for,
    make_plan,
    seconds_of,
)
from dnndoctor.shelf import classes_in
from tests import evidence_samples
from tests.ladder.fake_experiments import SHELF, Lower, Middle, Upper


def asked(preset: Preset = Preset.DEEP, budget: float = 100.0, seeds: tuple[int, ...] = (0, 1, 2), *skip: str) -> Asked:
    """What a user may ask for."""
    return Asked(preset, seeds, budget, skip)


def facts(step_seconds: float, replicas: int = 1, first_call_seconds: float = 0.0) -> Facts:
    """A subject whose steps take so long."""
    return replace(
        evidence_samples.facts(), engine=EngineFacts("loop", "", step_seconds, first_call_seconds, replicas, False, True)
    )


def plan(budget: float, step_seconds: float = 0.01, used: float = 0.0, **more: Any) -> Plan:
    """A plan for all three fake experiments."""
    wanted = asked(budget=budget)
    return make_plan(wanted, experiments_for(wanted, SHELF), facts(step_seconds, **more), used)


@pytest.fixture
def all_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """All fake experiments belong to the quick preset, so that all of them count when a size is chosen."""
    monkeypatch.setattr(Middle, "preset", Preset.QUICK)
    monkeypatch.setattr(Upper, "preset", Preset.QUICK)


def test_each_preset_includes_the_ones_before_it_in_the_order_of_height() -> None:
    """Quick is a beginning of standard, and standard of deep."""
    climbs = [experiments_for(asked(preset), SHELF) for preset in Preset]

    assert climbs == [(), (Lower,), (Lower, Middle), (Lower, Middle, Upper)]


def test_the_real_shelf_can_be_climbed() -> None:
    """Every experiment of the package stands above what it needs, under a name of its own."""
    everything: tuple[type[Experiment[Any]], ...] = classes_in("dnndoctor.experiments", Experiment)

    assert len(experiments_for(asked())) == len({each.name for each in everything}) == len(everything)


def test_a_need_that_stands_higher_is_our_own_fault() -> None:
    """The order is checked, not hoped for."""

    class TooLow(Middle):
        height = 5

    with pytest.raises(DnnDoctorError, match="middle needs lower"):
        experiments_for(asked(), (Lower, TooLow))


def test_an_unknown_name_to_skip_gets_the_nearest_one() -> None:
    """A misspelt skip must not be ignored."""
    with pytest.raises(UsageError, match="did you mean 'middle'"):
        experiments_for(asked(Preset.DEEP, 100.0, (0, 1), "midle"), SHELF)


@pytest.mark.parametrize(
    ("budget", "scale", "seeds"),
    [
        (1000.0, 1.0, 3),
        (5200 * 0.01 * MARGIN, 1.0, 3),
        (64.9, 0.5, 3),
        (32.5, 0.5, 3),
        (32.4, 0.5, 2),
        (21.6, 0.25, 2),
        (math.inf, 1.0, 3),
    ],
)
@pytest.mark.usefixtures("all_quick")
def test_the_largest_size_that_fits_is_taken(budget: float, scale: float, seeds: int) -> None:
    """5,200 steps of 10 ms with a margin of a quarter are 65 s on three seeds, two thirds of it on two."""
    made = plan(budget)

    assert (made.settings.scale, len(made.settings.seeds)) == (scale, seeds)
    assert (made.skipped, made.unaffordable) == ({}, {})


@pytest.mark.usefixtures("all_quick")
def test_time_that_is_gone_counts() -> None:
    """Loading belongs to the budget."""
    assert plan(100.0, used=35.0).settings.scale == 1.0
    assert plan(100.0, used=35.1).settings.scale == 0.5


@pytest.mark.usefixtures("all_quick")
def test_what_does_not_fit_is_left_out_from_the_top() -> None:
    """At a sixteenth and on two seeds, the steps of 1 s take 21, 42 and 208 s: the highest rung goes first."""
    made = plan(100.0, step_seconds=1.0)

    assert (made.settings.scale, made.skipped) == (0.0625, {})
    assert list(made.unaffordable) == ["upper"]
    assert made.unaffordable["upper"] == (
        "budget: it would take about 208 s with 6% of its steps; a budget of 5m would reach all rungs"
    )
    assert made.estimates == pytest.approx({"lower": 400 / 16 * MARGIN * 2 / 3, "middle": 800 / 16 * MARGIN * 2 / 3})


@pytest.mark.parametrize(
    ("budget", "scale", "left_out"), [(65.0, 1.0, []), (25.0, 1.0, ["upper"]), (5.0, 0.5, ["middle", "upper"])]
)
def test_rungs_above_the_quick_ones_do_not_make_these_smaller(budget: float, scale: float, left_out: list[str]) -> None:
    """On 10 ms a step the lowest takes 5 s, and the others 10 and 50 s: three quarters of the time are enough for the lowest."""
    made = plan(budget)

    assert (made.settings.scale, sorted(made.unaffordable)) == (scale, left_out)
    assert sorted(made.deferred) == left_out
    assert made.spare == pytest.approx(budget - sum(made.estimates.values()))


@pytest.mark.usefixtures("all_quick")
def test_a_costly_rung_does_not_take_the_cheap_ones_above_it_with_it() -> None:
    """What a lower rung would need alone is left to those above that do without it."""

    class Costlier(Upper):
        name = "costlier"
        height = 15

    wanted = asked(budget=100.0)
    made = make_plan(wanted, experiments_for(wanted, (Lower, Costlier, Middle)), facts(1.0), 0.0)

    assert list(made.estimates) == ["lower", "middle"]
    assert list(made.unaffordable) == ["costlier"]


def test_when_nothing_fits_nothing_that_costs_is_planned() -> None:
    """A budget that loading has used up leaves the free rungs."""
    made = plan(10.0, used=11.0)

    assert set(made.unaffordable) == {"lower", "middle", "upper"}


def test_replicas_seeds_and_traces_count() -> None:
    """Two replicas give 1.7 times; twice the seeds take twice the steps; a structure is traced once."""
    three, six = Settings(seeds=(0, 1, 2)), Settings(seeds=tuple(range(6)))
    alone = estimate(Lower, facts(0.01), three)

    assert estimate(Lower, facts(0.01, replicas=2), three) == pytest.approx(alone / 1.7)
    assert estimate(Lower, facts(0.01), six) == pytest.approx(alone * 2)
    assert estimate(Lower, facts(0.01, first_call_seconds=2.0), three) == pytest.approx(alone + 2)


def test_what_facts_rule_out_costs_no_trace() -> None:
    """An experiment that expects no steps will be skipped, so that its graphs are not charged to the budget."""

    class Idle(Lower):
        @classmethod
        def expected_steps(cls, facts: Facts, settings: Settings) -> float:  # noqa: ARG003  it never depends on them
            """None."""
            return 0.0

    assert estimate(Idle, facts(0.01, first_call_seconds=20.0), Settings()) == 0


def test_a_subject_that_cannot_train_is_planned_in_full() -> None:
    """Its step time is unknown and its trials fail at once: no rung is left out for time."""
    made = plan(10.0, step_seconds=math.nan)

    assert (made.settings.scale, made.skipped) == (1.0, {})


def test_what_the_user_skips_is_skipped_with_that_reason() -> None:
    """And costs nothing."""
    wanted = asked(Preset.DEEP, 65.0, (0, 1, 2), "upper")
    made = make_plan(wanted, experiments_for(wanted, SHELF), facts(0.02), 0.0)

    assert made.skipped == {"upper": "the config skips it"}
    assert made.settings.scale == 1.0


def test_the_config_says_what_is_asked(config: LoadedConfig) -> None:
    """Durations are understood, and a preset has a budget of its own."""
    ladder = {"preset": "quick", "budget": "1m30s", "seeds": [4, 5]}
    other = config.model_copy(update={"config": Config.model_validate({"model": "a:b", "data": "a:c", "ladder": ladder})})

    assert Asked.of(other) == Asked(Preset.QUICK, (4, 5), 90.0)
    assert Asked.of(config).budget == DEFAULT_BUDGETS[Preset.STANDARD] == 180.0


def test_the_goal_goes_along(config: LoadedConfig) -> None:
    """What good enough means is part of the settings, so that a journal keeps it."""
    goal = Goal(metric="val_accuracy", at_least=0.85)
    named = Asked.of(config.model_copy(update={"config": config.config.model_copy(update={"goal": goal})}))
    made = make_plan(named, experiments_for(named, SHELF), facts(0.02), 0.0)

    assert named.goal == made.settings.goal == goal


def test_time_is_kept_for_treatment() -> None:
    """From the standard preset on, for so many runs of the recipe, and no more than its share of the time."""
    slow, fast = facts(1.0), facts(0.001)
    shelf = experiments_for(asked(budget=180.0))

    assert make_plan(asked(budget=180.0), shelf, slow, 0.0).treatment <= TREATMENT_SHARE * 180
    made = make_plan(asked(budget=180.0), shelf, fast, 0.0)
    run = Trial(steps=recipe_steps(Evidence(fast, made.settings)))
    assert made.treatment == pytest.approx(TREATMENT_RUNS * seconds_of([run], fast))
    quick = asked(preset=Preset.QUICK, budget=180.0)
    assert make_plan(quick, experiments_for(quick), fast, 0.0).treatment == 0


def test_the_first_rungs_come_before_treatment() -> None:
    """Where hardly these fit, no time is kept from them, and the user's own recipe is left out last of all."""
    shelf = experiments_for(asked(budget=180.0))
    roomy = make_plan(asked(budget=180.0), shelf, facts(0.01), 0.0)

    tight = make_plan(asked(budget=180.0), shelf, facts(0.01), 140.0)
    tightest = make_plan(asked(budget=180.0), shelf, facts(0.1), 90.0)

    assert roomy.treatment > 0
    assert tight.treatment + sum(tight.estimates.get(name, 0.0) for name in tight.first) <= 40.0
    assert tightest.treatment == 0
    assert "own_recipe" in tightest.estimates
    assert "learning_rate_sweep" in tightest.unaffordable
