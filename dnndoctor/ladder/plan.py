"""From a budget to a plan, once: which rungs are climbed, in which order, and with which share of their steps."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dnndoctor.config.quantities import seconds
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import DnnDoctorError, UsageError
from dnndoctor.evidence.facts import EngineFacts, Facts
from dnndoctor.experiments import Experiment, Preset, Settings
from dnndoctor.shelf import classes_in

AnyExperiment: TypeAlias = type[Experiment[Any]]

DEFAULT_BUDGETS: Mapping[Preset, float] = {
    Preset.STATIC: 30.0,
    Preset.QUICK: 60.0,
    Preset.STANDARD: 180.0,
    Preset.DEEP: 900.0,
}
"""Seconds, loading included, where the user names no budget."""

SCALES = (1.0, 0.5, 0.25, 0.125, 0.0625)
"""Shares of the full steps that are tried, the largest first: halves, so that small drifts of the step time change no plan."""

DEFAULT_SEEDS = 3
"""What `Experiment.full_steps` is stated for."""

REPLICA_GAIN = 0.7
"""What each further replica adds to the throughput of one: two at once gave 1.5 to 2.0 times on two cores (measured)."""

MARGIN = 1.25
"""Time for what is not a step: scores, callbacks, drawing weights; 0.2 to 20 ms a trial and two evaluations (measured)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for.

    Attributes:
        preset: How far to climb.
        seeds: For screening.
        budget: Seconds for everything, infinite for a fixed plan that no clock cuts.
        skip: Names of rungs not to climb.
    """

    preset: Preset
    seeds: tuple[int, ...]
    budget: float
    skip: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: LoadedConfig) -> "Asked":
        """What a config asks for."""
        ladder = config.config.ladder
        preset = Preset(ladder.preset)
        budget = DEFAULT_BUDGETS[preset] if ladder.budget is None else seconds(ladder.budget)
        return cls(preset, tuple(ladder.seeds), budget, tuple(ladder.skip))


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done; the clock only cuts it.

    Attributes:
        settings: That the experiments plan their trials with.
        budget: Seconds for everything, infinite where no clock cuts.
        skipped: Reasons by the name of the rung that is not climbed.
        estimates: Estimated seconds by the name of the rung that is.
    """

    settings: Settings
    budget: float
    skipped: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[str, float] = field(default_factory=dict)


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

    The highest of the scales is taken at which all rungs fit; what does not fit at the smallest is left out from the top.

    Args:
        asked: What the user asked for.
        experiments: In the order of the climb.
        facts: With the measured step time.
        used: Seconds of the budget that are gone already.
    """
    skipped = dict.fromkeys(asked.skip, "the config skips it")
    wanted = [experiment for experiment in experiments if experiment.name not in skipped]
    left = asked.budget - used
    for scale in SCALES:
        estimates = {each.name: estimate(each, facts.engine, scale, len(asked.seeds)) for each in wanted}
        if sum(estimates.values()) <= left:
            break
    for experiment in reversed(wanted):
        if sum(estimates.values()) <= left:
            break
        if estimates[experiment.name] > 0:
            took = estimates.pop(experiment.name)
            skipped[experiment.name] = (
                f"budget: it would take about {_rough(took)} even with {SCALES[-1]:.0%} of its steps; "
                f"{_rough(max(left, 0.0))} of {_rough(asked.budget)} were left for all rungs"
            )
    return Plan(Settings(asked.preset, asked.seeds, scale), asked.budget, skipped, estimates)


def estimate(experiment: AnyExperiment, engine: EngineFacts, scale: float, seeds: int) -> float:
    """Seconds that an experiment will take.

    Args:
        experiment: Its class.
        engine: With the measured times.
        scale: Share of its full steps.
        seeds: How many there are.
    """
    if experiment.full_steps == 0 or not math.isfinite(engine.step_seconds + engine.first_call_seconds):
        return 0.0  # times that could not be measured belong to a subject that cannot train: its trials fail at once
    steps = experiment.full_steps * scale * seeds / DEFAULT_SEEDS
    throughput = 1 + REPLICA_GAIN * (engine.replicas - 1)
    # One structure that is not traced yet, as a rule: the user's own was traced for the facts, an experiment edits one thing.
    return engine.first_call_seconds + MARGIN * steps * engine.step_seconds / throughput


def _rough(duration: float) -> str:
    if math.isinf(duration):
        return "no limit"
    return f"{duration:.0f} s" if duration >= 10 else f"{duration:.1f} s"
