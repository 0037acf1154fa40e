"""The plainest losses for numbers against a squared error that few rows rule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.contract import Head, heads
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import known_heads, loss_of
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Race, Variant, expected_race_steps, nothing_to_gain, race_trials, read_race
from dnndoctor.experiments.race_chart import duel_chart

PLAIN = ("huber", "mean_absolute_error", "mean_squared_error")
"""The losses that race, the one nearest to a squared error first: where chance alone sets them apart, that one is meant. The
squared error races where the user's own loss is only like one."""

HEAVY = 0.15
"""Share of the gradient in the hands of a hundredth of the rows from which another loss is tried: 0.04 for normally distributed
targets, 0.07 for exponential, 0.11 for log-normal ones of deviation 1; 0.18 to 0.27 where three rows in a hundred are off by 10
to 20 deviations (measured on 1,000 rows)."""

FAR = 4.0
"""Distance of the farthest target from the mean, in standard deviations, below which there is no outlier: one row in twenty that
is equally far off lies at 4.5, the farthest of 10,000 normally distributed ones at 3.9."""

SQUARED = "mean_squared_error"


@dataclass(frozen=True, slots=True)
class SimplerLosses:
    """What plainer losses came to.

    Attributes:
        output: Name of the output whose loss it is.
        loss: The user's own.
        worst_share: Of the gradient at the best constant, that of the hundredth of the rows with the largest ones.
        race: Of the losses.
    """

    output: str
    loss: str
    worst_share: float
    race: Race


class LossSimplified(Experiment[SimplerLosses]):
    """Races the Huber loss and the absolute error against the user's squared error, by skill in the user's own units.

    Only where a hundredth of the rows has much of the gradient, and the user's own run leaves something to gain.
    """

    name = "loss_simplified"
    question = "Do a few far-off targets rule the loss?"
    preset = Preset.STANDARD
    height = 82
    covers = ("D8",)
    needs = (OwnRecipe, LossAndMetrics)
    traces = 2

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        return expected_race_steps(facts, settings, len(PLAIN) - 1) if any(map(_has_far_targets, heads(facts))) else 0.0

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        ruled = _ruled(evidence)
        if ruled is None:
            return Skip("no squared error in which a few rows have much of the gradient")
        if not outcomes and (reason := nothing_to_gain(evidence)):
            return Skip(reason)
        return race_trials(evidence, _variants(ruled[0]), outcomes)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> SimplerLosses | Inconclusive:
        """See `Experiment.read`."""
        ruled = _ruled(evidence)
        race = read_race(evidence, _variants(ruled[0]), outcomes) if ruled is not None else None
        if ruled is None or race is None:
            return Inconclusive("the user's own recipe, or all others, did not come to their end")
        head, share = ruled
        return SimplerLosses(head.output.name, _own(head), share, race)

    def charts(self, evidence: Evidence, observation: SimplerLosses) -> Sequence[Chart]:
        """See `Experiment.charts`: the losses of the duel."""
        chart = duel_chart(evidence, observation.race)
        return (chart,) if chart is not None else ()


def _ruled(evidence: Evidence) -> tuple[Head, float] | None:
    """The output whose squared error is most in the hands of a few rows, and their share; None where there is none."""
    found = []
    # The names are those of the losses as they were seen to be, the outputs those that the user has.
    for known, head in zip(known_heads(evidence), heads(evidence.facts), strict=True):
        seen = loss_of(evidence, head)
        share = None if seen is None else seen.worst_share
        squared = known.loss is not None and known.loss.name == SQUARED
        if share is not None and share >= HEAVY and squared and _has_far_targets(head):
            found.append((head, share))
    return max(found, key=lambda pair: pair[1], default=None)


def _has_far_targets(head: Head) -> bool:
    target, loss = head.target, head.output.loss
    numbers = target is not None and target.task == "regression" and loss is not None
    squared = numbers and loss is not None and (not loss.built_in or loss.name == SQUARED)
    return squared and target is not None and _farthest(target.array) >= FAR


def _farthest(array: ArrayFacts) -> float:
    """Of a value from the mean, in standard deviations; 0 where that is not known."""
    if not array.std > 0:
        return 0.0
    far = max(array.maximum - array.mean, array.mean - array.minimum) / array.std
    return far if math.isfinite(far) else 0.0


def _variants(head: Head) -> tuple[Variant, ...]:
    loss = head.output.loss
    own = SQUARED if loss is not None and loss.built_in else ""
    return tuple(
        Variant(name.replace("_", " "), (Edit("loss", {"output": head.output.name, "name": name}),))
        for name in PLAIN
        if name != own
    )


def _own(head: Head) -> str:
    return head.output.loss.name if head.output.loss is not None else ""
