from dataclasses import replace
from pathlib import Path

import pytest

from dnndoctor import checkup as corridor
from dnndoctor.checkup import checkup, replay
from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import SubjectError, UsageError
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.observer import Silent, Stop
from dnndoctor.report.contents import Checkup
from dnndoctor.report.json import document
from tests.fake_executor import FakeExecutor, learns


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedConfig:
    """A config of two keys."""
    (tmp_path / "train.py").write_text("def build_model(): ...\ndef load_data(): ...\n")
    (tmp_path / "config.yaml").write_text("model: train.py:build_model\ndata: train.py:load_data\n")
    return load_config(tmp_path / "config.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty run's folder."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def run(
    monkeypatch: pytest.MonkeyPatch, executor: FakeExecutor, loaded: LoadedConfig, folder: Path, stop: Stop | None = None
) -> Checkup:
    """A checkup by a fake executor; it goes on where the folder holds a journal."""
    monkeypatch.setattr(corridor, "executor_for", lambda config, run_folder: executor)  # noqa: ARG005  # the real one's signature
    return checkup(loaded, folder, Silent(), stop or Stop(), resume=any(folder.iterdir()))


def findings(made: Checkup) -> tuple[tuple[str, float], ...]:
    """Fingerprints and confidences of all findings."""
    return tuple((finding.fingerprint, finding.confidence) for finding in document(made).findings)


def test_subject_that_learns_is_not_sick(monkeypatch: pytest.MonkeyPatch, loaded: LoadedConfig, folder: Path) -> None:
    """A model that learns gets a verdict from a ladder that was climbed to its end, and the worker is closed."""
    executor = FakeExecutor()

    made = run(monkeypatch, executor, loaded, folder)

    assert made.verdict != "sick"
    assert not made.partial
    assert made.obstacle is None
    assert made.asked.model == "train.py:build_model"
    assert made.environment == {"tensorflow": "2.21.0"}
    assert set(made.outcomes) == set(executor.ran)
    assert executor.closed


def test_replay_gives_the_same_report(monkeypatch: pytest.MonkeyPatch, loaded: LoadedConfig, folder: Path) -> None:
    """A journal tells all that the first report told."""
    made = run(monkeypatch, FakeExecutor(), loaded, folder)

    assert document(replay(folder)) == document(replace(made, seconds=replay(folder).seconds))


def test_subject_that_cannot_be_built_is_an_outcome(monkeypatch: pytest.MonkeyPatch, loaded: LoadedConfig, folder: Path) -> None:
    """A model that raises is reported with its frames, and nothing is raised here."""
    error = SubjectError("it raised", stage="building the model", advice="call it", frames="train.py, line 1")
    executor = FakeExecutor(error=error)

    made = run(monkeypatch, executor, loaded, folder)

    assert made.verdict == "unexaminable"
    assert made.obstacle is not None
    assert (made.obstacle.kind, made.obstacle.exit_code, made.obstacle.frames) == ("subject", 3, "train.py, line 1")
    assert executor.closed


def test_stopped_run_is_partial_and_goes_on(monkeypatch: pytest.MonkeyPatch, loaded: LoadedConfig, folder: Path) -> None:
    """What was measured before Ctrl-C is reported, not measured again, and the rest gives the report of an undisturbed run."""
    stop = Stop()

    def answer(trial: Trial) -> Outcome:
        if len(first.ran) == 8:
            stop.ask(130)
        return learns(trial)

    first = FakeExecutor(answer)
    stopped = run(monkeypatch, first, loaded, folder, stop)
    second = FakeExecutor()
    resumed = run(monkeypatch, second, loaded, folder)
    other_folder = folder.parent / "undisturbed"
    other_folder.mkdir()
    undisturbed = run(monkeypatch, FakeExecutor(), loaded, other_folder)

    assert (stopped.partial, stopped.signal, stopped.stopped) == (True, 130, "interrupted")
    assert stopped.treated is not None
    assert not set(first.ran[:8]) & set(second.ran)
    assert not resumed.partial
    assert findings(resumed) == findings(undisturbed)
    assert resumed.verdict == undisturbed.verdict


def test_stop_while_loading_leaves_a_report(monkeypatch: pytest.MonkeyPatch, loaded: LoadedConfig, folder: Path) -> None:
    """Ctrl-C before there is anything to judge is reported as that."""
    stop = Stop()
    stop.ask(143)

    made = run(monkeypatch, FakeExecutor(), loaded, folder, stop)

    assert (made.verdict, made.partial, made.signal) == ("unexaminable", True, 143)


def test_nothing_to_replay_is_wrong_use(folder: Path) -> None:
    """A folder without a journal is said to be that."""
    with pytest.raises(UsageError, match="no run"):
        replay(folder)
