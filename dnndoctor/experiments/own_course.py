"""What was seen of the user's own recipe: runs, and how far they came."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.experiments.curves import spread


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


WOULD_TELL = 0.25
"""Share of the loss above its floor that another course must not be able to take off, within two standard errors of the slope,
for a run to count as one that falls no more: as much as a rule calls a shortfall."""


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
