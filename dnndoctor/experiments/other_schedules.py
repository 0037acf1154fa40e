"""Other courses of the learning rate: constant, stretched, and with one deliberate drop near the end."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps
from dnndoctor.experiments.race import (
    OWN,
    Race,
    Variant,
    expected_race_steps,
    nothing_to_gain,
    race_trials,
    read_race,
)
from dnndoctor.experiments.race_chart import duel_chart
from dnndoctor.experiments.rate_course import RateCourse, by_measurement, cuts, in_optimizers, observed, planned, schedules

STRETCH = 4.0
"""Times the intervals of the user's schedule: two doublings, so that what is a question of the intervals shows."""

SHARE, DROP = 0.67, 0.1
"""Of the steps before the deliberate drop, and what the rate is multiplied by: the last third at a tenth took a development case
from 4 to 2e-4 in loss, where a decay from the beginning left it stuck."""

ALL_SPENT = 0.95
"""Share of the course's learning rate from which a shorter run has seen all that matters of it: what is left can move the weights
by a twentieth of the way."""

_DROP = Edit("two_phases", {"share": SHARE, "factor": DROP})
_LAST_THIRD = "a tenth of it for the last third"


@dataclass(frozen=True, slots=True)
class Schedules:
    """What sets the user's rate, where it falls, and what other courses of it came to.

    Attributes:
        names: What schedules the rate ("ExponentialDecay", "ReduceLROnPlateau"); empty where nothing does.
        rates: Over the user's course: as configured, or as it was in the run whose rate ended lowest; empty where not known.
        tenth, hundredth: Share of the course from which on the rate stays at or below that part of its largest, the median of
            the runs where it hangs on what they measure; None where it does not.
        cuts: How often each of the user's own runs lowered the rate at the end of an epoch; empty where that was not seen.
        compressed: Factor by which the schedule's intervals were shortened on both sides of the race, so that all of it fits into
            the steps that could be run; 1 where it was raced as it is.
        race: Against the user's own recipe; against all of it in fewer steps where it is compressed.
    """

    names: tuple[str, ...]
    rates: RateCourse
    tenth: float | None
    hundredth: float | None
    cuts: tuple[int, ...]
    compressed: float
    race: Race

    @property
    def decisive(self) -> bool:
        """Whether the race was run with the user's own schedule as it is.

        A compressed one takes fewer steps at every rate than the user's. That a constant rate is no better then speaks for the
        schedule all the more; that it is better may only show that the steps are few.
        """
        return self.compressed == 1.0


class OtherSchedules(Experiment[Schedules]):
    """Races a constant rate, the schedule with its intervals stretched and one drop near the end against the user's own course.

    Where nothing schedules the rate only the drop is raced. Where the preset's runs are so much shorter than the course that a
    good part of its learning rate lies beyond them, the schedule is compressed into them, on both sides.
    """

    name = "other_schedules"
    question = "Does another course of the learning rate get farther?"
    preset = Preset.STANDARD
    height = 80
    covers = ("H8",)
    needs = (OwnRecipe,)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        if not facts.recipe.optimizers:
            return 0.0
        return expected_race_steps(facts, settings, 3 if schedules(facts) else 1)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not outcomes and (reason := _needless(evidence)):
            return Skip(reason)
        against, entered = _entered(evidence)
        return race_trials(evidence, entered, outcomes, against)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Schedules | Inconclusive:
        """See `Experiment.read`."""
        against, entered = _entered(evidence)
        race = read_race(evidence, entered, outcomes, against)
        if race is None:
            return Inconclusive("the user's own course of the rate, or all others, did not come to their end")
        names = _names(evidence)
        seen = _courses(evidence) if names else ()
        lowest = min(seen, key=lambda course: course.rates[-1], default=RateCourse((), ()))
        watched = [observed(evidence.facts, evidence.outcomes[run]) for run in _own_runs(evidence)] if names else []
        return Schedules(
            names=names,
            rates=lowest,
            tenth=_median_fall(seen, 0.1),
            hundredth=_median_fall(seen, 0.01),
            cuts=tuple(cuts(course) for course in watched if course.rates),
            compressed=_compression(evidence),
            race=race,
        )

    def charts(self, evidence: Evidence, observation: Schedules) -> Sequence[Chart]:
        """See `Experiment.charts`: the rate over the course, and the losses of the duel."""
        rates = observation.rates
        over_course = Chart(
            "The learning rate over your course",
            rates.shares,
            {"your rate": rates.rates},
            x_label="share of the course",
            y_label="learning rate",
            log_y=True,
        )
        duel = duel_chart(evidence, observation.race)
        return (*([over_course] if rates.moves else []), *([duel] if duel is not None else []))


def _needless(evidence: Evidence) -> str:
    """Why the race is not run, empty where it is."""
    if not evidence.facts.recipe.optimizers:
        return "the model holds no optimizer whose rate could be changed"
    course = evidence.of(OwnRecipe)
    if course is not None and course.exploded == len(course.runs):
        return "every run of the user's own recipe becomes NaN or infinite, which is no question of the rate's later course"
    return nothing_to_gain(evidence)


def _own_runs(evidence: Evidence) -> tuple[str, ...]:
    course = evidence.of(OwnRecipe)
    return tuple(run.trial for run in course.runs if run.trial in evidence.outcomes) if course is not None else ()


def _names(evidence: Evidence) -> tuple[str, ...]:
    """What schedules the rate: by the facts, or a callback of the user's own that was seen to move it."""
    if named := schedules(evidence.facts):
        return named
    moved = any(observed(evidence.facts, evidence.outcomes[run]).moves for run in _own_runs(evidence))
    return tuple(callback.kind for callback in evidence.facts.recipe.callbacks if callback.takes_part) if moved else ()


def _courses(evidence: Evidence) -> tuple[RateCourse, ...]:
    """The rate over the course: as configured, unless it hangs on what is measured; then as it was in each run."""
    configured = planned(evidence.facts)
    if configured.moves and not by_measurement(evidence.facts):
        return (configured,)
    seen = (observed(evidence.facts, evidence.outcomes[run]) for run in _own_runs(evidence))
    return tuple(course for course in seen if course.moves)


def _median_fall(courses: Sequence[RateCourse], part: float) -> float | None:
    """When the rate falls to a part of its largest, in the median run; None where it does not in most."""
    falls = sorted(fall for course in courses if (fall := course.falls_to(part)) is not None)
    return statistics.median_low(falls) if 2 * len(falls) > len(courses) else None


def _compression(evidence: Evidence) -> float:
    """What the intervals of the schedule have to be multiplied by so that its whole course shows in the user's own runs.

    Schedules of callbacks go by whole epochs, which cannot be shortened.
    """
    course = evidence.of(OwnRecipe)
    if course is None or course.whole or course.course is None:
        return 1.0
    if course.rate_spent is None or course.rate_spent >= ALL_SPENT:
        return 1.0
    names = schedules(evidence.facts)
    return recipe_steps(evidence) / course.course if names and set(names) <= set(in_optimizers(evidence.facts)) else 1.0


def _entered(evidence: Evidence) -> tuple[Variant, tuple[Variant, ...]]:
    """What is raced against, and the variants."""
    if not _names(evidence):
        return OWN, (Variant(f"the rate as it is, {_LAST_THIRD}", (_DROP,)),)
    compressed = _compression(evidence)
    constant = Edit("constant_rate")
    stretched = Variant(f"schedule stretched {STRETCH:g} times", (Edit("stretched_schedule", {"factor": STRETCH * compressed}),))
    against = (
        OWN
        if compressed == 1.0
        else replace(OWN, name="the whole schedule", edits=(Edit("stretched_schedule", {"factor": compressed}),))
    )
    return against, (
        Variant("constant rate", (constant,)),
        stretched,
        Variant(f"constant rate, {_LAST_THIRD}", (constant, _DROP)),
    )
