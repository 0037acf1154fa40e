"""The patients' labels and configs, without TensorFlow."""

from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.finding import Cause
from tests.clinic.patients import ALIASES, case_config, cases, samples
from tests.sample_heads import expectation


def test_every_case_has_a_known_cause_and_a_config() -> None:
    """A label that no finding can ever have would count against the doctor without anyone seeing why."""
    patients = list(cases())

    known = {cause.value for cause in Cause}
    assert {bool(patient.truth.faults) for patient in patients} == {True, False}
    for patient in patients:
        assert patient.truth.faults | patient.truth.acceptable <= known, patient.truth.id
        assert isinstance(patient.config, dict)
        assert patient.config["fit"]["epochs"] >= 1


def test_aliases_are_words_of_the_report() -> None:
    """They stand for causes."""
    assert set(ALIASES.values()) <= {cause.value for cause in Cause}


def test_cases_are_read_and_not_run(tmp_path: Path) -> None:
    """Reading a case imports nothing of it; `callbacks` becomes the factory's reference."""
    case = tmp_path / "case.py"
    case.write_text("import nothing_of_that_name\nTRAINING = dict(batch_size=8, epochs=2, callbacks=make_callbacks())\n")

    config = case_config(case)

    assert config["fit"] == {"batch_size": 8, "epochs": 2, "callbacks": f"{case}:make_callbacks"}


def test_a_case_without_its_recipe_is_refused(tmp_path: Path) -> None:
    """Examining it with a recipe of ours would measure something else."""
    case = tmp_path / "case.py"
    case.write_text("training = 3\n")

    with pytest.raises(ValueError, match="TRAINING"):
        case_config(case)


def test_samples_say_what_is_wrong_with_them() -> None:
    """The sick ones name a known cause, the healthy ones none, and all their configs are valid."""
    patients = list(samples())

    known = {cause.value for cause in Cause}
    for patient in patients:
        assert isinstance(patient.config, Path)
        assert bool(patient.truth.faults) == (expectation(patient.config, "verdict") != "healthy"), patient.truth.id
        assert patient.truth.faults | patient.truth.acceptable <= known
        load_config(patient.config)  # raises where it is not valid
