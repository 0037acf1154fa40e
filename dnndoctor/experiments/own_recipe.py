"""The user's own recipe, untouched, callbacks and all: how far does it come?"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

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
from dnndoctor.experiments.curves import LossScale, end_loss, exploded, loss_scale, nonfinite_at, spread, thinned, trend, usable
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.rate_course import spent

LONGEST = {Preset.STATIC: 0, Preset.QUICK: 800, Preset.STANDARD: 1500, Preset.DEEP: 6000}
"""Most steps of one run by preset: with one run a seed, the quick preset's share of 6,000 steps for all of its rungs."""

LENGTHENED = 4
"""Times the user's own steps in the second round: two doublings, so that a trend and not luck shows."""

WOULD_TELL = 0.25
"""Share of the loss above its floor that another course must not be able to take off, within two standard errors of the slope,
for a run to count as one that falls no more: as much as a rule calls a shortfall."""

LEARNT = 0.9
"""Mean skill from which the second round is not asked: nine tenths of what a constant leaves open are explained."""


@dataclass(frozen=True, slots=True)
class OwnRun:
    """One run of the user's own recipe.

    Attributes:
        seed: Of the trial.
        trial: Its id.
        steps: Steps taken.
        end: Loss at the end, infinite where it exploded.
        progress: See `LossScale.progress`.
        train_skill, validation_skill: None where there is nothing to score on, or to decode; -1 where it exploded.
        nonfinite_step: Step of the first NaN or infinity, None where all was finite.
        nonfinite_where: "loss", "gradient", "activation" or "weights", empty where all was finite.
        falling: Relative change of the loss above its floor per epoch over the last third, -0.03 is 3 % down an epoch.
        falling_error: Its standard error.
        another_course: Share by which as many steps again would lower the loss at that pace; 0 where it does not fall clearly.
        learning_rate_end: After the last epoch's callbacks, None where none took part.
        stopped_by: See `Outcome.stopped_by`.
        curve: The losses, thinned.
    """

    seed: int
    trial: str
    steps: int
    end: float
    progress: float
    train_skill: float | None
    validation_skill: float | None
    nonfinite_step: int | None
    nonfinite_where: str
    falling: float
    falling_error: float
    another_course: float
    learning_rate_end: float | None
    stopped_by: str
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """How far the user's own recipe comes.

    Attributes:
        runs: One a seed.
        course: Steps of the whole recipe, None where the data has no known end.
        covered: Share of it that was run, 1 where a callback of the user's ended it sooner; None as above.
        epochs_done: Of `epochs_asked`.
        epochs_asked: Of the user's recipe.
        longer: Runs of `LENGTHENED` times the recipe's steps on fresh seeds; empty where that was not asked.
        scored_rows: Rows that training skill was read on.
        held_out: Whether there are enough held-out rows to read skill from.
        rate_spent: Share of the course's learning rate that lies in the steps that were run (see `spent`): what a schedule leaves
            for the rest is the rest. None where the data has no known end.
    """

    runs: tuple[OwnRun, ...]
    course: int | None
    covered: float | None
    epochs_done: float
    epochs_asked: int
    longer: tuple[OwnRun, ...]
    scored_rows: int
    held_out: bool
    rate_spent: float | None = None

    @property
    def whole(self) -> bool:
        """Whether the recipe was run to its end."""
        return self.covered is not None and self.covered >= 1

    @property
    def exploded(self) -> int:
        """How many runs became NaN or infinite."""
        return sum(run.nonfinite_step is not None for run in self.runs)

    @property
    def skills(self) -> tuple[float, ...]:
        """Skill by seed on held-out rows where there are enough, else on training rows; empty where nothing can be decoded."""
        return reached(self.runs, held_out=self.held_out)

    @property
    def skill(self) -> float | None:
        """Mean of `skills`, None where nothing can be decoded."""
        return statistics.fmean(self.skills) if self.skills else None

    @property
    def skill_spread(self) -> float:
        """Standard deviation of `skills` between seeds."""
        return spread(self.skills)

    @property
    def progress(self) -> float:
        """Mean progress of the runs."""
        return statistics.fmean(run.progress for run in self.runs)

    @property
    def clearly_falling(self) -> bool:
        """Whether most runs fall at their end by more than three standard errors of the slope."""
        return 2 * sum(run.another_course > 0 for run in self.runs) > len(self.runs)

    @property
    def may_fall_on(self) -> bool:
        """Whether most runs fall clearly, or are too short or too erratic to exclude that as many steps again would tell."""
        possible = (
            -math.expm1((math.log1p(max(run.falling, -0.999)) - 2 * run.falling_error) * self.epochs_done) for run in self.runs
        )
        return self.clearly_falling or 2 * sum(each > WOULD_TELL for each in possible) > len(self.runs)


def reached(runs: Sequence[OwnRun], *, held_out: bool) -> tuple[float, ...]:
    """Skill of each run on held-out or on training rows; empty where nothing can be decoded."""
    skills = [run.validation_skill if held_out else run.train_skill for run in runs]
    return tuple(skill for skill in skills if skill is not None)


class OwnRecipe(Experiment[OwnCourse]):
    """Runs the whole recipe, or as much of it as the preset allows, on every seed.

    Where it ends while the loss falls, or may fall, and much is left to learn, four times the epochs are run on fresh seeds.
    """

    name = "own_recipe"
    question = "How far does the user's own recipe come?"
    preset = Preset.QUICK
    height = 40
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


def recipe_steps(evidence: Evidence) -> int:
    """Steps of the user's whole recipe, or as many of them as the preset allows."""
    longest = _longest(evidence.settings)
    return min(course_steps(evidence.facts) or longest, longest)


def recipe_trial(evidence: Evidence, seed: int, *edits: Edit, steps: int | None = None) -> Trial:
    """The user's whole recipe, or as much of it as the preset allows; an edit of the epochs multiplies the steps.

    Args:
        evidence: With facts and settings.
        seed: Of the trial.
        edits: What is changed; nothing for the user's own.
        steps: Where it is to take another number than `recipe_steps`.
    """
    taken = recipe_steps(evidence) if steps is None else steps
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
