"""A restarted worker and a resumed run see identical bytes, and the data factory is not called again."""

from pathlib import Path
from typing import Any

import numpy as np

from dnndoctor.subject.blueprint import Blueprint
from tests.subject.patient import DATA, MODEL, Patient

CHANGING = """
import pathlib
calls = pathlib.Path(__file__).with_name("calls")

def load_data():
    calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
    noise = np.random.default_rng().normal(size=(40, 3))
    return {"train": (x + noise, y), "validation": (x, y)}
"""


def only_array(blueprint: Blueprint) -> np.ndarray[Any, Any]:
    """The training inputs of a subject with one input."""
    assert isinstance(blueprint.train.x, np.ndarray)
    return blueprint.train.x


def test_the_sample_is_drawn_once_in_a_run(tmp_path: Path) -> None:
    """The second load reads the file, gives the same facts, and does not call the factory."""
    patient = Patient(tmp_path, MODEL + CHANGING)

    (one, facts), (again, facts_again) = patient.load(), patient.load()

    assert (tmp_path / "calls").read_text() == "x"
    assert np.array_equal(only_array(one), only_array(again))
    assert one.validation is not None
    assert again.validation is not None
    assert facts.fingerprint == facts_again.fingerprint
    assert facts.data == facts_again.data
    assert facts.layers == facts_again.layers


def test_other_settings_draw_another_sample(tmp_path: Path) -> None:
    """A sample that was drawn by another config is not used."""
    patient = Patient(tmp_path, MODEL + CHANGING)
    patient.load()

    blueprint, _ = patient.load(fit={"class_weight": "balanced"})

    assert (tmp_path / "calls").read_text() == "xx"
    assert blueprint.train.weight is not None


def test_the_fingerprint_is_of_config_source_and_sample(tmp_path: Path) -> None:
    """Two loads in two runs agree; another recipe or another source does not."""
    patient = Patient(tmp_path, MODEL + DATA)
    first = patient.load("one")[1].fingerprint

    assert patient.load("two")[1].fingerprint == first
    assert patient.load("three", fit={"epochs": 3})[1].fingerprint != first
    patient.write("train.py", (tmp_path / "train.py").read_text() + "# changed\n")
    assert patient.load("four")[1].fingerprint != first
