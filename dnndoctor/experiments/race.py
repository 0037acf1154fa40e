"""A race: variants of the user's own recipe, screened on one set of seeds; the best one against the recipe on fresh seeds."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Outcomes, Preset
from dnndoctor.experiments.course import WORST_SKILL, constant_margin, skill
from dnndoctor.experiments.curves import end_loss, exploded, loss_scale, spread, usable
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, recipe_trial

SCREENED = 2
"""Seeds of the screening: the winner is chosen among a handful, and only fresh seeds decide whether it is any better."""

GOOD_ENOUGH = 0.8
"""Skill on every seed from which no race is run: what is left to gain is then less than any rule would call a fault."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One competitor.

    Attributes:
        name: In a few words ("constant rate").
        edits: Of the user's recipe; none that changes the loss, which is compared where nothing can be decoded.
        steps: That it takes; None for as many as the user's own runs. Another batch size at equal samples needs another number.
    """

    name: str
    edits: tuple[Edit, ...]
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """How a variant did in the screening.

    Attributes:
        variant: Which.
        reached: Skill or progress by seed.
        exploded: How many runs became NaN or infinite.
        trials: Ids.
    """

    variant: Variant
    reached: tuple[float, ...]
    exploded: int
    trials: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Mean of `reached`."""
        return statistics.fmean(self.reached)


@dataclass(frozen=True, slots=True)
class Duel:
    """The winner against the user's own recipe, on seeds that it was not chosen on.

    Attributes:
        variant: The winner.
        seeds: Fresh ones.
        own, other: What each run reached, by seed.
        own_halfway, other_halfway: Progress of the loss half way through, by seed.
        measure: "validation skill", "training skill" or "progress".
        own_exploded, other_exploded: How many runs became NaN or infinite.
        steps: Of the user's own runs and of the variant's.
        noise: Mean gain that pairs of runs of the same recipe may show by chance, one time in twenty.
        trials: Ids of the variant's runs.
    """

    variant: Variant
    seeds: tuple[int, ...]
    own: tuple[float, ...]
    other: tuple[float, ...]
    own_halfway: tuple[float, ...]
    other_halfway: tuple[float, ...]
    measure: str
    own_exploded: int
    other_exploded: int
    steps: tuple[int, int]
    noise: float
    trials: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Mean gain over the user's own recipe."""
        return statistics.fmean(self.other) - statistics.fmean(self.own)

    @property
    def wins(self) -> int:
        """Seeds on which the variant did better."""
        return sum(other > own for own, other in zip(self.own, self.other, strict=True))

    @property
    def confirmed(self) -> bool:
        """Whether the gain is beyond noise, no seed loses by more than that, and more runs do not explode."""
        worst = min(other - own for own, other in zip(self.own, self.other, strict=True))
        return self.gain > self.noise and worst >= -self.noise and self.other_exploded <= self.own_exploded


@dataclass(frozen=True, slots=True)
class Race:
    """What a race came to.

    Attributes:
        measure: "validation skill", "training skill" or "progress".
        own: What the user's own runs reached on the seeds of the screening.
        entries: The variants, in the order they were named.
        duel: The best variant against the user's own recipe; None where none looked better than the recipe in the screening.
    """

    measure: str
    own: tuple[float, ...]
    entries: tuple[Entry, ...]
    duel: Duel | None

    @property
    def best(self) -> Entry:
        """The variant that did best in the screening; of equal ones the first named."""
        return max(self.entries, key=lambda entry: entry.mean)


def nothing_to_gain(evidence: Evidence) -> str:
    """Why no race is worth its time, in one sentence; empty where one is.

    Args:
        evidence: With the user's own runs; needs `OwnRecipe`.
    """
    course = evidence.of(OwnRecipe)
    if course is None:
        return "the user's own recipe was not run to its end, so there is nothing to compare with"
    if evidence.settings.preset is Preset.DEEP or course.exploded or not course.skills or min(course.skills) < GOOD_ENOUGH:
        return ""
    rows = "held-out" if course.held_out else "training"
    return f"the user's own recipe reaches a skill of {min(course.skills):.2f} on {rows} rows, which leaves little to gain"


def expected_runs(seeds: int, variants: int) -> float:
    """How many whole runs a race takes: the screening, and as a rule a duel with the recipe's own runs on fresh seeds."""
    return min(seeds, SCREENED) * variants + 2 * seeds


def race_trials(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes) -> list[Trial]:
    """The next trials of a race; empty where it is decided.

    Args:
        evidence: Of the rungs below.
        variants: At least one.
        outcomes: Of the race so far.
    """
    seeds = evidence.settings.seeds[:SCREENED]
    screening = [recipe_trial(evidence, seed) for seed in seeds]
    screening += [_trial(evidence, variant, seed) for variant in variants for seed in seeds]
    if new := [trial for trial in screening if trial.id not in outcomes]:
        return new
    winner = _winner(evidence, variants, outcomes)
    if winner is None:
        return []
    duel = [
        trial
        for seed in evidence.settings.fresh_seeds
        for trial in (recipe_trial(evidence, seed), _trial(evidence, winner, seed))
    ]
    return [trial for trial in duel if trial.id not in outcomes]


def read_race(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes) -> Race | None:
    """What a race came to.

    Args:
        evidence: Of the rungs below.
        variants: As `race_trials` was given them.
        outcomes: Of the race.

    Returns:
        None where the user's own runs, or all variants, did not come to their end.
    """
    seeds = evidence.settings.seeds[:SCREENED]
    own = _runs(outcomes, [recipe_trial(evidence, seed) for seed in seeds])
    entries = []
    for variant in variants:
        runs = _runs(outcomes, [_trial(evidence, variant, seed) for seed in seeds])
        if runs:
            entries.append(
                Entry(variant, _reached(evidence, runs), sum(map(exploded, runs)), tuple(run.trial.id for run in runs))
            )
    if not own or not entries:
        return None
    winner = _winner(evidence, variants, outcomes)
    return Race(
        measure=_measure(evidence, outcomes),
        own=_reached(evidence, own),
        entries=tuple(entries),
        duel=None if winner is None else _duel(evidence, winner, outcomes),
    )


def _trial(evidence: Evidence, variant: Variant, seed: int) -> Trial:
    return recipe_trial(evidence, seed, *variant.edits, steps=variant.steps)


def _runs(outcomes: Outcomes, trials: Sequence[Trial]) -> list[Outcome]:
    return [outcomes[trial.id] for trial in trials if trial.id in outcomes and usable(outcomes[trial.id])]


def _winner(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes) -> Variant | None:
    """The best variant of the screening, None where none is ahead of the user's own recipe by what chance gives."""
    seeds = evidence.settings.seeds[:SCREENED]
    own = _runs(outcomes, [recipe_trial(evidence, seed) for seed in seeds])
    if not own:
        return None
    best, height = None, statistics.fmean(_reached(evidence, own)) + constant_margin(_rows(evidence))
    for variant in variants:
        runs = _runs(outcomes, [_trial(evidence, variant, seed) for seed in seeds])
        if len(runs) == len(own) and (mean := statistics.fmean(_reached(evidence, runs))) > height:
            best, height = variant, mean
    return best


def _duel(evidence: Evidence, winner: Variant, outcomes: Outcomes) -> Duel | None:
    pairs = []
    for seed in evidence.settings.fresh_seeds:
        own, other = outcomes.get(recipe_trial(evidence, seed).id), outcomes.get(_trial(evidence, winner, seed).id)
        if own is not None and other is not None and usable(own) and usable(other):
            pairs.append((own, other))
    if len(pairs) < min(2, len(evidence.settings.fresh_seeds)):
        return None
    owns, others = [own for own, _ in pairs], [other for _, other in pairs]
    reached = _reached(evidence, owns)
    return Duel(
        variant=winner,
        seeds=tuple(own.trial.seed for own in owns),
        own=reached,
        other=_reached(evidence, others),
        own_halfway=tuple(_halfway(evidence, run) for run in owns),
        other_halfway=tuple(_halfway(evidence, run) for run in others),
        measure=_measure(evidence, outcomes),
        own_exploded=sum(map(exploded, owns)),
        other_exploded=sum(map(exploded, others)),
        steps=(recipe_steps(evidence), winner.steps or recipe_steps(evidence)),
        noise=max(constant_margin(_rows(evidence)), 2 * math.sqrt(2 / len(pairs)) * spread(reached)),
        trials=tuple(run.trial.id for run in others),
    )


def _rows(evidence: Evidence) -> int:
    return evidence.facts.data.validation_rows or evidence.facts.data.rows_sampled


def _reached(evidence: Evidence, runs: Sequence[Outcome]) -> tuple[float, ...]:
    """Skill where every finished run can be decoded, else progress of the loss; -1 for runs that exploded."""
    read = {run.trial.id: skill(evidence.facts, run) for run in runs if not exploded(run)}
    decoded = all(each is not None for each in read.values())
    reached = []
    for run in runs:
        if exploded(run):
            reached.append(WORST_SKILL)
            continue
        value = read[run.trial.id]
        reached.append(value.value if decoded and value is not None else _progress(evidence, run, len(run.losses)))
    return tuple(reached)


def _halfway(evidence: Evidence, run: Outcome) -> float:
    return -1.0 if exploded(run) else _progress(evidence, run, max(1, len(run.losses) // 2))


def _progress(evidence: Evidence, run: Outcome, steps: int) -> float:
    return loss_scale(evidence.facts, run.losses[0]).progress(end_loss(run.losses[:steps]))


def _measure(evidence: Evidence, outcomes: Outcomes) -> str:
    read = [skill(evidence.facts, run) for run in outcomes.values() if usable(run) and not exploded(run) and run.trial.scored]
    rows = {each.rows for each in read if each is not None}
    return "progress" if not rows or None in read else f"{'validation' if 'validation' in rows else 'training'} skill"
