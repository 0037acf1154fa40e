"""Runs the command on a patient as a person would, and keeps what it said, so that no patient is examined twice."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.clinic.patients import Patient

RESULTS = "results.jsonl"
PATIENCE_SECONDS = 1800
"""Ten times the standard budget: whoever has not answered by then is counted as `timed out`."""


@dataclass(frozen=True, slots=True)
class Examination:
    """How the doctor is asked.

    Attributes:
        preset: How far it climbs.
        seed: The first of its seeds, None for the config's own.
        budget: Time for everything, such as 10m, None for the preset's own.
        options: Further ones of the command.
    """

    preset: str
    seed: int | None = None
    budget: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A finding, as far as it is scored; `verified` where trials showed one of its remedies to work."""

    cause: str
    severity: str
    confidence: float
    code: str
    title: str = ""
    verified: bool = False

    @property
    def loud(self) -> bool:
        """Whether it is above a note."""
        return self.severity != "note"


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: one line of the results' file.

    Attributes:
        id: The patient's name.
        preset: See `Examination`.
        seed: See `Examination`.
        verdict: The report's, or `timed out`, or `no report`.
        exit_code: The command's, -1 where it was stopped.
        seconds: How long the command took, all told.
        findings: Ranked.
        complaint: What went wrong where there is no diagnosis.
        prescribed: Names of a prescription's edits, empty where there is none.
        trials: How many the doctor ran; 0 where that was not kept.
    """

    id: str
    preset: str
    seed: int | None
    verdict: str
    exit_code: int
    seconds: float
    findings: tuple[Named, ...] = ()
    complaint: str = ""
    prescribed: tuple[str, ...] = ()
    trials: int = 0

    @property
    def failed(self) -> bool:
        """Whether the doctor never came to a verdict: its own fault, or the patient's; nothing to be scored as quiet."""
        return self.verdict in {"unexaminable", "no report"}

    @property
    def alarming(self) -> bool:
        """Whether anything above a note was found, or anything prescribed."""
        return bool(self.prescribed) or any(finding.loud for finding in self.findings)

    def causes(self) -> tuple[str, ...]:
        """What was named: the causes of the findings from `warning` on, each once, in the order of rank."""
        return tuple(dict.fromkeys(finding.cause for finding in self.findings if finding.loud))


def examine(patient: Patient, how: Examination, folder: Path, command: Sequence[str] = ()) -> Result:
    """Runs the command. The report is kept in `folder/reports`, as JSON and as text, the journal in `folder/runs`.

    Args:
        patient: Whom to examine.
        how: How to ask.
        folder: Where results go.
        command: What to run in place of the installed `dnndoctor`.
    """
    name = patient.truth.id
    reports = folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    config = patient.config
    if isinstance(config, dict):
        (reports / f"{name}.yaml").write_text(json.dumps(config, indent=2))
        config = reports / f"{name}.yaml"
    arguments = ["diagnose", str(config), "--preset", how.preset, "--format", "json", "-o", f"text:{reports / name}.txt", "-q"]
    if how.seed is not None:
        arguments += ["--seed", str(how.seed)]
    if how.budget is not None:
        arguments += ["--budget", how.budget]
    arguments += how.options
    workplace = folder / "runs" / name
    workplace.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        done = subprocess.run(
            [*(command or (sys.executable, "-m", "dnndoctor")), *arguments],
            cwd=workplace,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Result(name, how.preset, how.seed, "timed out", -1, time.monotonic() - started)
    seconds = round(time.monotonic() - started, 1)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        return Result(name, how.preset, how.seed, "no report", done.returncode, seconds, complaint=done.stderr[-2000:])
    (reports / f"{name}.json").write_text(done.stdout)
    found = (
        Named(
            finding["cause"],
            finding["severity"],
            finding["confidence"],
            finding["code"],
            finding.get("title", ""),
            any(remedy["verified"] for remedy in finding.get("remedies", ())),
        )
        for finding in report["findings"]
    )
    complaint = report["error"]["message"] if report.get("error") else ""
    edits = (report.get("prescription") or {}).get("edits", ())
    prescribed = tuple(edit["name"] for edit in edits)
    return Result(
        name, how.preset, how.seed, report["verdict"], done.returncode, seconds, tuple(found), complaint, prescribed,
        len(report.get("trials", ())),
    )  # fmt: skip


def append(folder: Path, result: Result) -> None:
    """Adds a line to the results' file.

    Args:
        folder: Where results go.
        result: What came out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / RESULTS).open("a") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def results(folder: Path) -> dict[str, Result]:
    """What is there already, by patient; the last line counts where there are several.

    A line that was cut by a kill is left out, and so are those that failed: these patients are examined again.

    Args:
        folder: Where results went.
    """
    path = folder / RESULTS
    lines = path.read_text().splitlines() if path.exists() else []
    return {result.id: result for result in map(_result, lines) if result and not result.failed}


def _result(line: str) -> Result | None:
    try:
        values: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None
    findings = tuple(Named(**finding) for finding in values["findings"])
    return Result(**{**values, "findings": findings, "prescribed": tuple(values.get("prescribed", ()))})
