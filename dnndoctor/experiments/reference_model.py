"""A simple reference model on the user's data: is there anything to learn, and how much of it is easy?"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.control_runs import ControlRun, control_runs, why_not
from dnndoctor.experiments.course import ENOUGH_ROWS, constant_margin, scored_rows
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import nothing_to_gain

REFERENCE_STEPS = 600
"""On rows of numbers or ids: at batch size 32 19,200 samples, four passes over 5,000 rows."""

CONVOLVED_STEPS = 300
"""On images and series, whose steps cost more and tell more: every row has many positions. Digits come to a skill of 0.95."""

STEP_SECONDS, CONVOLVED_SECONDS = 1e-3, 4e-3
"""CPU time of a step of the reference on rows and on small images (measured); a plan is made by it, nothing is judged."""

REFERENCE = Edit("reference_model")


@dataclass(frozen=True, slots=True)
class Reference:
    """What the reference came to.

    Attributes:
        runs: On the user's data, one a seed, all decoded.
        shuffled: On the same data with the targets shuffled: what it fits of noise; None where that was not run.
        held_out: Whether there are enough held-out rows to read skill from.
        margin: Skill that could be chance.
    """

    runs: tuple[ControlRun, ...]
    shuffled: ControlRun | None
    held_out: bool
    margin: float

    @property
    def trained(self) -> tuple[float, ...]:
        """Skill on the training rows by seed."""
        return tuple(run.train_skill for run in self.runs if run.train_skill is not None)

    @property
    def signal(self) -> tuple[float, ...]:
        """The same without what the reference fits of noise as well."""
        noise = 0.0 if self.shuffled is None else max(0.0, self.shuffled.train_skill or 0.0)
        return tuple(skill - noise for skill in self.trained)

    @property
    def skills(self) -> tuple[float, ...]:
        """Skill by seed on held-out rows where there are enough; else `signal`."""
        if self.held_out:
            return tuple(run.validation_skill for run in self.runs if run.validation_skill is not None)
        return self.signal

    @property
    def skill(self) -> float:
        """Mean of `skills`."""
        return statistics.fmean(self.skills)

    @property
    def finds_nothing(self) -> bool:
        """Whether it does no better than a constant, neither on held-out nor on training rows."""
        return max(*self.skills, *self.signal) <= self.margin

    @property
    def trials(self) -> tuple[str, ...]:
        """Ids of all its runs."""
        return tuple(run.trial for run in (*self.runs, *((self.shuffled,) if self.shuffled is not None else ())))


class ReferenceModel(Experiment[Reference]):
    """Trains the reference on the user's data, on two seeds.

    Where no held-out rows show what it learns, it is trained on shuffled targets, too, which shows what it fits of noise.
    """

    name = "reference_model"
    question = "Does a simple reference model learn this data?"
    preset = Preset.STANDARD
    height = 45
    needs = (OwnRecipe,)
    traces = 1
    covers = ("control: reference model",)

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        if not facts.data.targets:
            return 0.0
        runs = len(settings.seeds[:2]) + (facts.data.validation_rows < ENOUGH_ROWS)
        seconds = CONVOLVED_SECONDS if _convolves(facts) else STEP_SECONDS
        return runs * settings.steps(reference_steps(facts)) * seconds / max(facts.engine.step_seconds, 1e-9)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if not outcomes and not evidence.facts.data.targets:
            return Skip("the data has no targets that a reference could learn")
        if not outcomes and (reason := nothing_to_gain(evidence)):
            return Skip(reason)
        if not outcomes:
            return _own(evidence)
        seen = self.read(evidence, outcomes)
        # Held-out rows that it predicts need no comparison with noise.
        if isinstance(seen, Inconclusive) or seen.shuffled is not None or (seen.held_out and max(seen.skills) > seen.margin):
            return ()
        return [trial for trial in (_shuffled(evidence),) if trial.id not in outcomes]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Reference | Inconclusive:
        """See `Experiment.read`."""
        runs = tuple(run for run in control_runs(_own(evidence), outcomes) if run.train_skill is not None)
        if not runs:
            return Inconclusive(why_not(_own(evidence), outcomes))
        shuffled = control_runs((_shuffled(evidence),), outcomes)
        data = evidence.facts.data
        held_out = data.validation_rows >= ENOUGH_ROWS and all(run.validation_skill is not None for run in runs)
        rows = scored_rows(evidence.facts, data.validation_rows if held_out else data.rows_sampled)
        return Reference(runs, shuffled[0] if shuffled else None, held_out, constant_margin(rows))


def reference_steps(facts: Facts) -> int:
    """Steps of the reference where the budget is no bound.

    Args:
        facts: With the form of the inputs.
    """
    return CONVOLVED_STEPS if _convolves(facts) else REFERENCE_STEPS


def _convolves(facts: Facts) -> bool:
    return any(len(array.shape) >= 2 for array in facts.data.inputs)


def reference_trial(evidence: Evidence, seed: int, *edits: Edit) -> Trial:
    """A run of the reference.

    Args:
        evidence: With the settings.
        seed: Of the trial.
        edits: What is changed of the data; nothing for the user's own.
    """
    return Trial((*edits, REFERENCE), steps=evidence.settings.steps(reference_steps(evidence.facts)), seed=seed)


def _own(evidence: Evidence) -> tuple[Trial, ...]:
    return tuple(reference_trial(evidence, seed) for seed in evidence.settings.seeds[:2])


def _shuffled(evidence: Evidence) -> Trial:
    return reference_trial(evidence, evidence.settings.seeds[0], Edit("shuffled_labels", {"seed": 0}))
