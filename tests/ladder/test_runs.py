"""Runs have folders, and are found again by what people type."""

import re
from pathlib import Path

import pytest

from dnndoctor.errors import UsageError
from dnndoctor.ladder.journal import FILE
from dnndoctor.ladder.runs import find_run, new_run


def earlier(root: Path, *names: str) -> None:
    """Makes runs of these names."""
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / FILE).touch()


def test_a_new_run_is_named_for_its_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the working directory, kept out of the user's repository; two at once differ."""
    monkeypatch.chdir(tmp_path)
    first, second = new_run(), new_run()

    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{6}", first.name)
    assert first != second
    assert first.parent == tmp_path / ".dnndoctor" / "runs"
    assert (tmp_path / ".dnndoctor" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """As when a file is in the way."""
    (tmp_path / "runs").touch()

    with pytest.raises(UsageError, match="cannot be made"):
        new_run(tmp_path / "runs")


def test_runs_are_found_by_name_beginning_path_and_last(tmp_path: Path) -> None:
    """Folders without a journal are no runs."""
    earlier(tmp_path, "20260101-000000-aaaaaa", "20260102-000000-bbbbbb")
    (tmp_path / "20260103-000000-cccccc").mkdir()
    second = tmp_path / "20260102-000000-bbbbbb"

    assert find_run("last", tmp_path) == second
    assert find_run(second.name, tmp_path) == second
    assert find_run("20260102", tmp_path) == second
    assert find_run(str(second), tmp_path / "elsewhere") == second
    assert find_run(str(second / FILE), tmp_path / "elsewhere") == second


@pytest.mark.parametrize(
    ("name", "message"),
    [("2026", "several runs"), ("20260101-000000-aaaaab", "the nearest is 20260101-000000-aaaaaa"), ("", "no run ''")],
)
def test_what_is_not_found_is_told(tmp_path: Path, name: str, message: str) -> None:
    """With what there is."""
    earlier(tmp_path, "20260101-000000-aaaaaa", "20260102-000000-bbbbbb")

    with pytest.raises(UsageError, match=message):
        find_run(name, tmp_path)


def test_where_there_are_no_runs_that_is_told(tmp_path: Path) -> None:
    """Also where the folder does not exist."""
    with pytest.raises(UsageError, match="holds none"):
        find_run("last", tmp_path / "absent")
