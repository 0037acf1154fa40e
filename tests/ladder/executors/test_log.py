"""The end of a worker's log is what a person needs of it."""

from pathlib import Path

import pytest

from dnndoctor.ladder.executors.log import TAIL, WorkerLog


def test_only_what_the_newest_life_wrote_is_told(tmp_path: Path) -> None:
    """What an earlier worker left behind would mislead."""
    log = WorkerLog(tmp_path / "worker.log")
    log.path.write_text("of an earlier life\n", encoding="utf-8")
    log.mark()
    with log.path.open("a", encoding="utf-8") as file:
        file.write("Traceback\nI0000 00:00:1795437906.634264 cudart_stub.cc:31] no GPU\nKeyError: 'x'\n")

    assert log.end() == "Traceback\nKeyError: 'x'"


def test_the_end_is_bounded_whatever_was_written(tmp_path: Path) -> None:
    """Megabytes of anything, also of what is no text."""
    log = WorkerLog(tmp_path / "worker.log")
    log.path.write_bytes(b"\xff" * 10**6)

    assert 0 < len(log.end()) <= TAIL


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    """As before the first worker."""
    log = WorkerLog(tmp_path / "worker.log")
    log.mark()
    log.bound()

    assert log.end() == ""


def test_a_log_beyond_its_limit_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is left alone below it."""
    monkeypatch.setattr("dnndoctor.ladder.executors.log.LIMIT", 10)
    log = WorkerLog(tmp_path / "worker.log")
    log.path.write_bytes(b"0123456789")
    log.bound()
    kept = log.end()
    log.path.write_bytes(b"0123456789a")
    log.bound()

    assert (kept, log.end()) == ("0123456789", "")
