"""Running the command on patients, with a stand-in for the command."""

import json
import sys
from pathlib import Path

from click.testing import CliRunner

from tests.clinic.__main__ import main
from tests.clinic.examination import RESULTS, Examination, Named, Result, append, examine, results
from tests.clinic.patients import Patient, Truth, cases
from tests.clinic.tables import result_line, score_lines

RATE = Truth("rate", frozenset({"learning-rate-high"}))
SICK = Result(
    "rate",
    "quick",
    None,
    "sick",
    1,
    12.0,
    (Named("learning-rate-high", "error", 0.8, "DD401"), Named("epochs", "note", 0.3, "DD403")),
)


def _stand_in(tmp_path: Path, body: str) -> tuple[str, str]:
    script = tmp_path / "stand_in.py"
    script.write_text("import json, sys\n" + body)
    return sys.executable, str(script)


def test_the_report_of_the_command_becomes_a_result(tmp_path: Path) -> None:
    """Its findings are kept as far as they are scored, its config and report are left in the folder."""
    report = {
        "verdict": "sick",
        "findings": [{"cause": "epochs", "severity": "error", "confidence": 0.7, "code": "DD403", "rank": 1}],
        "prescription": {"edits": [{"name": "epochs", "parameters": {"factor": 4}}]},
    }
    command = _stand_in(tmp_path, f"print({json.dumps(json.dumps(report))}); print(sys.argv, file=sys.stderr); sys.exit(1)\n")

    result = examine(Patient(RATE, {"model": "m.py:f"}), Examination("quick", 7), tmp_path, command)

    assert (result.verdict, result.exit_code, result.causes()) == ("sick", 1, ("epochs",))
    assert result.prescribed == ("epochs",)
    assert json.loads((tmp_path / "reports" / "rate.yaml").read_text()) == {"model": "m.py:f"}
    assert json.loads((tmp_path / "reports" / "rate.json").read_text()) == report


def test_a_command_that_says_nothing_names_nothing(tmp_path: Path) -> None:
    """It is no healthy verdict either; the end of standard error tells why."""
    command = _stand_in(tmp_path, "sys.exit('broken')\n")

    result = examine(Patient(RATE, {}), Examination("quick"), tmp_path, command)

    assert (result.verdict, result.causes(), result.complaint) == ("no report", (), "broken\n")


def test_notes_are_not_named_and_a_cause_is_named_once() -> None:
    """Two rules may share a cause."""
    twice = Result("x", "quick", None, "sick", 1, 1.0, (*SICK.findings, Named("learning-rate-high", "warning", 0.5, "DD404")))

    assert twice.causes() == ("learning-rate-high",)


def test_results_survive_a_kill_in_mid_line(tmp_path: Path) -> None:
    """The cut line is as if it were not there."""
    append(tmp_path, SICK)
    with (tmp_path / RESULTS).open("a") as file:
        file.write('{"id": "cut')

    assert results(tmp_path) == {"rate": SICK}


def test_who_could_not_be_examined_is_not_quiet(tmp_path: Path) -> None:
    """It is said, and tried again the next time."""
    failed = Result("well", "quick", None, "unexaminable", 70, 3.0, complaint="the worker is gone")
    append(tmp_path, failed)

    lines = list(score_lines([Truth("well", frozenset())], {"well": failed}))

    assert results(tmp_path) == {}
    assert result_line(Truth("well", frozenset()), failed).startswith("FAILED")
    assert any("NOT EXAMINED" in line and "well" in line for line in lines)


def test_who_was_examined_is_not_examined_again(tmp_path: Path) -> None:
    """The command line prints the score from the results that are there; another seed in the same folder is refused."""
    patient = next(patient for patient in cases() if patient.truth.faults)
    append(tmp_path, Result(patient.truth.id, "quick", None, "sick", 1, 12.0))

    printed = CliRunner().invoke(main, [patient.truth.id, "--preset", "quick", "--out", str(tmp_path)], catch_exceptions=False)
    refused = CliRunner().invoke(main, [patient.truth.id, "--preset", "quick", "--seed", "3", "--out", str(tmp_path)])

    assert printed.exit_code == 0
    assert "0 of 1 (0%)" in printed.output
    assert refused.exit_code == 2
    assert "another preset or seed" in refused.output


def test_agreement_of_two_folders_is_printed(tmp_path: Path) -> None:
    """In percent, with those that differ."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, cause in ((one, "epochs"), (other, "labels")):
        append(folder, SICK)
        append(folder, Result("moody", "quick", None, "sick", 1, 1.0, (Named(cause, "error", 0.5, "DD403"),)))

    printed = CliRunner().invoke(main, ["--agree", str(one), str(other)])

    assert "1 of 2 patients (50%)" in printed.output
    assert "moody: epochs / labels" in printed.output


def test_tables_set_the_doctor_beside_the_constant() -> None:
    """Points are those of the strictly right first cause over the best constant."""
    truths = [RATE, Truth("b", frozenset({"epochs"})), Truth("well", frozenset())]
    found = {
        "rate": SICK,
        "b": Result("b", "quick", None, "healthy", 0, 5.0),
        "well": Result("well", "quick", None, "healthy", 0, 5.0),
    }

    lines = list(score_lines(truths, found))

    assert result_line(RATE, SICK).startswith("strict  rate")
    assert "1 of 2 (50%)" in lines[2]
    assert "0 of 1" in lines[2]
    assert "9% to 91%" in lines[3]
    assert "always epochs " in lines[4]
    assert "+0 points" in lines[6]
