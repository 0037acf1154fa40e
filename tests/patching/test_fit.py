"""Keys of `fit:` in the user's config, and the same numbers in the script's own call of `fit`."""

from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.evidence.trial import Edit
from tests import evidence_samples as samples
from tests.patching.files import TWO_KEYS, Folder, folder

SCRIPT = """
def build_model():
    return model


if __name__ == "__main__":
    build_model().fit(x, y, batch_size=32, epochs=10)  # for real
"""
LONGER = Edit("epochs", {"factor": 3.0})


@pytest.mark.parametrize(
    ("fit", "after"),
    [
        ("fit: {batch_size: 32, epochs: 10}  # so far\n", "fit: {batch_size: 32, epochs: 30}  # so far\n"),
        (
            "fit:\n  # a note\n  epochs: 10  # ten\n  batch_size: 32\n",
            "fit:\n  # a note\n  epochs: 30  # ten\n  batch_size: 32\n",
        ),
    ],
)
def test_epochs_are_changed_in_the_config_and_in_the_script(tmp_path: Path, fit: str, after: str) -> None:
    """Comments, order and style stay."""
    mine = folder(tmp_path, SCRIPT, TWO_KEYS + fit)

    changed = mine.after(LONGER)

    assert changed["config.yaml"] == TWO_KEYS + after
    assert "    build_model().fit(x, y, batch_size=32, epochs=30)  # for real\n" in changed["train.py"]


def test_script_that_says_something_else_stays(tmp_path: Path) -> None:
    """What the doctor ran is the config's; another number in the script is the user's own affair."""
    mine = folder(tmp_path, SCRIPT.replace("epochs=10", "epochs=7"), TWO_KEYS + "fit: {epochs: 10}\n")

    assert set(mine.after(LONGER)) == {"config.yaml"}


@pytest.mark.parametrize(
    ("fit", "after"),
    [
        ("", "fit: {batch_size: 4}\n"),
        ("fit: {epochs: 10}\n", "fit: {epochs: 10, batch_size: 4}\n"),
        ("fit:\n  epochs: 10  # ten\n", "fit:\n  epochs: 10  # ten\n  batch_size: 4\n"),
        ("fit:  # later\n", "fit: {batch_size: 4}  # later\n"),
    ],
)
def test_key_that_is_not_there_is_added(tmp_path: Path, fit: str, after: str) -> None:
    """To the section in its own style, or with the section."""
    mine = folder(tmp_path, "def build_model(): ...", TWO_KEYS + fit)

    assert mine.after(Edit("batch_size", {"size": 4}))["config.yaml"].replace("\n\n", "\n") == TWO_KEYS + after


def test_shuffling_and_class_weights(tmp_path: Path) -> None:
    """Both are keys of `fit:`."""
    mine = folder(tmp_path, "def build_model(): ...", TWO_KEYS + "fit: {shuffle: false}\n")

    assert mine.changed_lines([Edit("shuffle"), Edit("class_weights")])[1] == "+fit: {shuffle: true, class_weight: balanced}"


def test_batches_of_a_pipeline_are_not_the_configs(tmp_path: Path) -> None:
    """Where `tf.data` makes the batches there is nothing to write in `fit:`."""
    mine = folder(tmp_path, "def build_model(): ...")

    assert mine.why(Edit("batch_size", {"size": 4}), data={"kind": "tf.data"}) == "batches are made by the data's own pipeline"


def test_what_the_command_line_set_is_in_no_file(tmp_path: Path) -> None:
    """An override beats the file, so that a change of the file would do nothing."""
    mine = folder(tmp_path, "def build_model(): ...", TWO_KEYS + "fit: {epochs: 10}\n")
    overridden = Folder(load_config(mine.loaded.file, ["fit.epochs=5"]), mine.script)

    assert "the command line" in overridden.why(LONGER, facts=samples.facts(recipe={"epochs": 5}))
