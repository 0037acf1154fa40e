"""A race: variants of the user's own recipe, screened on one set of seeds; the best one against the recipe on fresh seeds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Outcomes, Preset, Settings
from dnndoctor.experiments.course import (
    attained,
    chance_gain,
    constant_margin,
    progress_after,
    resolution,
    rows_read,
    scoring_steps,
)
from dnndoctor.experiments.curves import exploded, spread, usable
from dnndoctor.experiments.goal import goal_met
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, recipe_trial
from dnndoctor.experiments.paired import Paired, usable_pairs

SCREENED = 2
"""Seeds of the screening: the winner is chosen among a handful, and only fresh seeds decide whether it is any better."""

LOSS_EDITS = frozenset(
    {"class_weights", "loss", "output_activation", "regularization_off", "shift_labels", "standardize_targets"}
)
"""Edits after which losses are no longer those of the user's own run."""

GOOD_ENOUGH = 0.9
"""Skill on every seed from which no race is run: what is left to gain is then hardly more than any rule would call a fault."""


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


OWN = Variant("the user's own recipe", ())


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel(Paired):
    """The winner against the user's own recipe, on seeds that it was not chosen on.

    Attributes:
        variant: The winner.
        own_halfway, other_halfway: Progress of the loss half way through, by seed.
        steps: Of the user's own runs and of the variant's.
        noise: Mean gain that as many pairs of runs of the same recipe may show by chance, one time in twenty.
        own_trials: Ids of the user's own.
    """

    variant: Variant
    own_halfway: tuple[float, ...]
    other_halfway: tuple[float, ...]
    steps: tuple[int, int]
    noise: float
    own_trials: tuple[str, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether the gain is beyond noise, and speaks for itself.

        It does where no seed loses by more than noise, where the variant was not behind by more than that half way through, so
        that the end is no fluke, and where no more of its runs explode.
        """
        losses = max(own - other for own, other in zip(self.own, self.other, strict=True))
        behind = statistics.fmean(self.own_halfway) - statistics.fmean(self.other_halfway)
        steady = losses <= self.noise and behind <= self.noise
        return self.gain > self.noise and steady and self.other_exploded <= self.own_exploded


@dataclass(frozen=True, slots=True)
class Race:
    """What a race came to.

    Attributes:
        measure: "validation skill", "training skill" or "progress".
        own: What the user's own runs reached on the seeds of the screening.
        entries: The variants that came to their end, in the order they were named.
        duel: The best variant against the user's own recipe; None where none looked better than the recipe in the screening, or
            fewer than two pairs of the duel's runs came to their end.
        ahead: The variant that looked better in the screening; None where none did.
    """

    measure: str
    own: tuple[float, ...]
    entries: tuple[Entry, ...]
    duel: Duel | None
    ahead: Variant | None = None

    @property
    def best(self) -> Entry:
        """The variant that did best in the screening; of equal ones the first named."""
        return max(self.entries, key=lambda entry: entry.mean)

    @property
    def won(self) -> Duel | None:
        """The duel where the variant is confirmed to be better, else None."""
        return self.duel if self.duel is not None and self.duel.confirmed else None

    def entry(self, name: str) -> Entry | None:
        """How the variant of that name did in the screening, None where it was not in the race or did not end."""
        return next((entry for entry in self.entries if entry.variant.name == name), None)


def nothing_to_gain(evidence: Evidence) -> str:
    """Why no race is worth its time, in one sentence; empty where one is.

    Args:
        evidence: With the user's own runs; needs `OwnRecipe`.
    """
    course = evidence.of(OwnRecipe)
    if course is None:
        return "the user's own recipe was not run to its end, so there is nothing to compare with"
    if evidence.settings.preset is Preset.DEEP or course.exploded or goal_met(evidence) is False:
        return ""
    if goal_met(evidence):
        return "the user's own recipe reaches its goal"
    if not course.skills or min(course.skills) < GOOD_ENOUGH:
        return ""
    rows = "held-out" if course.held_out else "training"
    return f"the user's own recipe reaches a skill of {min(course.skills):.2f} on {rows} rows, which leaves little to gain"


def expected_runs(seeds: int, variants: int) -> float:
    """How many whole runs a race takes: the screening, and as a rule a duel with the recipe's own runs on fresh seeds."""
    return min(seeds, SCREENED) * variants + 2 * seeds


def expected_race_steps(facts: Facts, settings: Settings, variants: int) -> float:
    """What a race costs in steps of the user's own batch size, where every variant takes as many of these as the recipe."""
    run = recipe_steps(Evidence(facts, settings)) + scoring_steps(facts)
    return expected_runs(len(settings.seeds), variants) * run


def race_trials(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes, against: Variant = OWN) -> list[Trial]:
    """The next trials of a race; empty where it is decided.

    Args:
        evidence: Of the rungs below.
        variants: At least one.
        outcomes: Of the race so far.
        against: What they race against.
    """
    screening = [_trial(evidence, variant, seed) for variant in (against, *variants) for seed in _screened(evidence)]
    if new := [trial for trial in screening if trial.id not in outcomes]:
        return new
    winner = _winner(evidence, variants, outcomes, against)
    if winner is None:
        return []
    settling = duel_trials(evidence, winner, evidence.settings.fresh_seeds, against)
    return [trial for trial in settling if trial.id not in outcomes]


def read_race(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes, against: Variant = OWN) -> Race | None:
    """What a race came to.

    Args:
        evidence: Of the rungs below.
        variants: As `race_trials` was given them.
        outcomes: Of the race.
        against: As `race_trials` was given it.

    Returns:
        None where the user's own runs, or all variants, did not come to their end.
    """
    screened = _screening(evidence, variants, outcomes, against)
    if screened is None:
        return None
    measure, own, entries = screened
    winner = _winner(evidence, variants, outcomes, against)
    settled = None if winner is None else duel(evidence, winner, evidence.settings.fresh_seeds, outcomes, against)
    return Race(measure, own, entries, settled, winner)


def duel_trials(evidence: Evidence, variant: Variant, seeds: Sequence[int], against: Variant = OWN) -> list[Trial]:
    """The trials of a duel, pair by pair.

    Args:
        evidence: With facts and settings.
        variant: One side.
        seeds: Of the pairs.
        against: The other side.
    """
    return [_trial(evidence, each, seed) for seed in seeds for each in (against, variant)]


def duel(evidence: Evidence, variant: Variant, seeds: Sequence[int], outcomes: Outcomes, against: Variant = OWN) -> Duel | None:
    """A variant against the user's own recipe, or another variant.

    Args:
        evidence: With the user's own runs.
        variant: One side.
        seeds: Of the pairs.
        outcomes: Of the `duel_trials`.
        against: The other side.

    Returns:
        None where fewer than two pairs came to their end, or where the two can only be compared by losses that are not the same.
    """
    pairs = usable_pairs(outcomes, [(_trial(evidence, against, seed), _trial(evidence, variant, seed)) for seed in seeds])
    if not pairs:
        return None
    owns, others = [own for own, _ in pairs], [other for _, other in pairs]
    read = attained(evidence.facts, [*owns, *others])
    own_values, other_values = read.values[: len(pairs)], read.values[len(pairs) :]
    same_loss = _edits_of_the_loss(variant) == _edits_of_the_loss(against)
    if not same_loss and read.measure == "progress":
        return None
    # Of another loss only the end is known, where predictions were scored.
    halfway = progress_after(evidence.facts, [*owns, *others], 0.5) if same_loss else read.values
    course = evidence.of(OwnRecipe)
    assert course is not None  # no race without it, see `nothing_to_gain`
    between = course.skill_spread if read.measure != "progress" else spread([run.progress for run in course.runs])
    return Duel(
        variant=variant,
        seeds=tuple(own.trial.seed for own in owns),
        own=own_values,
        other=other_values,
        own_halfway=halfway[: len(pairs)],
        other_halfway=halfway[len(pairs) :],
        measure=read.measure,
        own_exploded=sum(map(exploded, owns)),
        other_exploded=sum(map(exploded, others)),
        steps=(owns[0].trial.steps, others[0].trial.steps),
        noise=chance_gain(evidence.facts, own_values, other_values, between),
        trials=tuple(run.trial.id for run in others),
        own_trials=tuple(run.trial.id for run in owns),
    )


def _edits_of_the_loss(variant: Variant) -> tuple[Edit, ...]:
    return tuple(edit for edit in variant.edits if edit.name in LOSS_EDITS)


def _trial(evidence: Evidence, variant: Variant, seed: int) -> Trial:
    return recipe_trial(evidence, seed, *variant.edits, steps=variant.steps)


def _screened(evidence: Evidence) -> tuple[int, ...]:
    return evidence.settings.seeds[:SCREENED]


def _runs(evidence: Evidence, variant: Variant, outcomes: Outcomes) -> list[Outcome]:
    """A variant's runs of the screening; none unless all of them came to their end."""
    found = [outcomes.get(_trial(evidence, variant, seed).id) for seed in _screened(evidence)]
    runs = [run for run in found if run is not None and usable(run)]
    return runs if len(runs) == len(found) else []


def _screening(
    evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes, against: Variant
) -> tuple[str, tuple[float, ...], tuple[Entry, ...]] | None:
    """The measure, what the user's own runs reached, and the variants; None where one side is missing."""
    own = _runs(evidence, against, outcomes)
    ended = [(variant, runs) for variant in variants if (runs := _runs(evidence, variant, outcomes))]
    if not own or not ended:
        return None
    read = attained(evidence.facts, [*own, *(run for _, runs in ended for run in runs)])
    values = iter(read.values)
    of_own = tuple(next(values) for _ in own)
    entries = tuple(
        Entry(variant, tuple(next(values) for _ in runs), sum(map(exploded, runs)), tuple(run.trial.id for run in runs))
        for variant, runs in ended
    )
    return read.measure, of_own, entries


def _winner(evidence: Evidence, variants: Sequence[Variant], outcomes: Outcomes, against: Variant) -> Variant | None:
    """The best variant of the screening, None where none is ahead of the user's own recipe by what chance gives.

    Of those that chance alone may set apart it is the first named, so that the choice does not hang on the seeds.
    """
    screened = _screening(evidence, variants, outcomes, against)
    if screened is None:
        return None
    _, own, entries = screened
    reached, most = statistics.fmean(own), max(entry.mean for entry in entries)
    height = max(reached + resolution(evidence.facts, reached), most - constant_margin(rows_read(evidence.facts)))
    return next((entry.variant for entry in entries if entry.mean > height), None)
