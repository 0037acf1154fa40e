import json
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from dnndoctor.report.document import report_json_schema
from dnndoctor.report.look import Look
from dnndoctor.report.text import Text
from tests.goldens import FOLDER, reports
from tests.report.examples import all_examples

REPORTS = dict(reports())
JSON_REPORTS = [path for path in REPORTS if path.suffix == ".json"]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_report_is_the_golden_one(path: Path) -> None:
    """Every report is what was last approved; `python -m tests.goldens` rewrites them all."""
    assert REPORTS[path] == path.read_text(encoding="utf-8")


def test_no_golden_report_is_stale() -> None:
    """Every golden file is the report of an example."""
    kept = {*FOLDER.glob("*.txt"), *FOLDER.glob("*.json")}

    assert kept == set(REPORTS)


@pytest.mark.parametrize("path", JSON_REPORTS, ids=lambda path: path.name)
def test_json_report_obeys_its_schema(path: Path) -> None:
    """Every JSON report is strict JSON and valid against the schema that is shipped."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    report = json.loads(REPORTS[path], parse_constant=refuse)

    jsonschema.Draft202012Validator(report_json_schema()).validate(report)


@pytest.mark.parametrize("width", [30, 40, 61, 80, 120, 200])
@pytest.mark.parametrize("name", all_examples())
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """Every line of every report fits, verbose or not, Unicode or not."""
    checkup = all_examples()[name]

    for look in (Look(width), Look(width, unicode=False), Look(width, verbose=True)):
        assert max(cell_len(line) for line in Text().render(checkup, look).splitlines()) <= width


@pytest.mark.parametrize("colour", [False, True])
def test_hostile_text_reaches_no_terminal(colour: bool) -> None:
    """No control character but line ends and our own colours, no bidirectional mark and no surrogate is in a report."""
    report = Text().render(all_examples()["hostile"], Look(80, colour=colour, verbose=True))

    unprintable = {char for char in report if not char.isprintable()} - {"\n"}
    assert unprintable == ({"\x1b"} if colour else set())
    assert "\x1b[31m\n" not in report
    assert "[red]evil[/red]" in report


def test_ascii_report_is_ascii() -> None:
    """Where nothing but ASCII can be shown, nothing else is written."""
    for checkup in all_examples().values():
        assert Text().render(checkup, Look(80, unicode=False, verbose=True)).isascii()
