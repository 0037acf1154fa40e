"""A run that stays far behind a simple reference model."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.sickness import SicknessKind, sicknesses
from dnndoctor.experiments.teacher_data import Taught, TeacherData
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class BehindReference(Rule):
    """Your own recipe stays far behind what a simple model learns of the same data.

    What was looked at:
        Skill after your own recipe, on training and on held-out rows, against a small reference model with standardised inputs,
        the right head and Adam at 0.001; what the reference fits of shuffled targets is taken off where there are no held-out
        rows. On a teacher's targets, which are known to be learnable, it was asked whether model and recipe are able at all.

    Why it matters:
        The data can be learnt, and by little. This is a symptom: other findings name the cause, and this one stands with low
        confidence only where none of them does.

    What to do:
        Treat the first finding. Where there is no other, go from the reference to your model in small steps: its inputs, its head
        and loss, its optimizer, then one layer after the other.

    When it is not a fault:
        A model that is meant to be smaller than the reference, or to answer another question than accuracy or mean error asks.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on simple baselines.
        M. Ferrari Dacrema, P. Cremonesi, D. Jannach, "Are we really making much progress?" (RecSys 2019), on networks that lose
        to simple methods.
    """

    code = "DD521"
    name = "behind-reference"
    causes = (Cause.ARCHITECTURE, Cause.OPTIMIZER)
    needs = (OwnRecipe, ReferenceModel)
    rung = ReferenceModel.name
    covers = ("control: reference model",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        kind = SicknessKind.BEHIND_REFERENCE
        sickness = next((each for each in sicknesses(evidence) if each.kind is kind), None)
        if sickness is None:
            return
        taught = evidence.of(TeacherData)
        able = taught is not None and taught.learnable
        recipe = able and taught is not None and taught.learnt_with_adam
        yield Finding(
            self.code,
            self.name,
            Cause.OPTIMIZER if recipe else Cause.ARCHITECTURE,
            "The user's own run stays far behind a small reference model",
            Severity.ERROR,
            0.2,  # many causes leave such a gap
            evidence=(sickness.as_evidence(), *((_of_the_teacher(taught),) if able and taught is not None else ())),
        )


def _of_the_teacher(taught: Taught) -> Statement:
    adam = f", and {taught.adam_skill:.2f} with Adam at 0.001" if taught.adam_skill is not None else ""
    return Statement(
        f"on a teacher's targets, which the reference learns, the same model comes to {taught.skill:.2f} by its own recipe{adam}",
        TeacherData.name,
        {"skill": taught.skill},
        tuple(run.trial for run in (*taught.own, *taught.adam)),
    )
