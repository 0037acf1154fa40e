"""The prescription's file: beside its config, over nothing of the user's, and only where there is a prescription."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dnndoctor.cli.prescription import prepare, prepare_patch, write, write_patch
from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import UsageError
from dnndoctor.patching.proposal import Proposal
from dnndoctor.treatment.prescription import NoPrescription
from tests.report.examples import PRESCRIPTION, sick


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


def test_patch_applies_and_says_what_is_left(loaded: LoadedConfig, capsys: pytest.CaptureFixture[str]) -> None:
    """Its head is remarks that `patch` and `git apply` pass over; a second one takes its place."""
    checkup = sick()
    (change,) = checkup.proposal.changes
    (loaded.folder / "train.py").write_text(change.before)
    path = loaded.folder / "fix.diff"

    for _ in range(2):
        prepare_patch(path)
        write_patch(path, loaded, checkup)

    subprocess.run(["git", "apply", path.name], cwd=loaded.folder, check=True)
    assert (loaded.folder / "train.py").read_text() == change.after
    assert "#     x = (x - mean) / std" in path.read_text()
    assert "1 of the changes is left to you" in capsys.readouterr().err


def test_without_a_diff_no_patch_is_written(loaded: LoadedConfig, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither where nothing could be located nor where there is no prescription."""
    path = loaded.folder / "fix.diff"

    write_patch(path, loaded, replace(sick(), proposal=Proposal()))
    write_patch(path, loaded, replace(sick(), treated=None))

    assert not path.exists()
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "nothing of it was found for certain in your files",
        "nothing was to be treated",
    ]


def test_patch_is_written_over_nothing_of_the_users(loaded: LoadedConfig) -> None:
    """Only over an older patch of ours, and only where there is a folder."""
    with pytest.raises(UsageError, match="would overwrite"):
        prepare_patch(loaded.folder / "train.py")
    with pytest.raises(UsageError, match="cannot be written"):
        prepare_patch(loaded.folder / "nowhere" / "fix.diff")
