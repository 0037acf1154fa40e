"""The fork of the ladder: can the model memorise a handful of samples, and does it need to look at them for it?"""

import math
from collections.abc import Sequence

from dnndoctor.edits.augmentation_off import augmenting_layers
from dnndoctor.edits.dropout_off import dropping_layers
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import train_skill
from dnndoctor.experiments.curves import Shape, end_loss, exploded, loss_scale, regularized, shape, thinned, usable
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.memory import Attempt, Memory, MemoryRun, mostly_memorised
from dnndoctor.experiments.rate_course import fades

SIZES = (1, 2, 8, 20)
DECISIVE = 8
"""The size that decides: more than an output bias can fit, few enough for any model that is whole."""

STEPS = 300
"""Healthy development models (tabular, digits, two heads) are down to where a trial stops after 38 to 300 steps on eight rows; an
autoencoder among them needs three times its own rate for it, which the second round finds."""

MEMORISED = 0.99
"""Skill, or share of the loss above its floor that is gone, from which a handful of samples counts as memorised."""

ATTEMPTS = (
    Edit("learning_rate", {"factor": 0.1}),
    Edit("learning_rate", {"factor": 10.0}),
    Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-3}),
    Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-2}),
    Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-4}),
)
"""What is tried before structure is blamed, the nearest to the user's own recipe first."""


class Memorise(Experiment[Memory]):
    """Trains on 1, 2, 8 and 20 samples with everything off that is there to prevent memorising.

    An optimizer's schedule that fades within the few steps is held at its largest rate: it is a question of the course.

    Three rounds: all sizes and the control; where the decisive size fails, other rates and Adam at three rates on it;
    the nearest rate and the nearest Adam that did it, on fresh seeds.
    """

    name = "memorise"
    question = "Can the model memorise a handful of samples?"
    preset = Preset.QUICK
    height = 20
    covers = ("D1", "D4", "control: zeros", "edit: augmentation")
    traces = 3

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: the first round, and half of the others, which are run where it fails.

        A step on fewer rows costs between as much (many small ops) and its share of the rows (large ones): the geometric
        mean of the two is taken. Measured at batch size 1 against 32: MLP 0.8, LSTM 0.65, transformer 0.2, CNN 0.1.
        """
        sizes = [*SIZES, *([DECISIVE] * len(settings.seeds))]
        others = (len(ATTEMPTS) + 2 * len(settings.seeds)) / 2
        weights = sum(math.sqrt(min(1.0, size / facts.recipe.batch_size)) for size in sizes)
        weights += others * math.sqrt(min(1.0, DECISIVE / facts.recipe.batch_size))
        return settings.steps(STEPS) * weights

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        facts = evidence.facts
        if facts.data.rows_sampled < 2:
            return Skip(f"the data has {facts.data.rows_sampled} rows, too few to ask")
        if facts.data.targets and all(target.array.distinct <= 1 for target in facts.data.targets):
            return Skip("the targets never differ, so a constant memorises them")
        first = _first_round(evidence)
        if not outcomes:
            return first
        decisive = [read_run(evidence, outcomes[trial.id]) for trial in _decisive_trials(evidence) if _told(trial, outcomes)]
        if not decisive or mostly_memorised(decisive):
            return ()
        seed = evidence.settings.seeds[0]
        attempts = [_attempt_trial(evidence, edit, seed) for edit in attempts_for(evidence.facts)]
        if attempts[0].id not in outcomes:
            return attempts
        confirmations = [
            _attempt_trial(evidence, edit, fresh) for edit in _to_confirm(evidence, outcomes) for fresh in _fresh(evidence)
        ]
        return [trial for trial in confirmations if trial.id not in outcomes]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Memory | Inconclusive:
        """See `Experiment.read`."""
        control_trial = _control_trial(evidence)
        own = [trial for trial in _first_round(evidence) if trial != control_trial and _told(trial, outcomes)]
        runs = tuple(read_run(evidence, outcomes[trial.id]) for trial in own)
        decisive = decisive_size(evidence.facts)
        told = [run for run in runs if run.rows == decisive]
        if not told:
            return Inconclusive(f"no run on {decisive} samples came to its end")
        floor_known = bool(evidence.facts.data.targets) and all(
            target.loss_floor is not None for target in evidence.facts.data.targets
        )
        if not mostly_memorised(told) and not floor_known and all(run.skill is None for run in told):
            return Inconclusive(
                "predictions cannot be decoded and the loss's smallest value is not known, so success cannot be told"
            )
        seed = evidence.settings.seeds[0]
        attempts = []
        for edit in attempts_for(evidence.facts):
            trial = _attempt_trial(evidence, edit, seed)
            if _told(trial, outcomes):
                again = [_attempt_trial(evidence, edit, fresh) for fresh in _fresh(evidence)]
                confirmed = tuple(read_run(evidence, outcomes[each.id]) for each in again if _told(each, outcomes))
                attempts.append(Attempt(edit, read_run(evidence, outcomes[trial.id]), confirmed))
        if not mostly_memorised(told) and _cut_short(evidence, [*told, *(attempt.screened for attempt in attempts)]):
            return Inconclusive(
                f"after {told[0].steps:,} steps, {evidence.settings.scale:.0%} of what is asked where time allows, "
                "the loss on a handful of samples still falls; a longer budget would tell"
            )
        return Memory(
            decisive=decisive,
            edits=_simplified(evidence),
            runs=runs,
            control=read_run(evidence, outcomes[control_trial.id]) if _told(control_trial, outcomes) else None,
            attempts=tuple(attempts),
        )

    def charts(self, evidence: Evidence, observation: Memory) -> Sequence[Chart]:
        """See `Experiment.charts`: the loss on each number of samples, on the first seed."""
        runs = {run.rows: run for run in reversed(observation.runs) if run.trial in evidence.outcomes}
        curves = {
            f"{rows} sample{'s' if rows > 1 else ''}": evidence.outcomes[run.trial].losses for rows, run in sorted(runs.items())
        }
        chart = loss_chart("The loss while a handful of samples is memorised", curves)
        return () if chart is None else (chart,)


def attempts_for(facts: Facts) -> tuple[Edit, ...]:
    """What is tried before structure is blamed, without what the user's own recipe is already."""
    own = facts.recipe.optimizers[0] if len(facts.recipe.optimizers) == 1 else None
    return tuple(
        edit
        for edit in ATTEMPTS
        if own is None
        or own.kind != edit.parameters.get("class_name")
        or not math.isclose(own.learning_rate, float(edit.parameters["learning_rate"] or 0), rel_tol=1e-3)
    )


def _sizes(facts: Facts) -> tuple[int, ...]:
    """The sizes that the data has and that the model has the weights for.

    A line has two weights and cannot go through eight points, which is no fault of its. Four weights for each number
    that is asked for leave room for weights that do not help.
    """
    numbers = sum(max(1, math.prod(target.array.shape)) for target in facts.data.targets if target.classes is None)
    numbers += sum(target.classes is not None for target in facts.data.targets)
    affordable = facts.parameters / (4 * max(1, numbers))
    return tuple(size for size in SIZES if size <= facts.data.rows_sampled and (size <= 2 or size <= affordable))


def decisive_size(facts: Facts) -> int:
    """The number of samples that decides."""
    return max(size for size in _sizes(facts) if size <= DECISIVE)


def _simplified(evidence: Evidence) -> tuple[Edit, ...]:
    """What is switched off: only what the model has or may have, so that other trials can share the trace."""
    facts = evidence.facts
    own_layers = any(not layer.built_in for layer in facts.layers)
    edits = []
    if dropping_layers(facts) or own_layers:
        edits.append(Edit("dropout_off"))
    if regularized(facts) or any(optimizer.weight_decay for optimizer in facts.recipe.optimizers):
        edits.append(Edit("regularization_off"))
    if augmenting_layers(facts):
        edits.append(Edit("augmentation_off"))
    if fades(facts, evidence.settings.steps(STEPS)):
        edits.append(Edit("constant_rate"))
    return tuple(edits)


def tiny_trial(evidence: Evidence, rows: int, seed: int, *changes: Edit) -> Trial:
    """A trial on a handful of samples, everything off that is there to prevent memorising.

    Args:
        evidence: With facts and settings.
        rows: How many samples.
        seed: Of the trial.
        changes: What is changed besides; nothing for the user's own optimizer and model.
    """
    facts = evidence.facts
    scale = loss_scale(facts, math.inf, penalties=False)
    # One step is one pass over the tiny set, so that the curve has no noise of batches and 300 steps mean the same everywhere.
    whole_batch = (Edit("batch_size", {"size": rows}),) if facts.recipe.batch_size < rows else ()
    return Trial(
        edits=(*_simplified(evidence), *changes, *whole_batch),
        rows=rows,
        steps=evidence.settings.steps(STEPS),
        seed=seed,
        # Half of what counts as memorised is left, so that a stop never turns a success into a failure.
        stop_below=scale.floor + 0.5 * (1 - MEMORISED) * (scale.reference - scale.floor) if scale.from_constant else None,
    )


def _decisive_trials(evidence: Evidence) -> tuple[Trial, ...]:
    return tuple(tiny_trial(evidence, decisive_size(evidence.facts), seed) for seed in evidence.settings.seeds)


def _control_trial(evidence: Evidence) -> Trial:
    return tiny_trial(evidence, decisive_size(evidence.facts), evidence.settings.seeds[0], Edit("zero_inputs"))


def _first_round(evidence: Evidence) -> tuple[Trial, ...]:
    decisive = decisive_size(evidence.facts)
    others = [tiny_trial(evidence, size, evidence.settings.seeds[0]) for size in _sizes(evidence.facts) if size != decisive]
    # Without targets the inputs may be their own targets, and zeros are then the right answer.
    control = (_control_trial(evidence),) if evidence.facts.data.targets else ()
    return (*others, *_decisive_trials(evidence), *control)


def _attempt_trial(evidence: Evidence, edit: Edit, seed: int) -> Trial:
    return tiny_trial(evidence, decisive_size(evidence.facts), seed, edit)


def _fresh(evidence: Evidence) -> tuple[int, ...]:
    return evidence.settings.fresh_seeds


def _cut_short(evidence: Evidence, runs: Sequence[MemoryRun]) -> bool:
    """Whether nothing memorised in a plan of fewer steps, and something was on its way: what is slow is then no fault."""
    return (
        evidence.settings.scale < 1 and not any(run.memorised for run in runs) and any(run.failure is Shape.FALLS for run in runs)
    )


def _to_confirm(evidence: Evidence, outcomes: Outcomes) -> tuple[Edit, ...]:
    """The first rate and the first Adam that memorised on the screening seed."""
    seed = evidence.settings.seeds[0]
    chosen: dict[str, Edit] = {}
    for edit in attempts_for(evidence.facts):
        trial = _attempt_trial(evidence, edit, seed)
        if _told(trial, outcomes) and read_run(evidence, outcomes[trial.id]).memorised:
            chosen.setdefault(edit.name, edit)
    return tuple(chosen.values())


def _told(trial: Trial, outcomes: Outcomes) -> bool:
    return trial.id in outcomes and usable(outcomes[trial.id])


def read_run(evidence: Evidence, outcome: Outcome) -> MemoryRun:
    """Reads one run: success by decoded predictions where they can be decoded, by the loss above its floor otherwise.

    Args:
        evidence: With the facts.
        outcome: Usable, of a `tiny_trial`.
    """
    start = outcome.losses[0] if outcome.losses else math.nan
    end = math.inf if exploded(outcome) else end_loss(outcome.losses)
    scale = loss_scale(evidence.facts, start, penalties=False)
    progress = scale.progress(end)
    skill = train_skill(outcome.scores) if outcome.trial.rows != 1 else None
    memorised = not exploded(outcome) and (progress if skill is None else skill) >= MEMORISED
    return MemoryRun(
        rows=outcome.trial.rows or 0,
        seed=outcome.trial.seed,
        trial=outcome.trial.id,
        memorised=memorised,
        start=start,
        end=end,
        progress=progress,
        skill=skill,
        failure=None if memorised else Shape.EXPLODES if exploded(outcome) else shape(outcome.losses, scale),
        loss_only=not memorised and skill is not None and progress >= MEMORISED,
        steps=outcome.steps_run,
        curve=thinned(outcome.losses),
    )
