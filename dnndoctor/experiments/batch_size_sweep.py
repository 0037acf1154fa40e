"""Other batch sizes with as many samples: larger ones against the noise of few rows, smaller ones for more steps."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.edits.constant_rate import rate_callbacks
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import multiplications
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import course_steps, scoring_steps, step_cost, train_skill
from dnndoctor.experiments.curves import exploded
from dnndoctor.experiments.equal_rows import aligned, in_stretches, unrest
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_scale import NoiseScale, noise_series, noise_trials, read_noise_scale
from dnndoctor.experiments.own_recipe import LONGEST, OwnRecipe, recipe_steps
from dnndoctor.experiments.race import OWN, SCREENED, Duel, Race, Variant, nothing_to_gain, race_trials, read_race

LARGER = ((16, 1.0), (4, 1.0), (16, 4.0), (4, 2.0))
"""Times the rows, with the rate's factor: as it is, or by the square root, with which updates stay as noisy (Krizhevsky 2014). By
the factor itself a step does what so many small ones did (Goyal et al. 2017), and the race would tell nothing new. Where chance
alone sets them apart, the first is meant: the most rows at the user's own rate."""

SMALLER = ((4, 1.0), (16, 1.0), (16, 0.25), (4, 0.5))
"""Parts of the rows, rounded to a power of two, with the rate's factor, the same the other way round."""

ONE_SIDE, BOTH_SIDES = 4, 2
"""Variants of a side where the other is not asked, and where it is."""

FEWEST_STEPS = 25
"""Of a variant: fewer are no training, whatever the rows."""

LENGTHENED = 2
"""Times the preset's longest run that a smaller batch may take: its steps are the cheaper ones."""

FEW_ROWS = 8
MORE_SAMPLES = 4
CHEAP_ROW = 100_000
"""So many times the preset's longest run is raced where a step has so few rows, a row takes no more multiplications than that and
the recipe goes on: 1,500 single rows are too few for a larger batch to show anything. Eight such rows, three times over for
the way back, take a millisecond at 2e9 multiplications a second. Not the measured step time, which moves with the machine's load
and would change what is raced."""

STEP_MEMORY = 2**30
"""Bytes that one step's activations may take by estimate: a sixth of the default limit of a worker, which holds the subject, its
data and replicas besides."""

COPIES = 3
"""Of an activation that a step holds at its height: itself, its gradient, and what the operation in hand needs."""


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """What other batch sizes came to.

    Attributes:
        batch_size: Rows a step of the user's own runs.
        rows: Training rows of the sample.
        course: Steps that the user's batch size leaves over the whole course, None where the data has no known end.
        race: With `Variant`s whose edits name the rows and the rate.
        unrest: How far the loss jumps from one stretch of equally many rows to the next over the last third, in the user's own
            runs and in the winner's; None where there was no duel or a run exploded.
        training: Mean training skill of the user's own runs and of the winner's on the fresh seeds, None as above or where
            nothing can be decoded.
        out_of_memory: Batch sizes that did not fit.
        noise_scale: At the initial weights, None where it would mean nothing (see `noise_series`) or could not be told.
    """

    batch_size: int
    rows: int
    course: int | None
    race: Race
    unrest: tuple[float, float] | None
    training: tuple[float, float] | None
    out_of_memory: tuple[int, ...]
    noise_scale: NoiseScale | None


class BatchSizeSweep(Experiment[BatchSizes]):
    """Races four and sixteen times, and a fourth and a sixteenth of, the user's rows a step, with as many samples in all.

    A larger batch takes fewer steps, a smaller one more, so that no variant sees more data than the recipe does. The rate is kept
    or re-tuned by the square root. A schedule that counts steps is stretched for smaller batches; larger ones see but its first
    part. Sizes are bounded by the rows, by the steps that are left (`FEWEST_STEPS`), by the length of a
    run and by memory: rows times the values that the layers put out, `COPIES` times over, within `STEP_MEMORY`; what layers hold
    inside is not counted, and a variant that does run out of memory is told as such. Besides, the gradient noise scale.
    """

    name = "batch_size_sweep"
    question = "Do other batch sizes learn better from as many samples?"
    preset = Preset.STANDARD
    height = 90
    covers = ("D4", "D6")
    needs = (OwnRecipe, Memorise)
    traces = 1

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        steps, seeds = _raced_steps(facts, settings), len(settings.seeds)
        batch = _own_batch(facts)
        entered = variants(facts, settings, steps)
        if not entered:
            return 0.0
        costs = [(each.steps or steps) * step_cost(facts, size_of(each, batch)) + scoring_steps(facts) for each in entered]
        noise = sum(batches * step_cost(facts, rows) for rows, batches in _series(facts))
        own = steps + scoring_steps(facts)
        screened = sum(costs) + (own if steps > _recipe_steps(facts, settings) else 0)
        return min(seeds, SCREENED) * screened + seeds * (own + max(costs)) + noise

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        entered = _entered(evidence)
        if not outcomes and (reason := nothing_to_gain(evidence) or _hopeless(evidence, entered)):
            return Skip(reason)
        trials = [] if outcomes else noise_trials(evidence, _series(evidence.facts))
        return [*trials, *race_trials(evidence, entered, aligned(outcomes), _against(evidence))]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> BatchSizes | Inconclusive:
        """See `Experiment.read`."""
        batch = _own_batch(evidence.facts)
        race = read_race(evidence, _entered(evidence), aligned(outcomes), _against(evidence))
        if race is None:
            return Inconclusive("no run with another batch size came to its end" + _first_reason(outcomes))
        return BatchSizes(
            batch_size=batch,
            rows=evidence.facts.data.rows_sampled,
            course=course_steps(evidence.facts),
            race=race,
            unrest=None if race.duel is None else _unrest_of(outcomes, race.duel, batch),
            training=None if race.duel is None else _training(outcomes, race.duel),
            out_of_memory=tuple(
                sorted(
                    {_size(outcome.trial.edits, batch) for outcome in outcomes.values() if outcome.state is State.OUT_OF_MEMORY}
                )
            ),
            noise_scale=read_noise_scale(evidence, _series(evidence.facts), outcomes),
        )

    def charts(self, evidence: Evidence, observation: BatchSizes) -> Sequence[Chart]:  # noqa: ARG002  the observation is enough
        """See `Experiment.charts`."""
        race, batch = observation.race, observation.batch_size
        own = statistics.fmean(race.own)
        sizes = sorted({batch, *(size_of(entry.variant, batch) for entry in race.entries)})
        kept = {size_of(entry.variant, batch): entry.mean for entry in race.entries if rate_factor(entry.variant) == 1}
        tuned = {size_of(entry.variant, batch): entry.mean for entry in race.entries if rate_factor(entry.variant) != 1}
        lines = {"your rate": {batch: own} | kept, "rate by the square root": {batch: own} | tuned if tuned else {}}
        return (
            Chart(
                "batch size, as many samples each",
                tuple(map(float, sizes)),
                {name: tuple(line.get(size, math.nan) for size in sizes) for name, line in lines.items() if line},
                "rows a step",
                race.measure,
                log_x=True,
                marks={"your batch size": float(batch)},
            ),
        )


def size_of(variant: Variant, batch_size: int) -> int:
    """Rows a step of a variant; `batch_size` where it does not change them."""
    return _size(variant.edits, batch_size)


def rate_factor(variant: Variant) -> float:
    """Factor of the rate of a variant."""
    return next((float(edit.parameters["factor"] or 1) for edit in variant.edits if edit.name == "learning_rate"), 1.0)


def variants(facts: Facts, settings: Settings, steps: int) -> tuple[Variant, ...]:
    """The batch sizes and rates that are raced.

    Args:
        facts: Of the subject.
        settings: Of the plan.
        steps: Of the user's own runs in the race.
    """
    batch = _own_batch(facts)
    most = LENGTHENED * settings.steps(LONGEST[settings.preset])
    larger = [
        _variant(facts, batch * times, factor, round(steps / times))
        for times, factor in LARGER
        if batch * times <= min(facts.data.rows_sampled, _affordable_rows(facts)) and steps / times >= FEWEST_STEPS
    ]
    smaller = [
        _variant(facts, size, factor, round(steps * batch / size))
        for parts, factor in SMALLER
        if (size := 2 ** round(math.log2(batch / parts))) < batch >= parts and steps * batch / size <= most
    ]
    sides = BOTH_SIDES if larger and smaller else ONE_SIDE
    return (*larger[:sides], *smaller[:sides])


def _variant(facts: Facts, size: int, factor: float, steps: int) -> Variant:
    edits = [Edit("batch_size", {"size": size})]
    if factor != 1:
        edits.append(Edit("learning_rate", {"factor": factor}))
    own = _own_batch(facts)
    counted = any(optimizer.schedule is not None for optimizer in facts.recipe.optimizers) and not rate_callbacks(facts)
    if size < own and counted:
        # A schedule of the optimizer counts steps; over more of them it is to fall as it does over the user's own.
        edits.append(Edit("stretched_schedule", {"factor": own / size}))
    rate = "" if factor == 1 else f", learning rate x{factor:g}"
    return Variant(f"batch size {size}{rate}", tuple(edits), steps)


def _entered(evidence: Evidence) -> tuple[Variant, ...]:
    return variants(evidence.facts, evidence.settings, _raced_steps(evidence.facts, evidence.settings))


def _against(evidence: Evidence) -> Variant:
    """The user's own recipe, for as many steps as are raced."""
    steps = _raced_steps(evidence.facts, evidence.settings)
    return OWN if steps == recipe_steps(evidence) else Variant(OWN.name, (), steps)


def _recipe_steps(facts: Facts, settings: Settings) -> int:
    return recipe_steps(Evidence(facts, settings))


def _raced_steps(facts: Facts, settings: Settings) -> int:
    """Steps of the user's own runs in the race."""
    steps = _recipe_steps(facts, settings)
    if _own_batch(facts) > FEW_ROWS or not _cheap(facts):
        return steps
    return max(steps, min(course_steps(facts) or steps, MORE_SAMPLES * settings.steps(LONGEST[settings.preset])))


def _cheap(facts: Facts) -> bool:
    compiled = facts.engine.path in ("replicas", "loop")  # else each step costs a call from Python
    taken = multiplications(facts)
    return compiled and taken is not None and taken <= CHEAP_ROW


def _own_batch(facts: Facts) -> int:
    """Rows a step of the user's own runs; a set with fewer rows is taken whole."""
    return max(1, min(facts.recipe.batch_size, facts.data.rows_sampled))


def _size(edits: Sequence[Edit], batch_size: int) -> int:
    return next((int(edit.parameters["size"] or 0) for edit in edits if edit.name == "batch_size"), batch_size)


def _affordable_rows(facts: Facts) -> int:
    """Rows of a step whose layers' outputs fit into `STEP_MEMORY`, by float32."""
    sizes = [math.prod(size or 1 for size in layer.output_shape) for layer in facts.layers if layer.output_shape is not None]
    return max(1, STEP_MEMORY // (COPIES * 4 * max(1, sum(sizes))))


def _series(facts: Facts) -> tuple[tuple[int, int], ...]:
    return noise_series(facts, _own_batch(facts), _affordable_rows(facts))


def _hopeless(evidence: Evidence, entered: Sequence[Variant]) -> str:
    """Why no batch size can be tried, or can help, in one sentence; empty where one may."""
    if not entered:
        return "no other batch size leaves enough steps within the rows, the memory and the length of the recipe"
    memory = evidence.of(Memorise)
    if memory is not None and not memory.memorised and not memory.cures:
        return "the model cannot memorise a handful of samples taken at once, which no batch size mends"
    return ""


def _first_reason(outcomes: Outcomes) -> str:
    return next((f": {outcome.reason}" for outcome in outcomes.values() if outcome.trial.edits and outcome.reason), "")


def _unrest_of(outcomes: Outcomes, duel: Duel, batch: int) -> tuple[float, float] | None:
    pairs = _duel_runs(outcomes, duel)
    if not pairs or any(exploded(run) for pair in pairs for run in pair):
        return None
    size = size_of(duel.variant, batch)
    owns, others = (
        [unrest(in_stretches(pair[side].losses, max(1, round(max(size, batch) / rows)))) for pair in pairs]
        for side, rows in ((0, batch), (1, size))
    )
    return statistics.fmean(owns), statistics.fmean(others)


def _training(outcomes: Outcomes, duel: Duel) -> tuple[float, float] | None:
    pairs = [(train_skill(own.scores), train_skill(other.scores)) for own, other in _duel_runs(outcomes, duel)]
    told = [(own, other) for own, other in pairs if own is not None and other is not None]
    return (statistics.fmean(own for own, _ in told), statistics.fmean(other for _, other in told)) if told else None


def _duel_runs(outcomes: Outcomes, duel: Duel) -> list[tuple[Outcome, Outcome]]:
    return [(outcomes[own], outcomes[other]) for own, other in zip(duel.own_trials, duel.trials, strict=True)]
