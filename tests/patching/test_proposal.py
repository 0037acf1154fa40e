"""Proposals: each edit wholly or not at all, nothing is written, and files that changed since are left alone."""

from pathlib import Path

import pytest

from dnndoctor.edits import EditKind
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching import proposal
from dnndoctor.shelf import classes_in
from tests import evidence_samples as samples
from tests.patching.files import TWO_KEYS, assert_applies, folder

SCRIPT = """
from keras import layers
from keras.optimizers import Adam


def build_model():
    model = Sequential([layers.Dense(8), layers.Dense(8), layers.Dropout(0.5)])
    model.compile(Adam(0.01))
    return model
"""
SLOWER = Edit("learning_rate", {"factor": 0.1})


def test_edits_of_several_files_are_one_diff(tmp_path: Path) -> None:
    """In the order of the files' names; what cannot be located is left to the person, with its place."""
    mine = folder(tmp_path, SCRIPT, TWO_KEYS + "fit: {epochs: 10}\n")
    recipe = mine.optimizer("compile", rate=0.01)
    edits = [Edit("standardize_inputs"), SLOWER, Edit("epochs", {"factor": 2.0})]

    came = mine.propose(edits, recipe=recipe, data={"place": mine.place("def load_data")})

    assert [change.path for change in came.changes] == ["config.yaml", "train.py"]
    assert came.diff().index("b/config.yaml") < came.diff().index("b/train.py")
    (left,) = came.by_hand
    assert left.places == (mine.place("def load_data"),)
    assert "x.std(" in left.snippet
    assert_applies(tmp_path, came)


def test_an_edit_is_written_wholly_or_not_at_all(tmp_path: Path) -> None:
    """Where one of two layers cannot be located, neither is changed; the other edits are."""
    mine = folder(tmp_path, SCRIPT)
    layers = [mine.layer("dropout", "Dropout", "Dropout"), samples.layer("dropout_1", "Dropout", place=None)]

    came = mine.propose([Edit("dropout_off"), SLOWER], layers=layers, recipe=mine.optimizer("compile", rate=0.01))

    assert "Dropout(0.5)" in came.changes[0].after
    assert "Adam(0.001)" in came.changes[0].after
    assert [left.why for left in came.by_hand] == ["where it was written was not seen"]


def test_lines_behind_a_change_are_still_found(tmp_path: Path) -> None:
    """Places are of the files as they were; what was taken away or added before them is counted."""
    script = SCRIPT.replace("    model = Seq", "    x = layers.Dropout(0.5)(x)\n    model = Seq")
    mine = folder(tmp_path, script)
    layer = mine.layer("dropout", "Dropout(0.5)(x)", "Dropout")

    came = mine.propose([Edit("dropout_off"), SLOWER], layers=[layer], recipe=mine.optimizer("compile", rate=0.01))

    assert came.by_hand == ()
    assert "Adam(0.001)" in came.changes[0].after


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.unlink(), "the file is not there any more"),
        (lambda path: path.write_text("def build_model(:"), "the source cannot be parsed"),
        (lambda path: path.write_bytes(b"# \xff\n"), "the file is not UTF-8"),
        (lambda path: path.write_text("\n\n\n" + SCRIPT), "no call of compile stands there"),
    ],
)
def test_file_that_changed_since_is_left_alone(tmp_path: Path, change: object, why: str) -> None:
    """A replayed report falls back to the snippet."""
    mine = folder(tmp_path, SCRIPT)
    recipe = mine.optimizer("compile", rate=0.01)
    assert callable(change)
    change(tmp_path / "train.py")

    assert mine.why(SLOWER, recipe=recipe) == why


def test_windows_line_ends_and_wide_characters_stay(tmp_path: Path) -> None:
    """Columns are counted as the parser counts them, and no other line is touched."""
    mine = folder(tmp_path, SCRIPT.replace("model.compile(", "größe = 1; model.compile(").replace("\n", "\r\n"))
    recipe = mine.optimizer("compile", rate=0.01)

    lines = mine.changed_lines(SLOWER, recipe=recipe)

    assert lines == ["-    größe = 1; model.compile(Adam(0.01))", "+    größe = 1; model.compile(Adam(0.001))"]
    assert mine.propose(SLOWER, recipe=recipe).changes[0].after.count("\r\n") == mine.script.count("\r\n")


def test_file_without_a_last_line_end(tmp_path: Path) -> None:
    """The diff says so, as `patch` wants it."""
    mine = folder(tmp_path, SCRIPT, TWO_KEYS + "fit: {epochs: 10}")

    came = mine.propose(Edit("epochs", {"factor": 2.0}))

    assert came.diff().count("\\ No newline at end of file\n") == 2
    assert_applies(tmp_path, came)


def test_every_writer_belongs_to_an_edit() -> None:
    """A name that no edit has would never be asked for."""
    names = {kind.name for kind in classes_in("dnndoctor.edits", EditKind) if issubclass(kind, EditKind)}

    assert set(proposal._WRITERS) <= names
