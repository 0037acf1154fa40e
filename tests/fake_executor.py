"""An executor without TensorFlow: every trial's loss falls, or whatever a test wants."""

from collections.abc import Callable, Iterator, Sequence

from dnndoctor.errors import SubjectError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, Scores, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors import Progress
from tests import evidence_samples as samples


def learns(trial: Trial) -> Outcome:
    """The outcome of a trial in which a healthy model learns; there is nothing to look at."""
    if trial.look:
        return Outcome(trial, State.IMPOSSIBLE, reason="There is no real model to look at.")
    rate = next((edit.parameters["factor"] for edit in trial.edits if edit.name == "learning_rate"), 1.0)
    assert isinstance(rate, float | int)
    # Rates up to 30 times the user's own train; zeroed inputs leave nothing to learn from.
    learnable = rate <= 30 and not any(edit.name == "zero_inputs" for edit in trial.edits)
    losses = [2.3 * 0.97**step if learnable else 2.3 for step in range(trial.steps)]
    skill = 0.95 if learnable else 0.0
    scores = Scores(samples.score(2.3, 0.0), samples.score(losses[-1], skill), None, samples.score(losses[-1], skill))
    return samples.outcome(trial, losses, scores=scores, seconds=0.01)


class FakeExecutor:
    """Answers at once; see `Executor`."""

    def __init__(
        self,
        answer: Callable[[Trial], Outcome] = learns,
        facts: Facts | None = None,
        error: SubjectError | None = None,
    ) -> None:
        """Sets what it answers.

        Args:
            answer: The outcome of a trial.
            facts: Of the subject.
            error: Raised when it is opened.
        """
        self.answer = answer
        self.facts = facts or samples.facts(environment={"tensorflow": "2.21.0"})
        self.error = error
        self.ran: list[str] = []
        self.closed = False

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """See `Executor.open`."""
        on_progress(Progress("importing TensorFlow"))
        if self.error is not None:
            raise self.error
        return self.facts

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:  # noqa: ARG002  # it takes no time
        """See `Executor.run`."""
        for trial in trials:
            on_progress(Progress("trial", trial.id, 1, 2.3))
            self.ran.append(trial.id)
            yield self.answer(trial)

    def close(self) -> None:
        """See `Executor.close`."""
        self.closed = True
