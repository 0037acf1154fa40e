"""Asking for a look, and reading what it saw; shared by the experiments that only look."""

from collections.abc import Sequence
from typing import TypeVar

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Outcomes, Skip

Kind = TypeVar("Kind")


def look_trials(evidence: Evidence, name: str, seeds: int = 1) -> tuple[Trial, ...]:
    """A look with each of the first seeds.

    Args:
        evidence: Of the rungs below.
        name: Of the look.
        seeds: How many; fewer where the plan has fewer.
    """
    return tuple(Trial(steps=0, seed=seed, scored=False, look=name) for seed in evidence.settings.seeds[:seeds])


def read_looks(trials: Sequence[Trial], outcomes: Outcomes, kind: type[Kind]) -> tuple[Kind, ...] | Inconclusive | Skip:
    """What the looks saw.

    Args:
        trials: As planned.
        outcomes: Of the experiment.
        kind: The class of what is seen.

    Returns:
        Of the looks that could be done; the reason where none could, a `Skip` where there was nothing of that kind to look at.
    """
    done: list[Outcome] = [outcomes[trial.id] for trial in trials if trial.id in outcomes]
    seen = tuple(outcome.seen for outcome in done if outcome.state is State.FINISHED and isinstance(outcome.seen, kind))
    if seen:
        return seen
    reason = next((outcome.reason for outcome in done if outcome.reason), "nothing was looked at")
    return Skip(reason) if done and all(outcome.state is State.IMPOSSIBLE for outcome in done) else Inconclusive(reason)
