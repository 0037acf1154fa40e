"""What a race shows, in the words of a finding."""

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.race import Entry, Race, Variant
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.finding import Severity
from tests.evidence_samples import facts
from tests.experiments.test_race import SETTINGS, SLOW, TENFOLD, duel
from tests.experiments.toy_patient import ToyPatient, examined


def test_severity() -> None:
    """Only what lifts the sick far is an error; a healthy recipe that is beaten is worth a note."""
    sick, healthy = examined(SLOW, settings=SETTINGS), examined(ToyPatient(), settings=SETTINGS)

    assert severity(sick, duel()) is Severity.ERROR
    assert severity(sick, duel(other=(0.55,) * 3)) is Severity.WARNING
    assert severity(healthy, duel()) is Severity.NOTE


def test_statement() -> None:
    """It holds both means, the seeds, the noise, and the trials of both sides."""
    said = statement(duel(), "other_schedules")

    assert "0.40 -> 0.90" in said.text
    assert "3 of 3 fresh seeds" in said.text
    assert "320 steps" in said.text
    assert "chance" in said.text
    assert said.values["own_by_seed"] == (0.4, 0.4, 0.4)
    assert set(said.trials) == {"a", "b"}
    assert said.rung == "other_schedules"


def test_statement_of_unequal_steps_and_explosions() -> None:
    """Where the steps differ both numbers are told, and so is what became NaN."""
    said = statement(duel(steps=(320, 1280), own_exploded=2), "batch_size_sweep")

    assert "1,280 steps instead of 320" in said.text
    assert said.text.endswith("2 of the user's own runs become NaN or infinite, 0 of the others do")


def test_what_explodes_has_no_skill() -> None:
    """A side of which no run stays finite is NaN; the stand-in that it is compared by is not shown."""
    lost = duel(own=(-1.0,) * 3, own_exploded=3)

    assert ends(lost) == ("NaN", "0.90")
    assert ends(duel()) == ("0.40", "0.90")
    assert "validation skill NaN -> 0.90" in statement(lost, "other_optimizers").text


def test_screening() -> None:
    """Every variant is told with its mean."""
    race = Race("progress", (0.1, 0.3), (Entry(TENFOLD, (0.7, 0.9), 0, ("c", "d")),), None)
    said = screening(race, "other_optimizers")

    assert "your own recipe 0.20; ten times the rate 0.80 (means of 2 seeds)" in said.text
    assert said.trials == ("c", "d")


def test_remedy() -> None:
    """The winner is a verified remedy with a sentence, a patch and its effect."""
    adam = Variant("Adam at 0.01", (Edit("optimizer", {"class_name": "Adam", "learning_rate": 0.01}),))
    told = remedy(duel(variant=adam), "other_optimizers", facts(), "a caveat")

    assert told.verified
    assert told.edits == adam.edits
    assert told.patch == "optimizer=keras.optimizers.Adam(learning_rate=0.01)"
    assert told.before == pytest.approx(0.4)
    assert told.after == pytest.approx(0.9)
    assert told.note == "a caveat"
    assert not remedy(duel(noise=0.7), "other_optimizers", facts()).verified
