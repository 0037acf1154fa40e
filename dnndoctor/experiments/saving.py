"""Does training go on from a saved model as if nothing had happened?"""

from collections.abc import Sequence

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.saving import RoundTrip, SavingSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.looks import look_trials, read_looks

NOISE = 3.0
"""A loss that is more than so many times as far off as that of the same steps run twice is not off by chance."""

ROUNDING = 1e-5
"""Relative difference of losses that the order of sums makes: a hundred times the 1e-7 at which ways of training the same model
were measured to differ."""


class Saving(Experiment[SavingSeen]):
    """Trains a few steps, saves in every way the user does, loads, and trains on beside the unbroken run."""

    name = "saving"
    question = "Does training go on from a saved model as if nothing had happened?"
    preset = Preset.STANDARD
    height = 8
    traces = 1
    covers = ("H1",)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        del settings
        return 16 + 6 * len(facts.recipe.saves) if facts.recipe.saves else 4

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        return () if outcomes else look_trials(evidence, self.name)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> SavingSeen | Skip | Inconclusive:
        """See `Experiment.read`."""
        seen = read_looks(look_trials(evidence, self.name), outcomes, SavingSeen)
        return seen[0] if isinstance(seen, tuple) else seen


def jump(trip: RoundTrip, seen: SavingSeen) -> float | None:
    """Largest relative distance of a loss after loading from the unbroken run's at the same step.

    Args:
        trip: One way of saving.
        seen: All of them.

    Returns:
        None where the losses differ by no more than those of the same steps run twice, or where training did not go on.
    """
    apart = _apart(trip.losses, seen.unbroken)
    if not trip.losses or apart <= max(ROUNDING, NOISE * _apart(seen.again, seen.unbroken)):
        return None
    return apart


def saving_trials(evidence: Evidence) -> tuple[str, ...]:
    """Ids of the trials behind what was seen.

    Args:
        evidence: Of all rungs.
    """
    return tuple(trial.id for trial in look_trials(evidence, Saving.name))


def _apart(losses: Sequence[float], others: Sequence[float]) -> float:
    """Largest difference over the larger of the two; NaN on both sides is none."""
    pairs = [(one, other) for one, other in zip(losses, others, strict=False) if not (one != one and other != other)]
    return max((abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0 for one, other in pairs), default=0.0)
