"""One worker process for all bad subjects: each gets a life of its own, and TensorFlow is imported once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.ladder.executors.process import WorkerProcess
from dnndoctor.ladder.executors.worker import Limits, WorkerExecutor


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """The shared worker process."""
    made = WorkerProcess(tmp_path_factory.mktemp("worker") / "worker.log")
    yield made
    made.close()


@pytest.fixture
def executor_of(tmp_path: Path, process: WorkerProcess) -> Iterator[Callable[..., WorkerExecutor]]:
    """Makes an executor for a subject whose `train.py` holds the given code."""

    def make(code: str, timeout: float = 60.0, memory: int = 4 * 2**30, **config: Any) -> WorkerExecutor:
        (tmp_path / "train.py").write_text(code, encoding="utf-8")
        content = Config.model_validate({"model": "train.py:build_model", "data": "train.py:load_data", **config})
        loaded = LoadedConfig(config=content, file=tmp_path / "config.yaml")
        return WorkerExecutor(loaded, tmp_path, limits=Limits(timeout, memory), process=process)

    yield make
    process.end_life()
