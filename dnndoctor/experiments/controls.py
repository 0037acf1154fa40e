"""Controls that must fail, and one that must not: no inputs, shuffled targets; and random targets on a handful of samples."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.control_runs import ControlRun, control_runs
from dnndoctor.experiments.course import ENOUGH_ROWS, constant_margin, course_steps, scored_rows, scoring_steps, step_cost
from dnndoctor.experiments.curves import usable
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.memorise import DECISIVE, STEPS, Memorise, decisive_size, read_run, tiny_trial
from dnndoctor.experiments.memory import MemoryRun
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, recipe_trial
from dnndoctor.experiments.race import nothing_to_gain

CONTROL_STEPS = 200
"""Most steps of a control on the whole set: what inputs or targets tell, development models show in a hundred."""

ORDERS = 5
"""Orders of the targets in all, where the first gives skill. Two groups of rows meet their own labels by chance in a quarter of
the orders; in all five they do so once in a thousand times, as long as no two runs begin with the same weights."""

ZEROS = Edit("zero_inputs")


@dataclass(frozen=True, slots=True)
class NegativeControls:
    """What the controls came to.

    Attributes:
        zeros: The user's recipe without inputs; None where it was not run.
        shuffled: The user's recipe on shuffled targets, an order each; empty where there are too few held-out rows.
        random: A handful of samples with random targets; None where that was not asked.
        margin: Skill on the held-out rows that could be chance.
    """

    zeros: ControlRun | None
    shuffled: tuple[ControlRun, ...]
    random: MemoryRun | None
    margin: float


class Controls(Experiment[NegativeControls]):
    """Runs the user's recipe without inputs and on shuffled targets, and a handful of samples on random ones.

    Where the user's own run leaves little to gain, only the shuffled targets are asked: if they give skill, it is from elsewhere.
    """

    name = "controls"
    question = "Does it learn from its inputs and targets, and from nothing else?"
    preset = Preset.STANDARD
    height = 44
    needs = (Memorise, OwnRecipe)
    covers = ("control: zeros", "control: shuffled labels", "control: random labels")

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        if not facts.data.targets:
            return 0.0
        longest = settings.steps(CONTROL_STEPS)
        run = min(course_steps(facts) or longest, longest) + scoring_steps(facts)
        return (1 + _enough_held_out(facts)) * run + settings.steps(STEPS) * step_cost(facts, DECISIVE)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        facts = evidence.facts
        if not facts.data.targets:
            return Skip("the data has no targets that could be taken away")
        if not outcomes:
            shuffled = (_shuffled(evidence, 0),) if _enough_held_out(facts) else ()
            if not (reason := nothing_to_gain(evidence)):
                return (_zeros(evidence), *shuffled, _random(evidence))
            return shuffled if shuffled and evidence.of(OwnRecipe) is not None else Skip(reason)
        seen = self.read(evidence, outcomes)
        if isinstance(seen, Inconclusive) or not seen.shuffled or not _is_skill(seen.shuffled[0], seen.margin):
            return ()
        return [trial for trial in _orders(evidence) if trial.id not in outcomes]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> NegativeControls | Inconclusive:
        """See `Experiment.read`."""
        zeros = control_runs((_zeros(evidence),), outcomes)
        shuffled = control_runs(_orders(evidence), outcomes)
        random = outcomes.get(_random(evidence).id)
        remembered = read_run(evidence, random) if random is not None and usable(random) else None
        if not zeros and not shuffled and remembered is None:
            return Inconclusive("no control came to its end")
        rows = scored_rows(evidence.facts, evidence.facts.data.validation_rows)
        return NegativeControls(zeros[0] if zeros else None, shuffled, remembered, constant_margin(rows))

    def charts(self, evidence: Evidence, observation: NegativeControls) -> Sequence[Chart]:
        """See `Experiment.charts`: the losses of the user's own recipe and of its controls."""
        course = evidence.of(OwnRecipe)
        if course is None or observation.zeros is None:
            return ()
        trials = {"as it is": course.runs[0].trial, "inputs all zero": observation.zeros.trial}
        if observation.shuffled:
            trials["targets shuffled"] = observation.shuffled[0].trial
        known = {name: evidence.outcomes[trial].losses for name, trial in trials.items() if trial in evidence.outcomes}
        # Beyond the end of the shortest there is nothing to compare with.
        shortest = min(map(len, known.values()), default=0)
        chart = loss_chart(
            "The loss, and what it is without inputs or targets", {name: each[:shortest] for name, each in known.items()}
        )
        return () if chart is None else (chart,)


def skill_from_nothing(seen: NegativeControls) -> bool:
    """Whether the held-out rows were predicted beyond chance in every order of the training targets."""
    return len(seen.shuffled) == ORDERS and all(_is_skill(run, seen.margin) for run in seen.shuffled)


def _is_skill(run: ControlRun, margin: float) -> bool:
    return run.validation_skill is not None and run.validation_skill > margin


def control_steps(evidence: Evidence) -> int:
    """Steps of a control on the whole set, never more than the user's own run takes."""
    return min(recipe_steps(evidence), evidence.settings.steps(CONTROL_STEPS))


def _enough_held_out(facts: Facts) -> bool:
    return facts.data.validation_rows >= ENOUGH_ROWS


def _zeros(evidence: Evidence) -> Trial:
    return recipe_trial(evidence, evidence.settings.seeds[0], ZEROS, steps=control_steps(evidence))


def _shuffled(evidence: Evidence, order: int) -> Trial:
    """A run on one order of the targets, from initial weights of its own: some predict classes before any training."""
    edit = Edit("shuffled_labels", {"seed": order})
    return recipe_trial(evidence, evidence.settings.seeds[0] + order, edit, steps=control_steps(evidence))


def _orders(evidence: Evidence) -> tuple[Trial, ...]:
    return tuple(_shuffled(evidence, order) for order in range(ORDERS))


def _random(evidence: Evidence) -> Trial:
    return tiny_trial(evidence, decisive_size(evidence.facts), evidence.settings.seeds[0], Edit("random_labels", {"seed": 0}))
