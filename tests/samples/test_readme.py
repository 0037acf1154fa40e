"""What the README and the samples' heads say of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sample_heads import SAMPLES, expectation, sample_configs

CONFIGS = sample_configs()


def test_every_sample_says_what_to_expect() -> None:
    """A person reads the head before running the doctor; there are healthy and sick ones."""
    verdicts = [expectation(config, "verdict") for config in CONFIGS]

    assert {"healthy", "sick"} <= set(verdicts)
    assert None not in verdicts
    assert all(
        (expectation(config, "first cause") is None) == (expectation(config, "verdict") == "healthy") for config in CONFIGS
    )


def test_the_readme_lists_every_sample_with_its_cause() -> None:
    """A table that is not held is soon wrong."""
    rows = [line for line in (SAMPLES.parent / "README.md").read_text().splitlines() if line.startswith("| `")]

    for config in CONFIGS:
        row = next(line for line in rows if line.startswith(f"| `{config.parent.name}` |"))
        cause = expectation(config, "first cause")
        assert row.split("|")[-2].strip().startswith(f"`{cause}`" if cause else ""), row
        assert cause or not row.split("|")[-2].strip(), row


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
