"""The user's own course in steps, the horizon of short trials, and the skill a trial reached on the rows that count."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, Scores
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.curves import end_loss, exploded, loss_scale, spread

HORIZON = {Preset.STATIC: 0, Preset.QUICK: 150, Preset.STANDARD: 200, Preset.DEEP: 400}
"""Steps of a short trial by preset: an epoch of 5,000 rows at batch size 32 is 156 steps."""

OVERHEAD = 1e-4
"""Seconds of a step that do not grow with its rows: a small perceptron's whole step at batch size 32 (measured)."""

ROWS_WORTH_A_STEP = 8
"""Rows that cost as much as a step without any, as an assumption for plans; a budget is split by it, nothing is judged by it."""

EVALUATED_ROWS = 32
"""Rows at least that evaluations take at once."""

ENOUGH_ROWS = 50
"""Held-out rows from which skill is read: below, a share has a standard error above 0.07 (0.5 / sqrt(50))."""

SCORED_ROWS = 2048
"""Rows at most that skills are read on, as `Scores` says."""

SCORED_BY_STEP = ((0.5, 128), (0.05, 512))
"""Where a step takes more than so many seconds, the engine scores so many rows at most."""

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


@dataclass(frozen=True, slots=True)
class Attained:
    """What runs that are held against each other came to, all read in one measure.

    Attributes:
        values: By run: skill, or progress of the loss; -1 where it exploded.
        measure: "validation skill", "training skill" or "progress".
    """

    values: tuple[float, ...]
    measure: str


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
    rows = 3 * scored_rows(facts, facts.data.rows_sampled) + scored_rows(facts, facts.data.validation_rows)
    size = max(facts.recipe.batch_size, EVALUATED_ROWS)
    return rows / size / 3 * step_cost(facts, size)


def scored_rows(facts: Facts, rows: int) -> int:
    """How many of so many rows the engine scores, which are fewer for a model whose steps are slow.

    Args:
        facts: With the measured step time.
        rows: That there are.
    """
    seconds = facts.engine.step_seconds
    return min(rows, next((most for slow, most in SCORED_BY_STEP if seconds > slow), SCORED_ROWS))


def step_cost(facts: Facts, rows: int) -> float:
    """What a step of so many rows costs, in steps of the user's own batch size.

    A step costs something by itself and something for each of its rows. The first part is at least `OVERHEAD`, and at least what
    `ROWS_WORTH_A_STEP` rows cost: below that, operations are too small to keep a processor busy.

    Args:
        facts: With the measured step time.
        rows: Of the step.
    """
    own = max(1, min(facts.recipe.batch_size, facts.data.rows_sampled))
    seconds = facts.engine.step_seconds
    by_itself = max(OVERHEAD / seconds if seconds > 0 else 1.0, ROWS_WORTH_A_STEP / (ROWS_WORTH_A_STEP + own))
    fixed = min(1.0, by_itself)
    return fixed + (1 - fixed) * rows / own


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


LEAST_LEFT = 0.02
"""Share that is taken to be left where runs are right on every row: of 150 rows that all are right, so much could be wrong in the
long run (rule of three)."""


def resolution(facts: Facts, skill: float) -> float:
    """How finely the rows that skill is read on tell it: two standard errors of a share, which shrink as less is left to 1.

    Args:
        facts: Of the subject.
        skill: Or progress, near which runs are to be told apart.
    """
    return constant_margin(rows_read(facts)) * math.sqrt(min(1.0, max(LEAST_LEFT, 1 - skill)))


def attained(facts: Facts, runs: Sequence[Outcome]) -> Attained:
    """Reads what runs came to in one measure: skill where all that stayed finite can be decoded, else progress of the loss.

    Args:
        facts: Of the subject.
        runs: Usable outcomes on all rows with equal losses, scored; the untouched recipe's first: progress is measured from where
            the first of them begins.
    """
    read = [None if exploded(run) else skill(facts, run) for run in runs]
    decoded = [each for each in read if each is not None]
    if len(decoded) == sum(not exploded(run) for run in runs):
        held_out = facts.data.validation_rows >= ENOUGH_ROWS and all(each.rows == "validation" for each in decoded)
        values = tuple(WORST_SKILL if each is None else each.value for each in read)
        return Attained(values, "validation skill" if held_out else "training skill")
    return Attained(progress_after(facts, runs, 1.0), "progress")


def progress_after(facts: Facts, runs: Sequence[Outcome], share: float) -> tuple[float, ...]:
    """Progress of the loss of each run after a share of its steps; -1 where it exploded.

    Args:
        facts: Of the subject.
        runs: As `attained` takes them.
        share: Above 0 and at most 1.
    """
    begin = next((run.losses[0] for run in runs if run.losses and math.isfinite(run.losses[0])), math.nan)
    scale = loss_scale(facts, begin)
    # A run that explodes at all is lost, however well it did before.
    return tuple(
        WORST_SKILL if exploded(run) else scale.progress(end_loss(run.losses[: max(1, round(len(run.losses) * share))]))
        for run in runs
    )


def rows_read(facts: Facts) -> int:
    """How many rows `skill` is read on."""
    held_out = facts.data.validation_rows
    return scored_rows(facts, held_out if held_out >= ENOUGH_ROWS else facts.data.rows_sampled)


def chance_gain(facts: Facts, own: Sequence[float], other: Sequence[float], between_seeds: float = 0.0) -> float:
    """Mean gain that as many pairs of runs may show by chance, one time in twenty.

    Twice the standard error of the difference of two means, and no less than so many rows can tell.

    Args:
        facts: Of the subject.
        own: What the runs of the user's own recipe attained, at least one.
        other: The same of the other recipe.
        between_seeds: Standard deviation between seeds of the user's own recipe that is known from elsewhere: two or three runs
            may lie close together by luck.
    """
    of_own = max(spread(own), between_seeds)
    error = math.sqrt(of_own**2 / len(own) + spread(other) ** 2 / len(other))
    return max(resolution(facts, min(statistics.fmean(own), statistics.fmean(other))), 2 * error)
