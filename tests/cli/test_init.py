"""`dnndoctor init`: from a script to a config."""

from pathlib import Path

import pytest

from dnndoctor.cli import run
from dnndoctor.config.loading import load_config
from tests.config import scripts


@pytest.fixture(autouse=True)
def empty(folder: Path) -> None:
    """No script and no config are there yet."""
    for file in folder.iterdir():
        file.unlink()


def test_config_is_written_and_can_be_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it found and what to do next; standard output stays free."""
    (folder / "train.py").write_text(scripts.FACTORIES)

    assert run(["init", "train.py"]) == 0

    written = capsys.readouterr()
    config = load_config(folder / "dnndoctor.yaml").config
    assert (config.model, config.data) == ("train.py:build_model", "train.py:load_data")
    assert written.out == ""
    assert "build_model (train.py:20)" in written.err
    assert "dnndoctor check dnndoctor.yaml" in written.err


def test_file_that_is_there_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is overwritten without --force, and with it a config only."""
    (folder / "train.py").write_text(scripts.FACTORIES)
    (folder / "dnndoctor.yaml").write_text("mine")

    assert run(["init", "train.py"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (folder / "dnndoctor.yaml").read_text() == "mine"
    assert run(["init", "train.py", "-o", "train.py", "--force"]) == 2
    assert (folder / "train.py").read_text() == scripts.FACTORIES
    assert run(["init", "train.py", "--force"]) == 0
    load_config(folder / "dnndoctor.yaml")


def test_dash_prints_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is then the config and nothing else."""
    (folder / "train.py").write_text(scripts.FACTORIES)

    assert run(["init", "train.py", "-o", "-"]) == 0

    printed = capsys.readouterr().out
    (folder / "other.yaml").write_text(printed)
    load_config(folder / "other.yaml")
    assert not (folder / "dnndoctor.yaml").exists()


def test_without_a_file_the_folder_is_looked_through(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Model and data may be in two files; one that is no Python is told and left out, tests are not looked at."""
    (folder / "model.py").write_text("def build_model():\n    model = Sequential()\n    model.compile()\n    return model\n")
    (folder / "reading.py").write_text("def load_data():\n    return x, y\n")
    (folder / "broken.py").write_text("def (:\n")
    (folder / "test_model.py").write_text("def build_model():\n    return Sequential()\n")

    assert run(["init"]) == 0

    config = load_config(folder / "dnndoctor.yaml").config
    assert (config.model, config.data) == ("model.py:build_model", "reading.py:load_data")
    assert "broken.py is left out" in capsys.readouterr().err


def test_syntax_error_is_shown_with_a_caret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in a config: file, line, column, the line, exit code 2."""
    (folder / "train.py").write_text("x = 1\ndef build(:\n")

    assert run(["init", "train.py"]) == 2

    said = capsys.readouterr().err
    assert "train.py:2:11" in said
    assert "    def build(:\n" + " " * 14 + "^" in said
    assert not (folder / "dnndoctor.yaml").exists()


def test_model_at_the_top_level_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are no functions, the lines are named and the two functions are shown."""
    (folder / "train.py").write_text(scripts.LOOSE)

    assert run(["init", "train.py"]) == 0

    said = capsys.readouterr().err
    assert "train.py:6, train.py:5" in said
    assert "def build_model():" in said
    assert "trains when the file is imported" in said


def test_nothing_at_all_still_gives_a_config(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty folder gets a config to fill in."""
    assert run(["init"]) == 0

    assert "FILL IN" in (folder / "dnndoctor.yaml").read_text()
    assert "not found" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["no.py"], ["."], ["train.py", "-o", "."], ["train.py", "-o", "x.json"]])
def test_wrong_use_is_2(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read or written is said in one line."""
    (folder / "train.py").write_text(scripts.FACTORIES)

    assert run(["init", *arguments]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1
