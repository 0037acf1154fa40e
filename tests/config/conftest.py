"""A folder with a config and the user's own code beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.config.problems import render_problems
from dnndoctor.errors import ConfigError, ConfigProblem

TWO_KEYS = "model: train.py:build_model\ndata: train.py:load_data\n"

Problems = Callable[..., tuple[ConfigProblem, ...]]
Rendered = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where `config.yaml` and `train.py` lie."""
    (tmp_path / "train.py").write_text("def build_model(width=8): ...\ndef load_data(): ...\nclass Watcher: ...\n")
    return tmp_path


@pytest.fixture
def problems(folder: Path) -> Problems:
    """What is wrong with a config of this text."""

    def look(text: str | bytes, *overrides: str) -> tuple[ConfigProblem, ...]:
        file = folder / "config.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            load_config(file, overrides)
        except ConfigError as error:
            return error.problems
        return ()

    return look


@pytest.fixture
def rendered(folder: Path, problems: Problems) -> Rendered:
    """The same as text, with the folder's name left out."""

    def look(text: str | bytes, *overrides: str) -> str:
        return render_problems(problems(text, *overrides)).replace(f"{folder}/", "")

    return look
