"""What controls have in common: short runs of which only the end is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Outcomes
from dnndoctor.experiments.course import WORST_SKILL, train_skill, validation_skill
from dnndoctor.experiments.curves import end_loss, exploded, usable


@dataclass(frozen=True, slots=True)
class ControlRun:
    """How a control ended.

    Attributes:
        seed: Of the trial.
        trial: Its id.
        steps: Steps taken.
        end: Loss at the end, infinite where it exploded.
        train_skill: On the rows and targets that it was trained on; None where nothing can be decoded, -1 where it exploded.
        validation_skill: On the held-out rows; None where there are none, or nothing can be decoded.
    """

    seed: int
    trial: str
    steps: int
    end: float
    train_skill: float | None
    validation_skill: float | None


def control_runs(trials: Sequence[Trial], outcomes: Outcomes) -> tuple[ControlRun, ...]:
    """The runs of these trials that came to their end.

    Args:
        trials: Scored ones.
        outcomes: Of any trials.
    """
    return tuple(_read(outcomes[trial.id]) for trial in trials if trial.id in outcomes and usable(outcomes[trial.id]))


def why_not(trials: Sequence[Trial], outcomes: Mapping[str, Outcome]) -> str:
    """Why none of these trials came to its end, as a clause.

    Args:
        trials: At least one.
        outcomes: Of any trials.
    """
    found = [outcomes[trial.id] for trial in trials if trial.id in outcomes]
    impossible = next((one.reason for one in found if one.state is State.IMPOSSIBLE), "")
    if impossible:
        return impossible[0].lower() + impossible[1:].rstrip(".")
    return "none of its runs came to its end"


def _read(outcome: Outcome) -> ControlRun:
    bad = exploded(outcome)
    held_out = validation_skill(outcome.scores)
    return ControlRun(
        seed=outcome.trial.seed,
        trial=outcome.trial.id,
        steps=outcome.steps_run,
        end=end_loss(outcome.losses),
        train_skill=WORST_SKILL if bad and outcome.scores.train is not None else train_skill(outcome.scores),
        validation_skill=WORST_SKILL if bad and held_out is not None else held_out,
    )
