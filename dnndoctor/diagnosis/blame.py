"""Who is to blame in one line: the data, the model or the optimisation, by what the controls came to."""

import math
import statistics
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.input_scale import scalable
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.better_recipe import better_recipes
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.own_course import OwnCourse, reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import Reference, ReferenceModel
from dnndoctor.experiments.shortfall import falls_short
from dnndoctor.experiments.sickness import SicknessKind, has, sicknesses
from dnndoctor.experiments.teacher_data import Taught, TeacherData

LARGE_TARGETS = 10.0
"""Size of targets from which the reference, which standardises them, has an easier task than a model that does not."""


class Side(StrEnum):
    """Who is to blame."""

    DATA = "data"
    MODEL = "model"
    OPTIMISATION = "optimisation"


@dataclass(frozen=True, slots=True)
class Blame:
    """Who is to blame, and why.

    Attributes:
        side: Who.
        why: The measurements, as sentences.
    """

    side: Side
    why: str


def blame(evidence: Evidence) -> Blame | None:
    """Splits the blame between data, model and optimisation.

    What a small reference learns of the same data is no fault of the data. What the user's model and recipe learn of a teacher's
    targets, they are able to learn. What the same model reaches by another recipe is a matter of the recipe.

    Args:
        evidence: Of all rungs.

    Returns:
        None where nothing is established against the user's own run, or the controls leave it open.
    """
    course, reference, taught = evidence.of(OwnRecipe), evidence.of(ReferenceModel), evidence.of(TeacherData)
    if course is None or reference is None or not sicknesses(evidence):
        return None
    held_out = course.held_out and reference.held_out
    skills = reached(course.runs, held_out=held_out)
    other = reference.skills if held_out else reference.signal
    if not skills or not other:
        return None
    own = statistics.fmean(skills)
    if reference.finds_nothing:
        return _of_the_data(own, reference, taught)
    if not falls_short(skills, other):
        return None
    learnable = f"A small reference model reaches {statistics.fmean(other):.2f} on this data where yours {_end(course, own)}"
    return _of_the_recipe(evidence, learnable, taught) or _of_the_model(evidence, learnable, taught)


def _of_the_data(own: float, reference: Reference, taught: Taught | None) -> Blame | None:
    if own > reference.margin or taught is None or not taught.learnable or not taught.learnt:
        return None
    return Blame(
        Side.DATA,
        "Neither your model nor a small reference model does better than a constant, and of a teacher's targets on the same "
        f"inputs yours learns {taught.skill:.2f}.",
    )


def _of_the_recipe(evidence: Evidence, learnable: str, taught: Taught | None) -> Blame | None:
    better = max(better_recipes(evidence), key=lambda each: each.gain, default=None)
    if better is not None and has(evidence, SicknessKind.FALLS_SHORT):
        return Blame(Side.OPTIMISATION, f"{learnable}; {better.how} yours reaches {statistics.fmean(better.other):.2f}.")
    if has(evidence, SicknessKind.STILL_FALLING):
        return Blame(Side.OPTIMISATION, f"{learnable}, whose loss still falls when its epochs end.")
    if taught is not None and taught.learnable and taught.learnt_with_adam and taught.adam_skill is not None:
        return Blame(
            Side.OPTIMISATION,
            f"{learnable}. Of a teacher's targets yours learns {taught.skill:.2f} by its own recipe and "
            f"{taught.adam_skill:.2f} with Adam at 0.001.",
        )
    return None


def _of_the_model(evidence: Evidence, learnable: str, taught: Taught | None) -> Blame | None:
    but = _but(evidence.facts)
    if taught is not None and taught.learnable:
        if taught.learnt:
            return Blame(
                Side.MODEL,
                f"{learnable}, though your recipe makes it learn a teacher's targets ({taught.skill:.2f}){but}.",
            )
        adam = f", nor with Adam at 0.001 ({taught.adam_skill:.2f})" if taught.adam_skill is not None else ""
        return Blame(
            Side.MODEL, f"{learnable}, and yours does not learn a teacher's targets either ({taught.skill:.2f}){adam}{but}."
        )
    memory = evidence.of(Memorise)
    if memory is not None and has(evidence, SicknessKind.CANNOT_MEMORISE):
        return Blame(Side.MODEL, f"{learnable}, and yours cannot memorise {memory.decisive} samples{but}.")
    return None


def _but(facts: Facts) -> str:
    """What the reference does for itself that the user's model may lack."""
    targets = [target.array for target in facts.data.targets if target.encoding == "continuous"]
    large = any(math.hypot(array.mean, array.std) > LARGE_TARGETS for array in targets)
    taken = [name for name, is_so in (("inputs", bool(scalable(facts))), ("targets", large)) if is_so]
    return f". The reference standardises the {' and the '.join(taken)}, which yours takes as they are" if taken else ""


def _end(course: OwnCourse, own: float) -> str:
    return "becomes NaN or infinite" if 2 * course.exploded > len(course.runs) else f"stays at {round(own, 2) + 0.0:.2f}"
