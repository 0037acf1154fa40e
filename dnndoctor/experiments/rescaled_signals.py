"""A handful of samples with every mask off, weights re-drawn and inputs scaled: is it the size of the signals?"""

import math
from collections.abc import Sequence

from dnndoctor.edits.batch_norm_off import batch_norm_layers
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.evidence.weight_scale import FAR, orders_off
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import attained, chance_gain, horizon, scoring_steps
from dnndoctor.experiments.curves import nonfinite_at, usable
from dnndoctor.experiments.input_scalings import Scaling, scalings
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.memorise import STEPS, Memorise, decisive_size, read_run, tiny_trial
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.signals import (
    ALIKE,
    CORE,
    HELPED,
    MASKS,
    Change,
    Confirmation,
    Heat,
    Part,
    RescaledSignals,
    SignalRun,
    as_good,
)

SHOWN_STAGES = 7
"""Lines of a chart that can still be told apart."""


class RescaledSignalsExperiment(Experiment[RescaledSignals]):
    """Repeats the fork with batch norm and clipping off, with variance-scaled weights and with scaled inputs, in combinations.

    Three rounds: masks off and weights re-drawn on the size that decides, and on all rows a race of input scalings on top of
    both; all combinations with the best of these; the smallest change that memorises on fresh seeds and on all rows, and the
    way to it on one sample.
    """

    name = "rescaled_signals"
    question = "Does the size of weights or inputs keep it from learning, hidden by batch norm or clipping?"
    preset = Preset.STANDARD
    height = 70
    covers = ("H5", "H6", "H7")
    needs = (Memorise,)
    traces = 2

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: all rounds, as a subject that needs them takes them."""
        masks, ways = _masks(facts), scalings(facts)
        size = math.sqrt(min(1.0, 8 / facts.recipe.batch_size))
        variants = len(_bare(masks)) + (2 if masks else 1) + len(_combinations(masks, ways[0] if ways else None))
        one_sample = 6 * math.sqrt(1 / facts.recipe.batch_size) if masks else 0.0
        tiny = settings.steps(STEPS) * ((variants + len(settings.seeds)) * size + one_sample)
        raced = (len(ways) if len(ways) > 1 else 0) * (_race_steps(facts, settings) + scoring_steps(facts))
        return tiny + raced + len(settings.seeds) * (horizon(facts, settings) + scoring_steps(facts))

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not outcomes and (reason := _needless(evidence)):
            return Skip(reason)
        screening = [_trial(evidence, change) for change in _screened(evidence.facts)]
        screening += [_heat(evidence, change) for change in _raced(evidence.facts)]
        if new := [trial for trial in screening if trial.id not in outcomes]:
            return new
        combined = [_trial(evidence, change) for change in _combined(evidence, outcomes)]
        if new := [trial for trial in combined if trial.id not in outcomes]:
            return new
        winner = _winner(evidence, _runs(evidence, outcomes))
        if winner is None:
            return ()
        fresh = evidence.settings.fresh_seeds
        last = [_trial(evidence, winner, seed) for seed in fresh]
        last += [trial for seed in fresh for trial in (_whole(evidence, seed), _whole(evidence, seed, winner))]
        last += [_one_sample(evidence, change) for change in _stages(winner, _masks(evidence.facts))]
        return [trial for trial in last if trial.id not in outcomes]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> RescaledSignals | Inconclusive:
        """See `Experiment.read`."""
        runs = _runs(evidence, outcomes)
        if not runs or runs[0].change.parts:
            return Inconclusive("the model as given did not come to its end on a handful of samples")
        if len(runs) == 1:
            return Inconclusive("no variant of the model could be run on a handful of samples")
        winner = _winner(evidence, runs)
        stages = []
        for change in _stages(winner, _masks(evidence.facts)) if winner is not None else ():
            outcome = outcomes.get(_one_sample(evidence, change).id)
            if outcome is not None and usable(outcome):
                stages.append(_read(evidence, change, outcome))
        return RescaledSignals(
            rows=decisive_size(evidence.facts),
            masks=_masks(evidence.facts),
            runs=runs,
            winner=winner,
            confirmation=None if winner is None else _confirmation(evidence, outcomes, winner),
            stages=tuple(stages),
            heats=_heats(evidence, outcomes),
        )

    def charts(self, evidence: Evidence, observation: RescaledSignals) -> Sequence[Chart]:
        """See `Experiment.charts`: the stages on one sample, or the variants on the handful where there are none."""
        shown = observation.stages or observation.runs
        rows = "one sample" if observation.stages else f"{observation.rows} samples"
        curves = {
            each.change.short: evidence.outcomes[each.run.trial].losses
            for each in shown[:SHOWN_STAGES]
            if each.run.trial in evidence.outcomes
        }
        bad = {
            f"{each.change.short}: NaN": float(each.nonfinite_step)
            for each in shown[:SHOWN_STAGES]
            if each.nonfinite_step is not None
        }
        chart = loss_chart(f"The loss on {rows} with masks off and signals rescaled", curves, marks=bad)
        return () if chart is None else (chart,)


def _needless(evidence: Evidence) -> str:
    """Why the question need not be asked, empty where it must."""
    memory = evidence.of(Memorise)
    if memory is None:
        return "whether a handful of samples can be memorised was not seen"
    if evidence.settings.preset is Preset.DEEP:
        return ""
    if memory.memorised:
        return f"{memory.decisive} samples are memorised as the model is, so its signals come through"
    if not sicknesses(evidence):
        return "nothing is established against the user's own run"
    facts = evidence.facts
    if memory.cures and not scalings(facts) and orders_off(facts) < FAR:
        return "another rate or optimizer memorises, and weights and inputs are of the usual size"
    return ""


def _masks(facts: Facts) -> tuple[Part, ...]:
    clipping = any(
        setting is not None
        for optimizer in facts.recipe.optimizers
        for setting in (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    )
    present = {Part.BATCH_NORM: bool(batch_norm_layers(facts)), Part.CLIPPING: clipping}
    return tuple(mask for mask in MASKS if present[mask])


def _bare(masks: tuple[Part, ...]) -> tuple[Change, ...]:
    """Each mask off by itself, and all of them where there are several."""
    alone = tuple(Change((mask,)) for mask in masks)
    return (*alone, Change(masks)) if len(masks) > 1 else alone


def _screened(facts: Facts) -> tuple[Change, ...]:
    """The first round: the model as given, masks off, and weights re-drawn with masks on and off."""
    masks = _masks(facts)
    return _unique((Change(), *_bare(masks), Change((Part.INITIALIZER,)), Change((*masks, Part.INITIALIZER))))


def _raced(facts: Facts) -> tuple[Change, ...]:
    """The ways of scaling the inputs, on top of all that sets signals free; none where there is no choice.

    They race on all rows: a handful is memorised behind any of them, and what few rows need says little of all.
    """
    ways = scalings(facts)
    freed = (*_masks(facts), Part.INITIALIZER, Part.INPUTS)
    return tuple(Change(freed, way) for way in ways) if len(ways) > 1 else ()


def _combinations(masks: tuple[Part, ...], way: Scaling | None) -> tuple[Change, ...]:
    """All combinations with the scaling that did best."""
    if way is None:
        return ()
    cores = ((Part.INPUTS,), CORE)
    return _unique([Change((*hidden, *core), way) for core in cores for hidden in ((), masks)])


def _combined(evidence: Evidence, outcomes: Outcomes) -> tuple[Change, ...]:
    """The second round: combinations with the scaling that comes farthest on all rows; of equal ones the simplest."""
    ways, ahead = scalings(evidence.facts), as_good(_heats(evidence, outcomes))
    best = ahead[0].scaling if ahead else ways[0] if ways else None
    return _combinations(_masks(evidence.facts), best)


def _heats(evidence: Evidence, outcomes: Outcomes) -> tuple[Heat, ...]:
    """What came of the race of scalings."""
    told = [(change.scaling, outcomes.get(_heat(evidence, change).id)) for change in _raced(evidence.facts)]
    runs = [(way, run) for way, run in told if way is not None and run is not None and usable(run)]
    if not runs:
        return ()
    read = attained(evidence.facts, [run for _, run in runs])
    return tuple(
        Heat(way, value, read.measure, run.trial.steps, run.trial.id) for (way, run), value in zip(runs, read.values, strict=True)
    )


def _unique(changes: Sequence[Change]) -> tuple[Change, ...]:
    """In order, without repetitions; by comparison, because edits hold mappings and have no hash."""
    return tuple(change for place, change in enumerate(changes) if change not in changes[:place])


def _trial(evidence: Evidence, change: Change, seed: int | None = None) -> Trial:
    own = evidence.settings.seeds[0] if seed is None else seed
    return tiny_trial(evidence, decisive_size(evidence.facts), own, *change.edits)


def _one_sample(evidence: Evidence, change: Change) -> Trial:
    """Without a loss to stop at: how many orders of magnitude it comes down is what the stages show."""
    trial = tiny_trial(evidence, 1, evidence.settings.seeds[0], *change.edits)
    return Trial(trial.edits, rows=1, steps=trial.steps, seed=trial.seed, scored=False)


def _whole(evidence: Evidence, seed: int, change: Change | None = None) -> Trial:
    """On all rows, for as long as the noise floor's runs, which the untouched recipe's are shared with."""
    edits = () if change is None else change.edits
    return Trial(edits, steps=horizon(evidence.facts, evidence.settings), seed=seed)


def _race_steps(facts: Facts, settings: Settings) -> int:
    """Half of a short trial: which scaling is ahead shows long before it has got there."""
    return max(1, horizon(facts, settings) // 2)


def _heat(evidence: Evidence, change: Change) -> Trial:
    """One scaling's run in their race."""
    return Trial(change.edits, steps=_race_steps(evidence.facts, evidence.settings), seed=evidence.settings.seeds[0])


def _stages(winner: Change, masks: tuple[Part, ...]) -> tuple[Change, ...]:
    """The way from the model as given to the winner with masks off, one change at a time, and then the second phase."""
    if not masks:
        return ()
    core, way = winner.core, winner.scaling
    changes = [Change(), Change(masks)]
    if Part.INPUTS in core:
        changes += [Change((Part.INPUTS,), way), Change((*masks, Part.INPUTS), way)]
    bared = tuple(part for part in (*MASKS, *CORE) if part in masks or part in core)
    changes += [Change(bared, way), Change((*bared, Part.TWO_PHASES), way)]
    return _unique(changes)


def _runs(evidence: Evidence, outcomes: Outcomes) -> tuple[SignalRun, ...]:
    changes = (*_screened(evidence.facts), *_combined(evidence, outcomes))
    found = []
    for change in _unique(changes):
        outcome = outcomes.get(_trial(evidence, change).id)
        if outcome is not None and usable(outcome):
            found.append(_read(evidence, change, outcome))
    return tuple(found)


def _read(evidence: Evidence, change: Change, outcome: Outcome) -> SignalRun:
    return SignalRun(change, read_run(evidence, outcome), *nonfinite_at(outcome))


def _winner(evidence: Evidence, runs: Sequence[SignalRun]) -> Change | None:
    """The change with the fewest parts that does it; of equal ones that of what is out of scale, then what comes farthest."""
    memory = evidence.of(Memorise)
    given = next((run for run in runs if not run.change.parts), None)
    if memory is None or given is None or given.run.memorised:
        return None
    others = [run for run in runs if run.change.parts]
    able = [run for run in others if run.run.memorised]
    if not able:
        best = max((run.reached for run in others), default=-1.0)
        able = [run for run in others if run.reached >= best - ALIKE and run.reached - given.reached >= HELPED]
    suspect = Part.INITIALIZER if orders_off(evidence.facts) >= FAR else Part.INPUTS

    def place(run: SignalRun) -> tuple[int, bool, bool, float, int]:
        core = run.change.core
        return len(run.change.parts), not core, suspect not in core, -run.reached, run.run.steps

    return min(able, key=place).change if able else None


def _confirmation(evidence: Evidence, outcomes: Outcomes, winner: Change) -> Confirmation:
    fresh = evidence.settings.fresh_seeds
    again = [outcomes.get(_trial(evidence, winner, seed).id) for seed in fresh]
    runs = tuple(read_run(evidence, outcome) for outcome in again if outcome is not None and usable(outcome))
    pairs = []
    for seed in fresh:
        own, other = outcomes.get(_whole(evidence, seed).id), outcomes.get(_whole(evidence, seed, winner).id)
        if own is not None and other is not None and usable(own) and usable(other):
            pairs.append((own, other))
    if len(pairs) < 2:
        return Confirmation(runs)
    read = attained(evidence.facts, [*(own for own, _ in pairs), *(other for _, other in pairs)])
    owns, others = read.values[: len(pairs)], read.values[len(pairs) :]
    return Confirmation(
        runs,
        owns,
        others,
        read.measure,
        steps=horizon(evidence.facts, evidence.settings),
        noise=chance_gain(evidence.facts, owns, others),
        trials=tuple(other.trial.id for _, other in pairs),
    )
