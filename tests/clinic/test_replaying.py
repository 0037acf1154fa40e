"""Patients judged again from their journals."""

from pathlib import Path

from tests.clinic.examination import Examination
from tests.clinic.kept_journals import shortest, unpack
from tests.clinic.mutants.index import candidates
from tests.clinic.replaying import replayed
from tests.clinic.score import tally

FIRST_RIGHT, OR_EQUIVALENT = 20, 22
"""Of the 26 sick ones that are kept: what `python -m tests.clinic.kept_journals` found right when they were taken."""


def test_patients_without_a_usable_journal_are_left_out(tmp_path: Path) -> None:
    """Nobody is judged by a journal that is not there, or that ends before the subject was loaded."""
    run = tmp_path / "runs" / "damaged" / ".dnndoctor" / "runs" / "20260101-000000-abcdef"
    run.mkdir(parents=True)
    (run / "journal.jsonl").write_text("{}\n")

    assert replayed(["missing", "damaged"], Examination("standard"), tmp_path) == {}


def test_kept_patients_are_judged_as_well_as_ever(tmp_path: Path) -> None:
    """A change of rules, ranking or treatment that costs right answers, or alarms on the harmless, is seen without a training."""
    kept = unpack(tmp_path)
    truths = [mutant.truth for mutant in kept]
    found = replayed([truth.id for truth in truths], Examination("standard"), tmp_path)
    answers = {name: result.causes() for name, result in found.items()}

    assert answers.keys() == {truth.id for truth in truths}
    assert all(mutant.split != "sealed" for mutant in kept)
    assert not [mutant.id for mutant in kept if mutant.harmless and found[mutant.id].alarming]
    assert tally(truths, answers, lenient=False).first >= FIRST_RIGHT
    assert tally(truths, answers, lenient=True).first >= OR_EQUIVALENT


def test_the_shortest_journals_are_kept() -> None:
    """One for each cause, and a few of harmless ones."""
    sick = [mutant for mutant in candidates() if mutant.operator == "learning_rate_high"][:2]
    harmless = next(mutant for mutant in candidates() if mutant.harmless)
    sizes = {sick[0].id: 20, sick[1].id: 10, harmless.id: 5}

    assert shortest((*sick, harmless), sizes) == (sick[1].id, harmless.id)
