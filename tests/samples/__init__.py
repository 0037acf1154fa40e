"""The samples: each patient gets the diagnosis that stands in its head, from the command that a person types.

One file for each kind of patient, so that two processes can share the minutes that they take.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.sample_heads import expectation


def hold_to_its_head(config: Path, folder: Path) -> None:
    """Diagnoses a sample: verdict, first cause and exit code are those promised, and a healthy one gets nothing above a note.

    Args:
        config: Of the sample.
        folder: Where the command is called.
    """
    preset = expectation(config, "with preset") or "quick"
    command = [sys.executable, "-m", "dnndoctor", "diagnose", str(config), "--preset", preset, "--format", "json", "-q"]
    # A budget no slow machine can exhaust: the samples hold the diagnosis, not the clock.
    done = subprocess.run([*command, "--budget", "10m"], cwd=folder, capture_output=True, text=True, timeout=900)

    report = json.loads(done.stdout)
    causes = [finding["cause"] for finding in report["findings"] if finding["severity"] != "note"]
    assert report["verdict"] == expectation(config, "verdict")
    first, equal = expectation(config, "first cause"), expectation(config, "equal cause")
    assert next(iter(causes), None) in {first, equal or first}
    assert done.returncode == (1 if report["verdict"] == "sick" else 0)
