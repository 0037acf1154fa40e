"""The doctor itself killed in the middle of a real run, and what goes on from its journal."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

TRAIN = """
import keras
import numpy as np

def build_model():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(10.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    x = np.random.default_rng(0).normal(size=(240, 8)).astype("float32")
    return x, x[:, :3].argmax(axis=1)
"""
CONFIG = """
model: train.py:build_model
data: train.py:load_data
fit: {batch_size: 16, epochs: 4}
"""
KILLED_AFTER = 9
"""Trials in the journal: the first batch's two and the seven of the fork, of about forty."""


def command(*arguments: str) -> list[str]:
    """The command that a person types, for a report as JSON."""
    return [sys.executable, "-m", "dnndoctor", "diagnose", *arguments, "--format", "json", "-q"]


def begin(folder: Path) -> list[str]:
    """Writes the patient into a new folder; returns the command that examines it."""
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN, encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    # A budget that no slow machine uses up, so that the plan is the same on each call.
    return command("config.yaml", "--preset", "quick", "--budget", "10m")


def journal(folder: Path) -> list[dict[str, Any]]:
    """The whole lines of the only run's journal."""
    found = list((folder / ".dnndoctor" / "runs").glob("*/journal.jsonl"))
    lines = found[0].read_text(encoding="utf-8").splitlines(keepends=True) if found else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def measured(folder: Path) -> list[str]:
    """Every measured trial in the journal, as text that is the same for equal trials."""
    return [json.dumps(line["outcome"]["trial"], sort_keys=True) for line in journal(folder) if line["kind"] == "measured"]


def processes() -> dict[int, int]:
    """Parents of all processes that live, zombies left out."""
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listing.splitlines()]
    return {int(row[0]): int(row[1]) for row in rows if not row[2].startswith("Z")}


def below(process: int) -> set[int]:
    """All descendants of a process."""
    parents = processes()
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def essence(report: dict[str, Any]) -> dict[str, Any]:
    """What a report says of the patient, without seconds and the run's folder."""
    trials = {trial["id"]: {key: value for key, value in trial.items() if key != "seconds"} for trial in report["trials"]}
    said = ("verdict", "partial", "findings", "ruled_out", "not_seen", "prescription", "error")
    return {key: report[key] for key in said} | {"trials": trials}


@pytest.mark.slow
def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """After kill -9 no process is left, no finished trial runs again, and the report is an undisturbed run's."""
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    with subprocess.Popen(begin(disturbed), cwd=disturbed, stdout=subprocess.DEVNULL) as doctor:
        while doctor.poll() is None and len(measured(disturbed)) < KILLED_AFTER:
            time.sleep(0.01)
        workers = below(doctor.pid)
        doctor.send_signal(signal.SIGKILL)
    before = measured(disturbed)
    ended_before = [line for line in journal(disturbed) if line["kind"] == "ended"]
    patience = time.monotonic() + 5
    while workers & processes().keys() and time.monotonic() < patience:
        time.sleep(0.05)
    left = workers & processes().keys()

    resumed = subprocess.run(command("--resume", "last"), cwd=disturbed, capture_output=True, text=True, timeout=300)
    whole = subprocess.run(begin(undisturbed), cwd=undisturbed, capture_output=True, text=True, timeout=300)

    assert len(workers) >= 2  # what lives are forked from, and the life
    assert not left
    assert len(before) >= KILLED_AFTER
    assert not ended_before
    after = measured(disturbed)
    assert len(after) > len(before)
    assert after[: len(before)] == before
    assert max(Counter(after).values()) == 1
    assert sorted(after) == sorted(measured(undisturbed))
    assert resumed.returncode == whole.returncode
    assert essence(json.loads(resumed.stdout)) == essence(json.loads(whole.stdout))
    assert json.loads(whole.stdout)["findings"]
