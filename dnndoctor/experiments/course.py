"""The user's own course in steps, the horizon of short trials, and the skill a trial reached on the rows that count."""

import math
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, Scores
from dnndoctor.experiments import Preset, Settings

HORIZON = {Preset.STATIC: 0, Preset.QUICK: 150, Preset.STANDARD: 200, Preset.DEEP: 400}
"""Steps of a short trial by preset: an epoch of 5,000 rows at batch size 32 is 156 steps."""

ENOUGH_ROWS = 50
"""Held-out rows from which skill is read: below, a share has a standard error above 0.07 (0.5 / sqrt(50))."""

WORST_SKILL = -1.0
"""Skills below are read as this: a prediction a thousand times off is as useless as one twice off, and must not rule a mean."""


@dataclass(frozen=True, slots=True)
class Skill:
    """How well a trial's model predicts.

    Attributes:
        value: 1 is perfect, 0 no better than the best constant predictor.
        rows: "validation" or "train".
    """

    value: float
    rows: str


def course_steps(facts: Facts) -> int | None:
    """Optimizer steps of the user's whole recipe; None where the data has no known end."""
    recipe = facts.recipe
    if recipe.steps_per_epoch is not None:
        return max(1, recipe.epochs * recipe.steps_per_epoch)
    if facts.data.rows_total is None:
        return None
    return max(1, recipe.epochs * math.ceil(facts.data.rows_total / recipe.batch_size))


def horizon(facts: Facts, settings: Settings) -> int:
    """Steps of a short trial: the preset's, and never more than the user's own recipe takes.

    What a short trial reaches can then be held against the user's own run: it had no more steps.
    """
    short = settings.steps(HORIZON[settings.preset])
    return min(short, course_steps(facts) or short)


def scoring_steps(facts: Facts) -> float:
    """What scoring one trial costs, in steps of the user's own batch size.

    Four evaluations (the start, the end in inference and in training mode, held-out rows) of as many rows as the engine takes for
    a model of this speed. A forward pass is a third of a step: the backward pass costs about two of them (Kaplan et al., 2020,
    section 2.1).
    """
    seconds = facts.engine.step_seconds
    most = next((rows for slow, rows in ((0.5, 128), (0.05, 512)) if seconds > slow), 2048)
    rows = 3 * min(most, facts.data.rows_sampled) + min(most, facts.data.validation_rows)
    return rows / facts.recipe.batch_size / 3


def train_skill(scores: Scores) -> float | None:
    """Skill on the trial's own rows: the better of inference and training mode, None where nothing can be decoded.

    Early in training, batch normalisation's moving statistics lag behind: in inference mode the same weights then look
    worse than they are. Dropout does the opposite.
    """
    skills = [score.skill for score in (scores.train, scores.train_mode) if score is not None and score.skill is not None]
    return max((max(WORST_SKILL, each) for each in skills), default=None)


def validation_skill(scores: Scores) -> float | None:
    """Skill on the held-out rows, None where there are none or nothing can be decoded."""
    if scores.validation is None or scores.validation.skill is None:
        return None
    return max(WORST_SKILL, scores.validation.skill)


def skill(facts: Facts, outcome: Outcome) -> Skill | None:
    """Skill on held-out rows where there are enough of them, otherwise on the trial's own.

    Args:
        facts: Of the subject.
        outcome: A scored trial on all rows.

    Returns:
        None where nothing can be decoded.
    """
    held_out = validation_skill(outcome.scores)
    if held_out is not None and facts.data.validation_rows >= ENOUGH_ROWS:
        return Skill(held_out, "validation")
    own = train_skill(outcome.scores)
    return Skill(own, "train") if own is not None else None


def constant_margin(rows: int) -> float:
    """Skill that is no evidence of anything learnt: two standard errors of a share or variance over that many rows.

    Args:
        rows: Rows that the skill was read on.

    Returns:
        2 / sqrt(rows), at least 0.02 and at most 0.1.
    """
    return max(0.02, min(0.1, 2 / math.sqrt(max(1, rows))))
