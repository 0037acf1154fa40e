"""Patients judged again from their journals."""

from pathlib import Path

from tests.clinic.examination import Examination
from tests.clinic.replaying import replayed


def test_patients_without_a_usable_journal_are_left_out(tmp_path: Path) -> None:
    """Nobody is judged by a journal that is not there, or that ends before the subject was loaded."""
    run = tmp_path / "runs" / "damaged" / ".dnndoctor" / "runs" / "20260101-000000-abcdef"
    run.mkdir(parents=True)
    (run / "journal.jsonl").write_text("{}\n")

    assert replayed(["missing", "damaged"], Examination("standard"), tmp_path) == {}
