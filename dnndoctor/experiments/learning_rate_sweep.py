"""The learning rate on both sides of the user's own: what is usable, where the user stands, where it becomes unstable."""

import math
import statistics
from collections.abc import Sequence

from dnndoctor.edits.constant_rate import largest_rate
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import attained, course_steps, horizon, scoring_steps, skill
from dnndoctor.experiments.curves import LossScale, end_loss, exploded, loss_scale, spread, usable
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.paired import usable_pairs
from dnndoctor.experiments.rate_response import (
    Comparison,
    RatePoint,
    RateResponse,
    best_point,
    edge_of_instability,
    recommended_factor,
    usable_interval,
)

DECADES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0)
HALF_DECADES = (1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
FARTHER_DOWN = (1e-4, 1e-5, 1e-6, 1e-7)
"""Tried only where not one of the rates up to the user's own is stable."""

STEADIER = (0.1, 0.3)
"""Tried with all seeds where runs at the user's rate end far apart."""

LARGE_SPREAD = 0.1
"""Standard deviation of skill between seeds from which it is asked whether a lower rate is steadier."""

SMALLEST_TOLERANCE = 0.05
LARGEST_TOLERANCE = 0.25
"""Bounds on what counts as equal to the best in shares of the way from the constant predictor to the floor: below the first a
difference does not matter to a person, and an erratic recipe must not make everything equal."""


class LearningRateSweep(Experiment[RateResponse]):
    """Screens rates from a thousandth to a thousand times the user's own, then confirms on fresh seeds what matters.

    Rounds: a coarse series on one seed; the best one's neighbours, with every seed; where the recommended rate differs from the
    user's own beyond noise, both on fresh seeds over the horizon and over twice of it. Losses are compared, as the loss
    is the same throughout; the confirmations are scored.
    """

    name = "learning_rate_sweep"
    question = "Which learning rates work, and is the user's own among them?"
    preset = Preset.QUICK
    height = 50
    covers = ("D2", "D3")
    needs = (NoiseFloor,)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: a coarse row, the neighbours of the best and the confirmation with every seed."""
        seeds, steps = len(settings.seeds), horizon(facts, settings)
        return (10 + 5 * seeds) * steps + 3 * seeds * scoring_steps(facts)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not evidence.facts.recipe.optimizers:
            return Skip("the model holds no optimizer whose rate could be changed")
        seeds, steps = evidence.settings.seeds, horizon(evidence.facts, evidence.settings)
        quick = evidence.settings.preset in (Preset.STATIC, Preset.QUICK)
        coarse = [_trial(factor, steps, seeds[0]) for factor in (DECADES if quick else HALF_DECADES)]
        if not outcomes:
            return coarse
        wanted = list(coarse)
        points = _points(evidence, outcomes)
        if all(point.unstable for point in points if point.factor <= 1):
            wanted += [_trial(factor, steps, seeds[0]) for factor in FARTHER_DOWN]
        if new := _new(wanted, outcomes):
            return new
        best = best_point(points)
        neighbours = _neighbours(best.factor)
        if best.progress > -1:
            # A finer look before other seeds are paid for: the best of the coarse series need not be the best of the fine one.
            wanted += [_trial(factor, steps, seeds[0]) for factor in neighbours]
            if new := _new(wanted, outcomes):
                return new
            wanted += [_trial(factor, steps, seed) for factor in _neighbours(best_point(points).factor) for seed in seeds[1:]]
        wanted += [_trial(1.0, steps, seed) for seed in (*seeds, *evidence.settings.fresh_seeds)]
        if new := _new(wanted, outcomes):
            return new
        return _new(_confirmations(evidence, outcomes), outcomes)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> RateResponse | Inconclusive:
        """See `Experiment.read`."""
        points = _points(evidence, outcomes)
        if len(points) < 3 or not any(point.factor == 1.0 for point in points):
            return Inconclusive("too few of the rates came to their end")
        tolerance = _tolerance(evidence)
        best = best_point(points)
        low, high = usable_interval(points, best, tolerance)
        recommended = recommended_factor(points, low, high)
        fresh = evidence.settings.fresh_seeds
        steps = horizon(evidence.facts, evidence.settings)
        compared = [
            _comparison(evidence, outcomes, recommended, length, fresh) for length in (steps, 2 * steps) if recommended != 1.0
        ]
        every = (*evidence.settings.seeds, *fresh)
        asked = recommended == 1.0 and _asks_steadier(evidence)
        steadier = [_comparison(evidence, outcomes, factor, steps, every) for factor in STEADIER if asked]
        own = outcomes.get(_trial(1.0, steps, evidence.settings.seeds[0]).id)
        read = skill(evidence.facts, own) if own is not None else None
        return RateResponse(
            # Of a warm-up that begins at zero its height is meant.
            user_rate=evidence.facts.recipe.optimizers[0].learning_rate or largest_rate(evidence.facts) or 0.0,
            steps=steps,
            points=points,
            best=best.factor,
            usable=(low, high),
            recommended=recommended,
            edge=edge_of_instability(points),
            tolerance=tolerance,
            comparisons=tuple(comparison for comparison in compared if comparison is not None),
            steadier=tuple(comparison for comparison in steadier if comparison is not None),
            measure_rows=read.rows if read is not None else "loss",
        )

    def charts(self, evidence: Evidence, observation: RateResponse) -> Sequence[Chart]:  # noqa: ARG002  the points say it all
        """See `Experiment.charts`: what each rate reached, the usable ones and those that explode pointed out."""
        low, high = observation.usable
        reached = [math.nan if point.progress <= -1 else point.progress for point in observation.points]
        usable = [
            value if low <= point.factor <= high else math.nan for value, point in zip(reached, observation.points, strict=True)
        ]
        least = min((value for value in reached if math.isfinite(value)), default=0.0)
        # Runs that exploded, or ended as far above the constant as that is above the floor, stand below all others.
        lost = [min(least, 0.0) - 0.1 if math.isnan(value) else math.nan for value in reached]
        lines = {"progress": reached, "within noise of the best": usable, "NaN, or far worse than a constant": lost}
        shown = {name: tuple(line) for name, line in lines.items() if any(map(math.isfinite, line))}
        rate = observation.user_rate
        chart = Chart(
            f"How far {observation.steps:,} steps come at each learning rate",
            tuple(rate * point.factor for point in observation.points),
            shown,
            x_label="learning rate",
            y_label="progress (1: loss at its floor, 0: no better than a constant)",
            log_x=True,
            spans=(0.0, 1.0),
            marks={f"your rate {rate:.3g}": rate},
        )
        return (chart,) if rate > 0 else ()


def _trial(factor: float, steps: int, seed: int, *, confirming: bool = False) -> Trial:
    """The trial of one rate. The user's own rate is the untouched recipe, scored, and so shared with the noise floor."""
    edits = () if factor == 1.0 else (Edit("learning_rate", {"factor": factor}),)
    return Trial(edits=edits, steps=steps, seed=seed, scored=confirming or factor == 1.0)


def _new(trials: Sequence[Trial], outcomes: Outcomes) -> list[Trial]:
    return [trial for name, trial in {trial.id: trial for trial in trials}.items() if name not in outcomes]


def _neighbours(factor: float) -> tuple[float, ...]:
    """The factor and the half-decades on its two sides."""
    series = (*reversed(FARTHER_DOWN), *HALF_DECADES)
    place = series.index(factor)
    return series[max(0, place - 1) : place + 2]


def _scale(evidence: Evidence, outcomes: Outcomes) -> LossScale:
    """One scale for all rates: with one seed, all of them start from the same loss."""
    own = _trial(1.0, horizon(evidence.facts, evidence.settings), evidence.settings.seeds[0])
    losses = outcomes[own.id].losses if own.id in outcomes else ()
    return loss_scale(evidence.facts, losses[0] if losses else math.nan)


def _points(evidence: Evidence, outcomes: Outcomes) -> tuple[RatePoint, ...]:
    scale = _scale(evidence, outcomes)
    steps = horizon(evidence.facts, evidence.settings)
    runs: dict[float, list[Outcome]] = {}
    for outcome in outcomes.values():
        trial = outcome.trial
        if usable(outcome) and trial.steps == steps and trial.seed in evidence.settings.seeds:
            factor = float(trial.edits[0].parameters["factor"] or 1.0) if trial.edits else 1.0
            runs.setdefault(factor, []).append(outcome)
    return tuple(_point(factor, runs[factor], scale) for factor in sorted(runs))


def _point(factor: float, runs: Sequence[Outcome], scale: LossScale) -> RatePoint:
    # A rate may have run twice with one seed, scored and not: the curves are the same.
    by_seed = {run.trial.seed: run for run in runs}
    ends = tuple(math.inf if exploded(run) else end_loss(run.losses) for run in by_seed.values())
    progress = [scale.progress(end) for end in ends]
    # A run that starts far above the constant predictor and comes down is slow, not unstable.
    bounds = [max(scale.reference, run.losses[0] if run.losses else 0.0) for run in by_seed.values()]
    risen = [end > bound + 0.1 * abs(bound - scale.floor) for end, bound in zip(ends, bounds, strict=True)]
    return RatePoint(
        factor=factor,
        seeds=tuple(by_seed),
        end_losses=ends,
        progress=statistics.median(progress),
        progress_spread=spread(progress),
        exploded=sum(map(exploded, by_seed.values())) / len(by_seed),
        unstable=2 * sum(risen) > len(risen),
        trials=tuple(run.trial.id for run in by_seed.values()),
    )


def _tolerance(evidence: Evidence) -> float:
    noise = evidence.of(NoiseFloor)
    # Two runs differ by sqrt(2) standard deviations; twice that is one in twenty by chance.
    spread_between = 2 * math.sqrt(2) * noise.progress_spread if noise is not None else SMALLEST_TOLERANCE
    return max(SMALLEST_TOLERANCE, min(LARGEST_TOLERANCE, spread_between))


def _asks_steadier(evidence: Evidence) -> bool:
    noise = evidence.of(NoiseFloor)
    if noise is None:
        return False
    return noise.exploded > 0 or (noise.progress_spread if noise.skill_spread is None else noise.skill_spread) > LARGE_SPREAD


def _confirmations(evidence: Evidence, outcomes: Outcomes) -> list[Trial]:
    points = _points(evidence, outcomes)
    low, high = usable_interval(points, best_point(points), _tolerance(evidence))
    recommended = recommended_factor(points, low, high)
    steps, fresh = horizon(evidence.facts, evidence.settings), evidence.settings.fresh_seeds
    if recommended != 1.0:
        return [
            _trial(factor, length, seed, confirming=True)
            for length in (steps, 2 * steps)
            for factor in (1.0, recommended)
            for seed in fresh
        ]
    if _asks_steadier(evidence):
        return [
            _trial(factor, steps, seed, confirming=True) for factor in STEADIER for seed in (*evidence.settings.seeds, *fresh)
        ]
    return []


def _comparison(evidence: Evidence, outcomes: Outcomes, factor: float, steps: int, seeds: Sequence[int]) -> Comparison | None:
    """Reads the scored runs of a factor against the user's own; None where fewer than two pairs are there."""
    asked = [(_trial(1.0, steps, seed, confirming=True), _trial(factor, steps, seed, confirming=True)) for seed in seeds]
    pairs = usable_pairs(outcomes, asked)
    if not pairs:
        return None
    owns, others = [own for own, _ in pairs], [other for _, other in pairs]
    read = attained(evidence.facts, [*owns, *others])
    return Comparison(
        factor=factor,
        steps=steps,
        seeds=tuple(own.trial.seed for own in owns),
        own=read.values[: len(pairs)],
        other=read.values[len(pairs) :],
        measure=read.measure,
        own_exploded=sum(map(exploded, owns)),
        other_exploded=sum(map(exploded, others)),
        trials=tuple(other.trial.id for other in others),
    )


def longest_covered(response: RateResponse, evidence: Evidence) -> Comparison | None:
    """The longest comparison that took no more steps than the user's own course; None where there is none."""
    course = course_steps(evidence.facts)
    fair = [comparison for comparison in response.comparisons if course is None or comparison.steps <= course]
    return max(fair, key=lambda comparison: comparison.steps, default=None)
