"""The user's own recipe with what looks odd in it undone, one choice at a time."""

from collections.abc import Sequence

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.odd_choices import odd_choices
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Race, expected_race_steps, nothing_to_gain, race_trials, read_race
from dnndoctor.experiments.race_chart import duel_chart


class OddChoicesUndone(Experiment[Race]):
    """Races the recipe with each odd choice undone against the recipe as it is.

    What only looks odd costs nothing on many healthy models; what it costs on this one is measured.
    """

    name = "odd_choices_undone"
    question = "Does the recipe do better without what looks odd in it?"
    preset = Preset.STANDARD
    height = 48
    covers = ("edit: dropout", "edit: regularisation", "edit: class weights")
    needs = (OwnRecipe,)
    traces = 3

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        variants = odd_choices(facts)
        return expected_race_steps(facts, settings, len(variants)) if variants else 0.0

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        variants = odd_choices(evidence.facts)
        if not outcomes and not variants:
            return Skip("no layer, weight, target or class looks odd")
        if not outcomes and (reason := nothing_to_gain(evidence)):
            return Skip(reason)
        return race_trials(evidence, variants, outcomes)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Race | Inconclusive:
        """See `Experiment.read`."""
        race = read_race(evidence, odd_choices(evidence.facts), outcomes)
        return race or Inconclusive("the user's own recipe, or all variants, did not come to their end")

    def charts(self, evidence: Evidence, observation: Race) -> Sequence[Chart]:
        """See `Experiment.charts`: the losses of the duel."""
        chart = duel_chart(evidence, observation)
        return (chart,) if chart is not None else ()
