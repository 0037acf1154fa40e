"""A patient on paper that answers controls, too: a reference model, a teacher's targets, shuffled and random ones."""

from dataclasses import dataclass, replace

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, Scores, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Preset, Settings
from dnndoctor.experiments.controls import Controls
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.teacher_data import TeacherData
from tests.evidence_samples import facts, output_score, score
from tests.experiments.toy_patient import CONSTANT_LOSS, ToyPatient, climb

STANDARD = Settings(Preset.STANDARD, (0, 1))
HELD_OUT = facts(data={"validation_rows": 400, "validation_source": "given"})


@dataclass(frozen=True)
class ControlPatient(ToyPatient):
    """A model and its data, apart.

    Attributes:
        reference: Skill of the reference on the user's data; None where it cannot be made.
        fits_noise: Skill of the reference on the training rows when their targets are shuffled.
        taught: Skill of the user's model and recipe on the teacher's targets; None where it cannot be decoded.
        taught_with_adam: The same with Adam.
        teachable: Skill of the reference on the teacher's targets.
        leaks: Skill on held-out rows after training on shuffled targets, for orders up to `leaking_orders`.
        leaking_orders: How many orders of the targets give that skill.
        held_out: Skill of the user's own runs on held-out rows; None where it is that of the training rows.
    """

    reference: float | None = 0.9
    fits_noise: float = 0.1
    taught: float | None = 0.9
    taught_with_adam: float = 0.9
    teachable: float = 0.95
    leaks: float = 0.0
    leaking_orders: int = 99
    held_out: float | None = None

    def answer(self, trial: Trial) -> Outcome:
        """See `ToyPatient`."""
        names = {edit.name for edit in trial.edits}
        if "reference_model" in names and self.reference is None:
            return Outcome(trial, State.IMPOSSIBLE, "An input is text.")
        if "reference_model" in names:
            taught, shuffled = "teacher_targets" in names, "shuffled_labels" in names
            known = self.teachable if taught else 0.0 if shuffled else self.reference
            trained = self.fits_noise if shuffled else known
            return _scored(trial, trained, known)
        if "teacher_targets" in names:
            reached = self.taught_with_adam if "optimizer" in names else self.taught
            return _scored(trial, reached, reached)
        if "shuffled_labels" in names:
            order = next(int(edit.parameters["seed"] or 0) for edit in trial.edits if edit.name == "shuffled_labels")
            return _scored(trial, 0.02, self.leaks if order < self.leaking_orders else 0.0)
        if "zero_inputs" in names and trial.rows is None:
            return _scored(trial, 0.0 if self.decodes else None, 0.0 if self.decodes else None)
        outcome = super().answer(trial)
        if trial.rows is not None or outcome.scores.train is None:
            return outcome
        held_out = outcome.scores.train if self.held_out is None else score(outputs={"output": output_score(self.held_out)})
        return replace(outcome, scores=replace(outcome.scores, validation=held_out))


def _scored(trial: Trial, trained: float | None, held_out: float | None) -> Outcome:
    loss = CONSTANT_LOSS * (1 - max(0.0, trained or 0.0))
    ends = [score(loss, outputs={"output": output_score(skill)}) for skill in (trained, held_out)]
    return Outcome(
        trial,
        State.FINISHED,
        path="replicas",
        batch_size=32,
        steps_run=trial.steps,
        losses=(CONSTANT_LOSS, *(loss,) * (trial.steps - 1)),
        scores=Scores(score(CONSTANT_LOSS), ends[0], ends[0], ends[1]),
        seconds=0.01,
    )


def controlled(patient: ControlPatient, subject: Facts = HELD_OUT, settings: Settings = STANDARD) -> Evidence:
    """What memorising, the recipe, the controls and the rates show of a patient."""
    evidence = Evidence(subject, settings)
    for kind in (Memorise, OwnRecipe, Controls, ReferenceModel, TeacherData, LearningRateSweep):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence
