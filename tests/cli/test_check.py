"""`dnndoctor check`: a fixed plan and a gate."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dnndoctor.cli import run
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Preset
from dnndoctor.ladder.executors import Executor
from dnndoctor.ladder.journal import read
from dnndoctor.ladder.runs import find_run
from tests import evidence_samples as samples
from tests.cli.reports import valid_report
from tests.fake_executor import FakeExecutor, learns

SAMPLE = Path(__file__).parents[2] / "sample_configs" / "wrong_output_activation" / "config.yaml"


def learns_nothing(trial: Trial) -> Outcome:
    """The outcome of a trial whose loss becomes NaN."""
    return samples.outcome(trial, (2.3, math.nan), seconds=0.01)


@pytest.mark.usefixtures("doctor")
def test_healthy_model_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """The last line says that it passed, and by which gate."""
    assert run(["check", "config.yaml", "-q"]) == 0

    assert capsys.readouterr().out.rstrip().splitlines()[-1] == "  check: passed (fail-on error)"


def test_sick_model_fails(doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]) -> None:
    """An error fails it, unless the gate lets it pass; JSON stays JSON."""
    doctor(FakeExecutor(learns_nothing))

    assert run(["check", "config.yaml", "-q"]) == 1
    assert "  check: failed (fail-on error)" in capsys.readouterr().out
    assert run(["check", "config.yaml", "-q", "--fail-on", "never"]) == 0
    assert "  check: passed (fail-on never)" in capsys.readouterr().out
    assert run(["check", "config.yaml", "-q", "--format", "json"]) == 1
    assert valid_report(capsys.readouterr().out)["verdict"] == "sick"


@pytest.mark.parametrize("step_seconds", [1e-5, 2.0])
def test_plan_does_not_hang_on_the_clock(
    step_seconds: float, doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same trials are run, whatever the speed of the machine, and whatever preset and budget the config names."""
    usual, other = FakeExecutor(), FakeExecutor(facts=samples.facts(engine={"step_seconds": step_seconds}))
    doctor(usual)
    run(["check", "config.yaml", "-q"])
    doctor(other)
    run(["check", "config.yaml", "-q", "--set", "ladder.preset=static", "--set", "ladder.budget=1s"])

    asked = read(find_run("last")).begun.asked
    assert other.ran == usual.ran
    assert len(usual.ran) > 20
    assert (asked.preset, asked.fixed) == (Preset.QUICK, True)
    assert "of a budget" not in capsys.readouterr().out


def test_interrupted_check_goes_on(doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]) -> None:
    """It goes on by its own command, with the plan it was begun with; `diagnose` refuses it and names that command."""

    def answer(trial: Trial) -> Outcome:
        if len(executor.ran) == 8:
            os.kill(os.getpid(), signal.SIGTERM)
        return learns(trial)

    executor = FakeExecutor(answer)
    doctor(executor)

    assert run(["check", "config.yaml", "-q"]) == 143
    stopped = capsys.readouterr().out
    assert "dnndoctor check --resume last" in stopped
    assert "check: not done (exit code 143)" in stopped
    doctor(FakeExecutor())
    assert run(["diagnose", "--resume", "last"]) == 2
    assert "dnndoctor check" in capsys.readouterr().err
    assert run(["check", "--resume", "last", "-q"]) == 0
    assert "check: passed" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--budget", "--preset"])
def test_what_would_change_the_plan_is_no_option(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A gate has one plan."""
    assert run(["check", "config.yaml", option, "3m"]) == 2
    assert option in capsys.readouterr().err


@pytest.mark.usefixtures("doctor")
def test_show_draws_what_the_run_drew(capsys: pytest.CaptureFixture[str]) -> None:
    """The charts are drawn from the journal, in the report and again later."""
    run(["check", "config.yaml", "-q", "-v"])
    first = capsys.readouterr().out
    run(["show", "-v"])
    again = capsys.readouterr().out

    assert "How far 150 steps come at each learning rate" in first
    assert "your rate 0.001" in first
    assert again == first.replace("\n  check: passed (fail-on error)\n", "")


@pytest.mark.slow
def test_check_of_a_sample(tmp_path: Path) -> None:
    """A sick sample fails for the cause in its head, a second time with the same findings."""
    reports = []
    for _ in range(2):
        command = [sys.executable, "-m", "dnndoctor", "check", str(SAMPLE), "-q", "--format", "json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 1, done.stderr
        reports.append(json.loads(done.stdout))

    assert reports[0]["findings"][0]["cause"] == "output-activation"
    assert [finding["fingerprint"] for finding in reports[0]["findings"]] == [
        finding["fingerprint"] for finding in reports[1]["findings"]
    ]
    assert reports[0]["budget"]["asked_s"] is None
