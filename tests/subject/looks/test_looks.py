"""The session does looks beside trials: journalled like them, and whatever goes wrong in them is an outcome."""

import time
from pathlib import Path

import pytest

from dnndoctor.evidence import record
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.seen import Seen
from dnndoctor.evidence.seen.start import StartSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject import looks
from dnndoctor.subject.looks import CannotLookError, Look, Scene
from dnndoctor.subject.session import Session
from tests.subject.patient import DATA, MODEL, Patient


class Glance(Look):
    """Looks at nothing much."""

    name = "glance"

    def see(self, scene: Scene, seed: int) -> Seen:
        """Calls the model on a batch."""
        x, y, weight = scene.batch(4)
        assert scene.model(seed) is scene.model(seed)
        assert scene.fresh(seed) is not scene.model(seed)
        assert scene.model(seed)(x).shape == (4, 1)
        assert y.shape == (4,)
        assert weight is None
        return StartSeen()


class Blind(Look):
    """Finds nothing to look at."""

    name = "blind"

    def see(self, scene: Scene, seed: int) -> Seen:
        """See `Look.see`."""
        raise CannotLookError(f"Seed {seed} of {scene.facts.model_kind} shows nothing.")


class Broken(Look):
    """Meets user code that raises."""

    name = "broken"

    def see(self, scene: Scene, seed: int) -> Seen:
        """See `Look.see`."""
        raise ValueError(f"no such thing in {scene.facts.model_kind} {seed}")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session of a small subject under the preset that trains nothing."""
    monkeypatch.setattr(looks, "_looks", lambda: {kind.name: kind for kind in (Glance, Blind, Broken)})
    session = Session()
    config = Patient(tmp_path, MODEL + DATA).config(ladder={"preset": "static"})
    session.open(config.model_dump_json(), tmp_path / "run", lambda _: None)
    return session


def test_looks_are_done_without_an_engine(session: Session) -> None:
    """What is seen comes back and survives the journal; trouble is a state with a reason."""
    came: list[Outcome] = []
    trials = [Trial(steps=0, look=name) for name in ("glance", "blind", "broken")]

    session.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=came.append)

    assert [outcome.state for outcome in came] == [State.FINISHED, State.IMPOSSIBLE, State.FAILED]
    assert came[0].seen == StartSeen()
    assert record.loads(Outcome, record.dumps(came[0])) == came[0]
    assert came[1].reason == "Seed 0 of Sequential shows nothing."
    assert "no such thing" in came[2].reason


def test_a_deadline_cuts_looks(session: Session) -> None:
    """One whose time is up before it began is cut, as a trial is."""
    came: list[Outcome] = []

    session.run([Trial(steps=0, look="glance")], on_progress=lambda _: None, deadline=time.monotonic(), on_outcome=came.append)

    assert [outcome.state for outcome in came] == [State.CUT]
