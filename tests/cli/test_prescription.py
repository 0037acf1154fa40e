"""The prescription's file: beside its config, over nothing of the user's, and only where there is a prescription."""

from pathlib import Path

import pytest

from dnndoctor.cli.prescription import prepare, write
from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import UsageError
from dnndoctor.treatment.prescription import NoPrescription
from tests.report.examples import PRESCRIPTION


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedConfig:
    """A config with two keys, and its script."""
    (tmp_path / "train.py").write_text("def build_model(): ...\n\n\ndef load_data(): ...\n")
    path = tmp_path / "config.yaml"
    path.write_text("model: train.py:build_model\ndata: train.py:load_data\n")
    return load_config(path)


def test_it_is_a_config_that_names_the_treatments(loaded: LoadedConfig, capsys: pytest.CaptureFixture[str]) -> None:
    """With what they do as remarks, and the command to try it by; a second one takes its place."""
    path = loaded.folder / "treated.yaml"

    for _ in range(2):
        prepare(path, loaded)
        write(path, loaded, PRESCRIPTION)

    assert [edit.name for edit in load_config(path).config.treatments] == ["learning_rate", "standardize_inputs"]
    assert "# validation skill -0.33" in path.read_text()
    assert f"dnndoctor diagnose {path} --seed 102" in capsys.readouterr().err


def test_without_a_prescription_nothing_is_written(loaded: LoadedConfig, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason goes to standard error."""
    path = loaded.folder / "treated.yaml"

    write(path, loaded, NoPrescription(("Use Adam",), "nothing helps"))
    write(path, loaded, None)

    assert not path.exists()
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "nothing helps",
        "nothing was to be treated",
    ]


def test_nothing_of_the_users_is_written_over(loaded: LoadedConfig) -> None:
    """Neither the config itself nor another file that is no prescription."""
    (loaded.folder / "notes.yaml").write_text("mine: 1\n")

    for name in ("config.yaml", "notes.yaml"):
        with pytest.raises(UsageError, match="would overwrite"):
            prepare(loaded.folder / name, loaded)


def test_it_stands_beside_its_config(loaded: LoadedConfig, tmp_path: Path) -> None:
    """Elsewhere its relative paths would lead nowhere; the message has the right path."""
    with pytest.raises(UsageError, match=str(tmp_path / "out.yaml")):
        prepare(tmp_path / "elsewhere" / "out.yaml", loaded)
