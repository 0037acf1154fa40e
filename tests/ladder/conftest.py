"""What the ladder's tests share."""

from pathlib import Path

import pytest

from dnndoctor.config.schema import Config, LoadedConfig


@pytest.fixture(autouse=True)
def _worker_finds_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's process imports its fake session from the repository."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.fixture
def config(tmp_path: Path) -> LoadedConfig:
    """A config of a fake subject that loads well."""
    return LoadedConfig(config=Config(model="fake.py:loads", data="fake.py:data"), file=tmp_path / "config.yaml")
