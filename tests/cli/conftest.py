import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dnndoctor import checkup as corridor
from dnndoctor.ladder.executors import Executor
from tests.fake_executor import FakeExecutor


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a config of two keys."""
    (tmp_path / "train.py").write_text("def build_model(): ...\ndef load_data(): ...\n")
    (tmp_path / "config.yaml").write_text("model: train.py:build_model\ndata: train.py:load_data\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Executor], None]]:
    """Sets the executor of all checkups."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def use(executor: Executor) -> None:
        monkeypatch.setattr(corridor, "executor_for", lambda config, run_folder: executor)  # noqa: ARG005  # the real one's signature

    use(FakeExecutor())
    yield use
    assert {number: signal.getsignal(number) for number in handlers} == handlers
