"""The way without a subject: recorded outcomes answer, so rules, ranking and reports run again in milliseconds."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors import Progress


class ReplayExecutor:
    """Answers from a record; see `Executor`."""

    def __init__(self, facts: Facts, outcomes: Mapping[str, Outcome], missing: str = "It was not recorded.") -> None:
        """Keeps the record.

        Args:
            facts: Of the subject.
            outcomes: By trial id.
            missing: The reason that a trial gets which is not among them.
        """
        self._facts = facts
        self._outcomes = outcomes
        self._missing = missing

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """See `Executor.open`."""
        on_progress(Progress("reading the record"))
        return self._facts

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:  # noqa: ARG002  # a record has no clock
        """See `Executor.run`."""
        for trial in trials:
            on_progress(Progress("reading the record", trial.id))
            yield self._outcomes.get(trial.id) or Outcome(trial, State.CUT, self._missing)

    def close(self) -> None:
        """See `Executor.close`."""
