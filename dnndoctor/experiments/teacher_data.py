"""The user's model on targets that are known to be learnable: is it able, and is its recipe?"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.control_runs import ControlRun, control_runs, why_not
from dnndoctor.experiments.course import course_steps, scoring_steps
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.memorise import attempts_for
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_steps, recipe_trial
from dnndoctor.experiments.race import nothing_to_gain
from dnndoctor.experiments.reference_model import ReferenceModel, reference_trial

TEACHER_STEPS = 300
"""Most steps of one run, so that it costs less than the user's own."""

LEARNT = 0.2
"""Skill on the training rows from which a model is able to learn the teacher's targets, though it may need longer. In so many
steps development models with Adam at 0.001 came to 0.25 and more (a small CNN on ten classes of digits), sick ones to 0.01."""

FAIR = 0.5
"""Skill of the reference from which the teacher's targets are a fair question: half of what a constant leaves open."""

TEACHER = Edit("teacher_targets")
ADAM = Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-3})


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt of the teacher's targets.

    Attributes:
        own: The user's model and recipe, one run a seed, all decoded.
        adam: The user's model with Adam at 1e-3; empty where the user's recipe did it, or is that one.
        reference: The reference model; None where it was not run.
    """

    own: tuple[ControlRun, ...]
    adam: tuple[ControlRun, ...]
    reference: ControlRun | None

    @property
    def skill(self) -> float:
        """Mean skill of the user's model and recipe on the training rows."""
        return _mean(self.own)

    @property
    def adam_skill(self) -> float | None:
        """Mean skill of the user's model with Adam, None where that was not run."""
        return _mean(self.adam) if self.adam else None

    @property
    def learnable(self) -> bool:
        """Whether the reference learns the teacher's targets, so that they are a fair question."""
        return self.reference is not None and (self.reference.train_skill or 0.0) >= FAIR

    @property
    def learnt(self) -> bool:
        """Whether the user's model learns them with its own recipe."""
        return self.skill >= LEARNT

    @property
    def learnt_with_adam(self) -> bool:
        """Whether the user's model learns them with Adam, and does not with its own recipe."""
        return not self.learnt and self.adam_skill is not None and self.adam_skill >= LEARNT


class TeacherData(Experiment[Taught]):
    """Trains the user's model, by the user's recipe, on a teacher's targets; where it fails, again and with Adam at 1e-3."""

    name = "teacher_data"
    question = "Does the user's model learn data that is known to be learnable?"
    preset = Preset.STANDARD
    height = 46
    needs = (OwnRecipe, ReferenceModel)
    traces = 1
    covers = ("control: teacher data",)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: half of the four runs that a model which fails takes."""
        if not facts.data.targets:
            return 0.0
        longest = settings.steps(TEACHER_STEPS)
        return min(course_steps(facts) or longest, longest) + longest + 2 * scoring_steps(facts)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not outcomes and not evidence.facts.data.targets:
            return Skip("the data has no targets that a teacher's could replace")
        if not outcomes and (reason := nothing_to_gain(evidence)):
            return Skip(reason)
        first, *others = _own(evidence)
        if not outcomes:
            return (first, _reference(evidence))
        seen = self.read(evidence, outcomes)
        if isinstance(seen, Inconclusive) or not seen.learnable or seen.learnt:
            return ()
        return [trial for trial in (*others, *_adam(evidence)) if trial.id not in outcomes]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Taught | Inconclusive:
        """See `Experiment.read`."""
        own = _decoded(control_runs(_own(evidence), outcomes))
        if not own:
            return Inconclusive(why_not(_own(evidence), outcomes))
        reference = _decoded(control_runs((_reference(evidence),), outcomes))
        adam = _decoded(control_runs(_adam(evidence), outcomes))
        return Taught(own, adam, reference[0] if reference else None)

    def charts(self, evidence: Evidence, observation: Taught) -> Sequence[Chart]:
        """See `Experiment.charts`: the losses on the teacher's targets, with the user's recipe and with Adam."""
        trials = {"your recipe": observation.own[0].trial}
        if observation.adam:
            trials["Adam at 0.001"] = observation.adam[0].trial
        curves = {name: evidence.outcomes[trial].losses for name, trial in trials.items() if trial in evidence.outcomes}
        chart = loss_chart("The loss of your model on a teacher's targets", curves)
        return () if chart is None else (chart,)


def _own(evidence: Evidence) -> tuple[Trial, ...]:
    steps = min(recipe_steps(evidence), evidence.settings.steps(TEACHER_STEPS))
    return tuple(recipe_trial(evidence, seed, TEACHER, steps=steps) for seed in evidence.settings.seeds[:2])


def _adam(evidence: Evidence) -> tuple[Trial, ...]:
    """None where the user's recipe is Adam at that rate already."""
    if ADAM not in attempts_for(evidence.facts):
        return ()
    steps = evidence.settings.steps(TEACHER_STEPS)
    return tuple(Trial((TEACHER, ADAM), steps=steps, seed=seed) for seed in evidence.settings.seeds[:2])


def _reference(evidence: Evidence) -> Trial:
    return reference_trial(evidence, evidence.settings.seeds[0], TEACHER)


def _decoded(runs: Sequence[ControlRun]) -> tuple[ControlRun, ...]:
    return tuple(run for run in runs if run.train_skill is not None)


def _mean(runs: Sequence[ControlRun]) -> float:
    return statistics.fmean(run.train_skill for run in runs if run.train_skill is not None)
