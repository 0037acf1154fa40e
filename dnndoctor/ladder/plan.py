"""From a budget to a plan, once: which rungs are climbed, in which order, and with which share of their steps."""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dnndoctor.config.quantities import seconds
from dnndoctor.config.schema import Goal, LoadedConfig
from dnndoctor.errors import DnnDoctorError, UsageError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Preset, Settings
from dnndoctor.experiments.course import scoring_steps, step_cost
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, rows_a_step
from dnndoctor.shelf import classes_in

AnyExperiment: TypeAlias = type[Experiment[Any]]

DEFAULT_BUDGETS: Mapping[Preset, float] = {
    Preset.STATIC: 30.0,
    Preset.QUICK: 60.0,
    Preset.STANDARD: 180.0,
    Preset.DEEP: 900.0,
}
"""Seconds, loading included, where the user names no budget."""

SIZES = ((1.0, None), (0.5, None), (0.5, 2), (0.25, 2), (0.125, 2), (0.0625, 2))
"""Shares of the full steps and numbers of seeds at most that are tried, the largest first: halves, so that small drifts of the
step time change no plan; fewer than two seeds would leave no noise to compare with."""

FIRST_SHARE = 0.75
"""Of the time, for the rungs that the quick preset has: what they tell is asked at a size that they fit into so much of it with,
and not at a smaller one for the sake of the rungs above them, which most subjects need few of. At a half, a convolutional net
whose step takes 85 ms was asked with a sixteenth of the steps, and 110 of 180 s were left over."""

TREATMENT_SHARE = 0.4
"""Of the time at most that is kept for treatment from the standard preset on. Without it, a net whose recipe takes 190 steps of
85 ms spent 165 of its 180 s on questions, and the remedy of its first finding was never confirmed."""

TREATMENT_RUNS = 16
"""Runs of the recipe that treatment may need: four of the remedies on two seeds, two more without a part, and untreated and
treated runs on as many fresh seeds as there are seeds."""

REPLICA_GAIN = 0.7
"""What each further replica adds to the throughput of one: two at once gave 1.5 to 2.0 times on two cores (measured)."""

MARGIN = 1.25
"""Time for what is not a step: scores, callbacks, drawing weights; 0.2 to 20 ms a trial and two evaluations (measured)."""


CHECKED_SEEDS = 3
"""Seeds of the fixed plan at most: the fewest of which a majority can be said. With two, a run of two epochs whose loss falls
clearly on one of them was called healthy; the slowest sample, a GRU, took 74 s of CPU time with three and 50 s with two."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for.

    Attributes:
        preset: How far to climb.
        seeds: For screening.
        budget: Seconds for everything, infinite for a fixed plan that no clock cuts.
        skip: Names of rungs not to climb.
        goal: What good enough means, None where the config does not say.
    """

    preset: Preset
    seeds: tuple[int, ...]
    budget: float
    skip: tuple[str, ...] = ()
    goal: Goal | None = None

    @classmethod
    def of(cls, config: LoadedConfig) -> "Asked":
        """What a config asks for."""
        ladder = config.config.ladder
        preset = Preset(ladder.preset)
        budget = DEFAULT_BUDGETS[preset] if ladder.budget is None else seconds(ladder.budget)
        return cls(preset, tuple(ladder.seeds), budget, tuple(ladder.skip), config.config.goal)

    @classmethod
    def fixed_plan(cls, config: LoadedConfig) -> "Asked":
        """What `dnndoctor check` asks for: always as many steps and seeds, whatever preset and budget the config names."""
        ladder = config.config.ladder
        return cls(Preset.QUICK, tuple(ladder.seeds[:CHECKED_SEEDS]), math.inf, tuple(ladder.skip), config.config.goal)

    @property
    def fixed(self) -> bool:
        """Whether no clock cuts the plan."""
        return math.isinf(self.budget)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done; the clock only cuts it.

    Attributes:
        settings: That the experiments plan their trials with.
        budget: Seconds for everything, infinite where no clock cuts.
        skipped: Reasons by the name of the rung that the user does not want climbed.
        unaffordable: Reasons by the name of the rung that the budget does not reach to.
        estimates: Estimated seconds by the name of the rung that is.
        deferred: Estimated seconds by the name of the rung that the budget does not reach to. It is climbed after all where rungs
            below it turn out not to be needed, which depends on what they measure and on no clock.
        spare: Seconds of the budget that the plan leaves free.
        first: Names of the quick preset's rungs, which may take the time that was planned for the others.
        treatment: Seconds kept for treatment; spare where the user's own recipe needs none.
    """

    settings: Settings
    budget: float
    skipped: Mapping[str, str] = field(default_factory=dict)
    unaffordable: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[str, float] = field(default_factory=dict)
    deferred: Mapping[str, float] = field(default_factory=dict)
    spare: float = 0.0
    first: tuple[str, ...] = ()
    treatment: float = 0.0


def experiments_for(asked: Asked, shelf: Sequence[AnyExperiment] | None = None) -> tuple[AnyExperiment, ...]:
    """The experiments of a preset in the order of the climb, those included that the user wants skipped.

    Args:
        asked: What the user asked for.
        shelf: All experiments; those of `dnndoctor.experiments` by default.

    Raises:
        UsageError: A name that is to be skipped is not that of a rung.
        DnnDoctorError: An experiment needs another that does not stand lower.
    """
    everything: tuple[AnyExperiment, ...] = tuple(classes_in("dnndoctor.experiments", Experiment) if shelf is None else shelf)
    by_name = {experiment.name: experiment for experiment in everything}
    for name in asked.skip:
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(by_name))}"
            raise UsageError(f"ladder.skip names {name!r}, which is no rung; {hint}")
    presets = list(Preset)
    included = [each for each in everything if presets.index(each.preset) <= presets.index(asked.preset)]
    ordered = tuple(sorted(included, key=lambda each: (each.height, each.name)))
    for place, experiment in enumerate(ordered):
        for need in experiment.needs:
            if need not in ordered[:place]:
                raise DnnDoctorError(f"the experiment {experiment.name} needs {need.name}, which does not stand lower")
    return ordered


def make_plan(asked: Asked, experiments: Sequence[AnyExperiment], facts: Facts, used: float) -> Plan:
    """Turns a budget into a plan.

    The largest of the sizes is taken at which all rungs fit, or those of the quick preset into their share of the time. What does
    not fit then is left out from the top, and what fits into the time that a costly one leaves is taken back from the bottom.

    Args:
        asked: What the user asked for.
        experiments: In the order of the climb.
        facts: With the measured step time.
        used: Seconds of the budget that are gone already.
    """
    skipped = dict.fromkeys(asked.skip, "the config skips it")
    wanted = [experiment for experiment in experiments if experiment.name not in skipped]
    first = tuple(experiment.name for experiment in wanted if experiment.preset in (Preset.STATIC, Preset.QUICK))
    whole = asked.budget - used
    for scale, seeds in SIZES:
        settings = Settings(asked.preset, asked.seeds[:seeds], scale, asked.goal)
        estimates = {each.name: estimate(each, facts, settings) for each in wanted}
        of_the_first = sum(estimates[name] for name in first)
        treatment = _for_treatment(facts, settings, whole) if OwnRecipe in wanted else 0.0
        everything_fits = sum(estimates.values()) <= whole - treatment
        if everything_fits or (len(first) < len(wanted) and of_the_first <= FIRST_SHARE * whole):
            break
    # There is nothing to be treated by before the first rungs have told what is wrong.
    treatment = min(treatment, max(0.0, whole - of_the_first))
    left = whole - treatment
    unaffordable = {}
    everything = dict(estimates)
    enough = used + sum(everything.values())
    # Without the user's own recipe there is neither a verdict nor anything to treat, so that it is left out last.
    for experiment in sorted(wanted, key=lambda each: (each is OwnRecipe, -wanted.index(each))):
        if sum(estimates.values()) <= left:
            break
        if estimates[experiment.name] > 0:
            took = estimates.pop(experiment.name)
            unaffordable[experiment.name] = (
                f"budget: it would take about {_rough(took)} with {settings.scale:.0%} of its steps; "
                f"a budget of {math.ceil(enough / 60)}m would reach all rungs"
            )
    for experiment in wanted:
        fits = sum(estimates.values()) + everything[experiment.name] <= left
        if experiment.name in unaffordable and fits and not any(need.name in unaffordable for need in experiment.needs):
            estimates[experiment.name] = everything[experiment.name]
            del unaffordable[experiment.name]
    deferred = {name: everything[name] for name in unaffordable}
    spare = max(0.0, left - sum(estimates.values()))
    return Plan(settings, asked.budget, skipped, unaffordable, estimates, deferred, spare, first, treatment)


def cost_of(experiment: AnyExperiment, outcomes: Iterable[Outcome], facts: Facts) -> float:
    """Seconds that what a rung asked was to take, as the plan reckons.

    Args:
        experiment: Its class.
        outcomes: Of its trials.
        facts: With the measured times.
    """
    trials = [outcome.trial for outcome in outcomes]
    return experiment.traces * facts.engine.first_call_seconds + seconds_of(trials, facts) if trials else 0.0


def seconds_of(trials: Sequence[Trial], facts: Facts) -> float:
    """Seconds that trials of the whole recipe will take.

    Args:
        trials: Scored.
        facts: With the measured times.
    """
    steps = sum(trial.steps * step_cost(facts, rows_a_step(trial.edits, facts)) + scoring_steps(facts) for trial in trials)
    return _seconds_of_steps(steps, facts)


def _for_treatment(facts: Facts, settings: Settings, whole: float) -> float:
    """Seconds to keep for treatment; none where the preset is too short for a prescription, or the subject cannot train."""
    if settings.preset in (Preset.STATIC, Preset.QUICK) or math.isinf(whole) or math.isnan(facts.engine.step_seconds):
        return 0.0
    run = recipe_steps(Evidence(facts, settings)) + scoring_steps(facts)
    return min(_seconds_of_steps(TREATMENT_RUNS * run, facts), TREATMENT_SHARE * max(0.0, whole))


def _seconds_of_steps(steps: float, facts: Facts) -> float:
    engine = facts.engine
    return MARGIN * steps * engine.step_seconds / (1 + REPLICA_GAIN * (engine.replicas - 1))


def estimate(experiment: AnyExperiment, facts: Facts, settings: Settings) -> float:
    """Seconds that an experiment will take.

    Args:
        experiment: Its class.
        facts: With the measured times.
        settings: That its trials would be planned with.
    """
    engine = facts.engine
    if math.isnan(engine.step_seconds):  # the subject cannot train, so that its trials fail at once
        return 0.0
    steps = experiment.expected_steps(facts, settings)
    if steps == 0:  # the facts alone tell that it will be skipped, and nothing is traced
        return 0.0
    return experiment.traces * engine.first_call_seconds + _seconds_of_steps(steps, facts)


def _rough(duration: float) -> str:
    if math.isinf(duration):
        return "no limit"
    return f"{duration:.0f} s" if duration >= 10 else f"{duration:.1f} s"
