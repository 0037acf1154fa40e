"""Adam at three rates against the user's own optimizer, on the user's own recipe."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Race, Variant, expected_race_steps, nothing_to_gain, race_trials, read_race
from dnndoctor.experiments.race_chart import duel_chart

RATES = (1e-3, 1e-4, 1e-2)
"""Of Adam, the paper's own first: where chance alone sets them apart, that one is meant (Kingma & Ba, 2015, section 2)."""

ADAMS = frozenset({"Adam", "AdamW", "Nadam"})
"""Optimizers whose updates are Adam's, apart from how weights decay and how far the momentum looks ahead."""

OWN_OPTIMIZER = "the user's own optimizer at its best rate"


@dataclass(frozen=True, slots=True)
class Optimizers:
    """What other optimizers came to.

    Attributes:
        own: Class name of the user's.
        race: Of Adam at several rates and, where the sweep recommends another rate, of the user's own optimizer at that one.
    """

    own: str
    race: Race

    @property
    def own_best(self) -> float:
        """What the user's own optimizer came to in the screening, at its own or at the recommended rate."""
        entry = self.race.entry(OWN_OPTIMIZER)
        own = sum(self.race.own) / len(self.race.own)
        return own if entry is None else max(own, entry.mean)


class OtherOptimizers(Experiment[Optimizers]):
    """Races Adam at three rates, and the user's own optimizer at the rate that the sweep recommends, against the user's recipe.

    The own optimizer comes first, so that it wins where chance alone sets it apart from Adam: then its rate is the matter.
    """

    name = "other_optimizers"
    question = "Does Adam get where no rate of the user's own optimizer does?"
    preset = Preset.STANDARD
    height = 85
    covers = ("H1",)
    needs = (OwnRecipe, LearningRateSweep)
    traces = 1

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        return 0.0 if _unfit(facts) else expected_race_steps(facts, settings, len(RATES) + 1)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not outcomes and (reason := _unfit(evidence.facts) or nothing_to_gain(evidence)):
            return Skip(reason)
        return race_trials(evidence, _variants(evidence), outcomes)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Optimizers | Inconclusive:
        """See `Experiment.read`."""
        race = read_race(evidence, _variants(evidence), outcomes)
        if race is None:
            return Inconclusive("the user's own recipe, or all others, did not come to their end")
        return Optimizers(evidence.facts.recipe.optimizers[0].kind, race)

    def charts(self, evidence: Evidence, observation: Optimizers) -> Sequence[Chart]:
        """See `Experiment.charts`: the losses of the duel."""
        chart = duel_chart(evidence, observation.race)
        return (chart,) if chart is not None else ()


def _unfit(facts: Facts) -> str:
    """Why Adam cannot be held against the user's optimizer, empty where it can."""
    optimizers = facts.recipe.optimizers
    if not optimizers:
        return "the model holds no optimizer that could be replaced"
    if len(optimizers) > 1:
        return f"the model trains with {len(optimizers)} optimizers at once, which one other cannot replace"
    if optimizers[0].kind in ADAMS:
        return f"the user's optimizer is {optimizers[0].kind}, whose rates the learning-rate sweep tries"
    return ""


def _variants(evidence: Evidence) -> tuple[Variant, ...]:
    response = evidence.of(LearningRateSweep)
    adams = tuple(
        Variant(f"Adam at {rate:g}", (Edit("optimizer", {"class_name": "Adam", "learning_rate": rate}),)) for rate in RATES
    )
    if response is None or response.recommended == 1.0:
        return adams
    return (Variant(OWN_OPTIMIZER, (Edit("learning_rate", {"factor": response.recommended}),)), *adams)
