"""Labels that nothing in the inputs tells."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.sickness import SicknessKind, sicknesses
from dnndoctor.experiments.teacher_data import TeacherData
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

LEARNS = 0.5
"""Skill of the reference from which the labels are plainly no fault: half of what a constant leaves open."""


class LabelsNotLearnable(Rule):
    """Neither your model nor a simple reference model finds anything in the inputs that tells the targets.

    What was looked at:
        A small reference model with standardised inputs and the right head, trained on your data and on the same data with
        shuffled targets; and your own model and recipe on the targets of a teacher, a small network on the same inputs.

    Why it matters:
        Your model learns what there is to learn of these inputs, as the teacher's targets show. That it learns nothing of your
        targets, and the reference does not either, speaks for the targets: they belong to other rows, or to nothing.

    What to do:
        Look at a few rows by eye: do inputs and targets belong together? Look for a shuffle, a sort or a join that moved one of
        them and not the other, for rows that were dropped from one only, and for labels that were overwritten.

    When it is not a fault:
        Targets that cannot be told from these inputs, such as tomorrow's prices. And tasks that no simple model finds a beginning
        of, such as parity.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on input-independent and simple baselines.
        M. Ojala, G. Garriga, "Permutation tests for studying classifier performance" (2010), JMLR 11.
    """

    code = "DD035"
    name = "labels-not-learnable"
    causes = (Cause.LABELS,)
    needs = (OwnRecipe, ReferenceModel)
    rung = ReferenceModel.name
    covers = ("control: reference model", "control: teacher data")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        reference, taught = evidence.of(ReferenceModel), evidence.of(TeacherData)
        assert reference is not None  # in `needs`
        if reference.skill >= LEARNS:
            text = f"a small reference model reaches skill {reference.skill:.2f} on the same data"
            yield RuledOut(Cause.LABELS, text)
            return
        kind = SicknessKind.NO_BETTER_THAN_CONSTANT
        sickness = next((each for each in sicknesses(evidence) if each.kind is kind), None)
        if sickness is None or not reference.finds_nothing or taught is None or not taught.learnable or not taught.learnt:
            return
        on = "held-out" if reference.held_out else "training"
        yield Finding(
            self.code,
            self.name,
            Cause.LABELS,
            "Nothing that your model or a simple reference model finds in the inputs tells the targets",
            Severity.ERROR,
            # Three causes leave such a picture: labels that were moved, inputs that say nothing, a task that is hard to begin.
            0.55,
            evidence=(
                sickness.as_evidence(),
                Statement(
                    f"a small reference model comes to skill {reference.skill + 0.0:.2f} on {on} rows in "
                    f"{reference.runs[0].steps:,} steps (up to {reference.margin:.2f} could be chance)",
                    ReferenceModel.name,
                    {"skill": reference.skill, "margin": reference.margin},
                    reference.trials,
                ),
                Statement(
                    f"on a teacher's targets for the same inputs your model and recipe come to {taught.skill:.2f}",
                    TeacherData.name,
                    {"skill": statistics.fmean(run.train_skill or 0.0 for run in taught.own)},
                    tuple(run.trial for run in taught.own),
                ),
            ),
        )
