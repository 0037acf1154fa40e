"""What was seen to get farther than the user's own recipe in as many steps or samples, whichever experiment tried it."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.experiments.clipping_off import ClippingOff
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep, longest_covered
from dnndoctor.experiments.loss_simplified import LossSimplified
from dnndoctor.experiments.odd_choices_undone import OddChoicesUndone
from dnndoctor.experiments.other_optimizers import OtherOptimizers
from dnndoctor.experiments.other_schedules import OtherSchedules
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Race


@dataclass(frozen=True, slots=True)
class BetterRecipe:
    """A variant of the user's recipe that was held against it on fresh seeds.

    Attributes:
        how: What is different, as a sentence begins ("at another rate").
        measure: Of what both reached.
        own, other: By seed.
        steps: Of the variant.
        rung: Name of the experiment that tried it.
        trials: Ids of the variant's runs.
    """

    how: str
    measure: str
    own: tuple[float, ...]
    other: tuple[float, ...]
    steps: int
    rung: str
    trials: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Mean gain over the user's own recipe."""
        return statistics.fmean(self.other) - statistics.fmean(self.own)


def better_recipes(evidence: Evidence) -> tuple[BetterRecipe, ...]:
    """Everything that was compared in no more steps, or no more samples, than the user's own runs took.

    Experiments that ask only where a sickness is established are not among them.
    """
    return (*_rate(evidence), *_variants(evidence))


def _rate(evidence: Evidence) -> Iterator[BetterRecipe]:
    course, response = evidence.of(OwnRecipe), evidence.of(LearningRateSweep)
    comparison = longest_covered(response, evidence) if response is not None else None
    if course is None or comparison is None or comparison.steps > max(run.steps for run in course.runs):
        return
    in_skill = comparison.measure != "progress"
    own = course.skills if in_skill else tuple(run.progress for run in course.runs)
    # The sweep's own runs are short; it is the whole course that must stay behind them.
    if own and (not in_skill or (comparison.measure == "validation skill") == course.held_out):
        how, rung = "at another rate", LearningRateSweep.name
        yield BetterRecipe(how, comparison.measure, own, comparison.other, comparison.steps, rung, comparison.trials)


def _variants(evidence: Evidence) -> Iterator[BetterRecipe]:
    schedules, optimizers = evidence.of(OtherSchedules), evidence.of(OtherOptimizers)
    sizes, clipping = evidence.of(BatchSizeSweep), evidence.of(ClippingOff)
    losses = evidence.of(LossSimplified)
    races: tuple[tuple[str, Race | None], ...] = (
        (ClippingOff.name, clipping.without_gradient if clipping is not None else None),
        (ClippingOff.name, clipping.without_values if clipping is not None else None),
        (OtherSchedules.name, schedules.race if schedules is not None and schedules.decisive else None),
        (OtherOptimizers.name, optimizers.race if optimizers is not None else None),
        (LossSimplified.name, losses.race if losses is not None else None),
        (OddChoicesUndone.name, evidence.of(OddChoicesUndone)),
        (BatchSizeSweep.name, sizes.race if sizes is not None else None),
    )
    for rung, race in races:
        duel = race.won if race is not None else None
        if duel is not None:
            how = f"with one change ({duel.variant.name})"
            yield BetterRecipe(how, duel.measure, duel.own, duel.other, duel.steps[1], rung, duel.trials)
