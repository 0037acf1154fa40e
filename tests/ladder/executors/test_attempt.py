"""Blame goes to the guilty trial and to no other."""

import pytest

from dnndoctor.evidence.messages import Alive, Ended
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors.attempt import BATCH, UNHEARD, Attempt, Death, Queue

TRIALS = [Trial(seed=seed) for seed in range(3)]
FIRST, SECOND, THIRD = (trial.id for trial in TRIALS)


def crashed(*accused: str) -> Death:
    """A worker's crash that these are accused of."""
    return Death(State.CRASHED, "It crashed.", accused)


def test_who_was_running_is_accused() -> None:
    """Whoever gave a sign of life and has not ended; everybody where nobody did."""
    attempt = Attempt(TRIALS)
    everybody = attempt.accused()
    attempt.note(Alive("trial", FIRST, 1))
    attempt.note(Alive("trial", SECOND, 1))
    attempt.note(Ended(Outcome(TRIALS[0], State.FINISHED)))

    assert everybody == (FIRST, SECOND, THIRD)
    assert attempt.accused() == (SECOND,)
    assert list(attempt.waiting) == [SECOND, THIRD]


def test_only_what_stands_still_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeated sign is no move; who has stood still for half of the time is accused along."""
    now = 0.0
    monkeypatch.setattr("dnndoctor.ladder.executors.attempt.time.monotonic", lambda: now)
    attempt = Attempt(TRIALS)
    attempt.note(Alive("trial", FIRST, 1))
    now = 4.0
    attempt.note(Alive("trial", SECOND, 1))
    now = 9.0
    attempt.note(Alive("trial", THIRD, 1))
    attempt.note(Alive("trial", FIRST, 1))

    assert attempt.stuck(10.0) == ()
    now = 10.1
    assert attempt.stuck(10.0) == (FIRST, SECOND)


def test_a_silent_worker_is_stuck_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no trial ever gave a sign."""
    now = 0.0
    monkeypatch.setattr("dnndoctor.ladder.executors.attempt.time.monotonic", lambda: now)
    attempt = Attempt(TRIALS)
    now = 10.1

    assert attempt.stuck(10.0) == (FIRST, SECOND, THIRD)


def test_the_accused_are_tried_alone_before_the_others() -> None:
    """Guilty is who does it again; the innocent go on."""
    queue = Queue(TRIALS)
    attempt = Attempt(queue.batch())
    attempt.note(Alive("trial", SECOND))
    assert list(queue.settle(attempt, crashed(SECOND, THIRD))) == []

    alone = Attempt(queue.batch())
    alone.note(Ended(Outcome(TRIALS[1], State.FINISHED)))
    assert alone.names == (SECOND,)
    assert list(queue.settle(alone, None)) == []

    again = Attempt(queue.batch())
    again.note(Alive("trial", THIRD))
    assert again.names == (THIRD,)
    assert list(queue.settle(again, crashed(THIRD))) == [Outcome(TRIALS[2], State.CRASHED, "It crashed.")]
    assert [trial.id for trial in queue.batch()] == [FIRST]


def test_a_worker_that_was_dead_before_accuses_nobody_but_not_for_ever() -> None:
    """After a few of them somebody must have done it."""
    queue = Queue(TRIALS[:1])
    for _ in range(UNHEARD):
        assert list(queue.settle(Attempt(queue.batch()), crashed(FIRST))) == []

    assert [outcome.state for outcome in queue.settle(Attempt(queue.batch()), crashed(FIRST))] == [State.CRASHED]
    assert not queue.waiting


def test_the_clock_cuts_all_at_once() -> None:
    """Nobody is tried again for being slow."""
    queue = Queue(TRIALS)
    death = Death(State.CUT, "The time was used up.", (FIRST, SECOND, THIRD))

    assert [outcome.state for outcome in queue.settle(Attempt(queue.batch()), death)] == [State.CUT] * 3


def test_batches_are_bounded() -> None:
    """So that a worker can be replaced between them."""
    assert len(Queue(Trial(seed=seed) for seed in range(100)).batch()) == BATCH
