"""A subject behind the worker's commands."""

from pathlib import Path

import pytest

from dnndoctor.subject.session import Session
from tests.subject.patient import DATA, MODEL, Patient


@pytest.mark.parametrize(("preset", "path"), [("static", ""), ("quick", "replicas")])
def test_nothing_is_traced_where_nothing_will_be_trained(preset: str, path: str, tmp_path: Path) -> None:
    """The static preset gets its facts without an engine, in the stages of loading alone."""
    patient = Patient(tmp_path, MODEL + DATA)
    stages: list[str] = []

    facts = Session().open(
        patient.config(ladder={"preset": preset}).model_dump_json(), tmp_path, lambda sign: stages.append(sign.stage)
    )

    assert facts.engine.path == path
    assert ("tracing the training step" in stages) == (preset != "static")
    assert facts.data.rows_sampled == 40
