"""The user's own recipe, untouched, callbacks and all: how far does it come?"""

import math
import statistics
from collections.abc import Sequence

from dnndoctor.edits.batch_size import BatchSize
from dnndoctor.edits.epochs import epochs_factor
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import (
    ENOUGH_ROWS,
    WORST_SKILL,
    course_steps,
    scored_rows,
    scoring_steps,
    train_skill,
    validation_skill,
)
from dnndoctor.experiments.curves import LossScale, end_loss, exploded, loss_scale, nonfinite_at, thinned, trend, usable
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.own_course import OwnCourse, OwnRun
from dnndoctor.experiments.rate_course import spent

LONGEST = {Preset.STATIC: 0, Preset.QUICK: 800, Preset.STANDARD: 1500, Preset.DEEP: 6000}
"""Most steps of one run by preset: with one run a seed, the quick preset's share of 6,000 steps for all of its rungs."""

LENGTHENED = 4
"""Times the user's own steps in the second round: two doublings, so that a trend and not luck shows."""

LEARNT = 0.9
"""Mean skill from which the second round is not asked: nine tenths of what a constant leaves open are explained."""


class OwnRecipe(Experiment[OwnCourse]):
    """Runs the whole recipe, or as much of it as the preset allows, on every seed.

    Where it ends while the loss falls, or may fall, and much is left to learn, four times the epochs are run on fresh seeds.
    """

    name = "own_recipe"
    question = "How far does the user's own recipe come?"
    preset = Preset.QUICK
    height = 40
    covers = ("edit: epochs", "D9")
    traces = 1

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        longest = _longest(settings)
        own = min(course_steps(facts) or longest, longest)
        steps = len(settings.seeds) * (own + scoring_steps(facts)) + len(_fresh(settings)) * _lengthened(facts, settings)
        # Where there are validation rows, every epoch ends with a forward pass over them.
        return steps * (1 + facts.data.validation_rows / max(1, facts.data.rows_total or facts.data.rows_sampled) / 3)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        own = [recipe_trial(evidence, seed) for seed in evidence.settings.seeds]
        if not outcomes:
            return own
        if any(trial.id in outcomes for trial in _longer_trials(evidence)):
            return ()
        course = self.read(evidence, outcomes)
        whole = course_steps(evidence.facts)
        if isinstance(course, Inconclusive) or whole is None or not course.whole or course.exploded or not course.may_fall_on:
            return ()
        learnt = course.progress if course.skill is None else course.skill
        return _longer_trials(evidence) if learnt < LEARNT else ()

    def read(self, evidence: Evidence, outcomes: Outcomes) -> OwnCourse | Inconclusive:
        """See `Experiment.read`."""
        own = [
            outcomes[trial.id]
            for trial in (recipe_trial(evidence, seed) for seed in evidence.settings.seeds)
            if trial.id in outcomes
        ]
        told = [outcome for outcome in own if usable(outcome)]
        if not told:
            return Inconclusive("no run of the recipe came to its end")
        again = [outcomes[trial.id] for trial in _longer_trials(evidence) if trial.id in outcomes and usable(outcomes[trial.id])]
        facts = evidence.facts
        scale = loss_scale(facts, told[0].losses[0] if told[0].losses else math.nan)
        course = course_steps(facts)
        steps = statistics.fmean(outcome.steps_run for outcome in told)
        ended_itself = all(outcome.stopped_by not in ("", "stop_below", "non-finite") for outcome in told)
        exploding = any(exploded(outcome) for outcome in told)
        asked = told[0].trial.steps
        covered = None if course is None else 1.0 if ended_itself else (asked if exploding else steps) / course
        per_epoch = (
            course / facts.recipe.epochs if course is not None else max(1.0, facts.data.rows_sampled / facts.recipe.batch_size)
        )
        return OwnCourse(
            runs=tuple(_read_run(outcome, scale, per_epoch) for outcome in told),
            course=course,
            covered=covered,
            epochs_done=steps / per_epoch,
            epochs_asked=facts.recipe.epochs,
            longer=tuple(_read_run(outcome, scale, per_epoch) for outcome in again),
            scored_rows=scored_rows(facts, facts.data.rows_sampled),
            held_out=facts.data.validation_rows >= ENOUGH_ROWS
            and all(validation_skill(outcome.scores) is not None or exploded(outcome) for outcome in told),
            rate_spent=1.0 if covered == 1 else spent(facts, steps),
        )

    def charts(self, evidence: Evidence, observation: OwnCourse) -> Sequence[Chart]:
        """See `Experiment.charts`: the loss of each seed, and of the longer runs where there are any."""
        titles = {"The loss of your own recipe": observation.runs, "The loss with more epochs": observation.longer}
        drawn = (_course_chart(evidence, title, runs) for title, runs in titles.items() if runs)
        return tuple(chart for chart in drawn if chart is not None)


def _course_chart(evidence: Evidence, title: str, runs: Sequence[OwnRun]) -> Chart | None:
    curves = {f"seed {run.seed}": evidence.outcomes[run.trial].losses for run in runs if run.trial in evidence.outcomes}
    scale = loss_scale(evidence.facts, math.nan)
    bad = {f"seed {run.seed}: NaN or infinite": float(run.nonfinite_step) for run in runs if run.nonfinite_step is not None}
    return loss_chart(title, curves, constant=scale.reference if scale.from_constant else None, marks=bad)


def _longest(settings: Settings) -> int:
    return settings.steps(LONGEST[settings.preset])


def recipe_steps(evidence: Evidence, rows: int | None = None) -> int:
    """Steps of the user's whole recipe, or as many of them as the preset allows.

    Args:
        evidence: With facts and settings.
        rows: A step takes; as many epochs of other batches are another number of steps. None for the user's own batches.
    """
    longest, own = _longest(evidence.settings), evidence.facts.recipe.batch_size
    course = course_steps(evidence.facts) or longest
    return min(course if rows is None or rows == own else math.ceil(course * own / rows), longest)


def rows_a_step(edits: Sequence[Edit], facts: Facts) -> int:
    """Rows that a step takes after edits.

    Args:
        edits: In order.
        facts: With the user's own batch size.
    """
    sizes = [edit.parameters["size"] for edit in edits if edit.name == BatchSize.name]
    return int(sizes[-1] or 1) if sizes else facts.recipe.batch_size


def recipe_trial(evidence: Evidence, seed: int, *edits: Edit, steps: int | None = None) -> Trial:
    """The user's whole recipe, or as much of it as the preset allows.

    An edit of the epochs multiplies the steps, and one of the batch size leaves the epochs what they are: as many rows are seen.

    Args:
        evidence: With facts and settings.
        seed: Of the trial.
        edits: What is changed; nothing for the user's own.
        steps: Where it is to take another number than `recipe_steps`.
    """
    taken = recipe_steps(evidence, rows_a_step(edits, evidence.facts)) if steps is None else steps
    return Trial(edits, steps=round(taken * epochs_factor(edits)), seed=seed, callbacks=_has_callbacks(evidence.facts))


def _has_callbacks(facts: Facts) -> bool:
    """Whether callbacks of the user's take part; without any, trials need not be run epoch by epoch on the model itself."""
    return any(callback.takes_part for callback in facts.recipe.callbacks)


def _longer_trials(evidence: Evidence) -> tuple[Trial, ...]:
    steps = _lengthened(evidence.facts, evidence.settings)
    return (
        tuple(Trial(steps=steps, seed=seed, callbacks=_has_callbacks(evidence.facts)) for seed in _fresh(evidence.settings))
        if steps
        else ()
    )


def _fresh(settings: Settings) -> tuple[int, ...]:
    return settings.fresh_seeds[:2]


def _lengthened(facts: Facts, settings: Settings) -> int:
    """Steps of a run with more epochs: 0 where they would not be twice the user's own, or the budget is tight already."""
    course, longest = course_steps(facts), _longest(settings)
    if course is None or 2 * course > longest or settings.scale < 1:
        return 0
    return min(LENGTHENED * course, longest)


def _read_run(outcome: Outcome, scale: LossScale, per_epoch: float) -> OwnRun:
    bad = exploded(outcome)
    losses = outcome.losses
    nonfinite_step, nonfinite_where = nonfinite_at(outcome)
    last = trend((), 0.0) if bad else trend(losses[-(len(losses) // 3) :] if len(losses) >= 18 else losses, scale.floor)
    trained, held_out = train_skill(outcome.scores), validation_skill(outcome.scores)
    return OwnRun(
        seed=outcome.trial.seed,
        trial=outcome.trial.id,
        steps=outcome.steps_run,
        end=math.inf if bad else end_loss(losses),
        progress=-1.0 if bad else scale.progress(end_loss(losses)),
        train_skill=WORST_SKILL if bad and outcome.scores.train is not None else trained,
        validation_skill=WORST_SKILL if bad and outcome.scores.validation is not None else held_out,
        nonfinite_step=nonfinite_step,
        nonfinite_where=nonfinite_where,
        falling=math.expm1(last.slope * per_epoch),
        falling_error=last.error * per_epoch if math.isfinite(last.error) else math.inf,
        another_course=-math.expm1(last.slope * len(losses)) if last.clearly_down else 0.0,
        learning_rate_end=outcome.epochs[-1].learning_rate if outcome.epochs else None,
        stopped_by=outcome.stopped_by,
        curve=thinned(losses),
    )
