"""The samples: each patient gets the diagnosis that stands in its head, from the command that a person types."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "sample_configs"
CONFIGS = sorted(SAMPLES.glob("*/config.yaml"))


def _expected(config: Path, what: str) -> str | None:
    found = re.search(rf"^# Expected {what}: (\S+)$", config.read_text(), re.MULTILINE)
    return found[1] if found else None


def test_every_sample_says_what_to_expect() -> None:
    """A person reads the head before running the doctor; there are healthy and sick ones."""
    verdicts = [_expected(config, "verdict") for config in CONFIGS]

    assert {"healthy", "sick"} <= set(verdicts)
    assert None not in verdicts
    assert all((_expected(config, "first cause") is None) == (_expected(config, "verdict") == "healthy") for config in CONFIGS)


@pytest.mark.slow
def test_the_readme_shows_what_the_tool_prints(tmp_path: Path) -> None:
    """Numbers and times differ from machine to machine; verdict, findings, remedies and rungs must not."""
    readme = (SAMPLES.parent / "README.md").read_text()
    config = SAMPLES / "learning_rate_too_high" / "config.yaml"
    assert f"dnndoctor diagnose {config.relative_to(SAMPLES.parent)}" in readme
    command = [sys.executable, "-m", "dnndoctor", "diagnose", str(config), "-q", "--budget", "10m"]
    printed = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=900, env={**os.environ, "COLUMNS": "80"}
    )

    shown = readme.split("```text\n")[1].split("\n```")[0]
    for stable in (
        r"^  [A-Z]+  The learning rate",
        r"\(DD\d+ [a-z-]+\)",
        r"tried, it works",
        r"^  . (?:pass|fail|warn) +[a-z ]+?(?=  )",
    ):
        assert re.findall(stable, shown, re.MULTILINE) == re.findall(stable, printed.stdout, re.MULTILINE)
        assert re.findall(stable, shown, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.parent.name)
def test_sample_gets_the_diagnosis_in_its_head(config: Path, tmp_path: Path) -> None:
    """The verdict, the first cause and the exit code are those promised; a healthy patient gets nothing above a note."""
    command = [sys.executable, "-m", "dnndoctor", "diagnose", str(config), "--preset", "quick", "--format", "json", "-q"]
    # A budget no slow machine can exhaust: the samples hold the diagnosis, not the clock.
    done = subprocess.run([*command, "--budget", "10m"], cwd=tmp_path, capture_output=True, text=True, timeout=900)

    report = json.loads(done.stdout)
    causes = [finding["cause"] for finding in report["findings"] if finding["severity"] != "note"]
    assert report["verdict"] == _expected(config, "verdict")
    assert next(iter(causes), None) == _expected(config, "first cause")
    assert done.returncode == (1 if report["verdict"] == "sick" else 0)
