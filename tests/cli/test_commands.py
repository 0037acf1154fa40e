import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from dnndoctor import __version__, cli
from dnndoctor.cli import run
from dnndoctor.cli.gate import exit_code
from dnndoctor.errors import DnnDoctorError, SubjectError
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.executors import Executor
from dnndoctor.report.contents import Obstacle
from tests.cli.reports import valid_report
from tests.fake_executor import FakeExecutor, learns
from tests.report.examples import all_examples, healthy, inconclusive, partial, sick, suspect, unexaminable

REFUSAL = SubjectError("build_model raised", stage="building the model", advice="Call it.", frames="line 1\x1b[31m")


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "dnndoctor", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=60)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is that of the package."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"dnndoctor {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], ("tensorflow", "keras", "numpy", "pydantic", "rich", "yaml")),
        (["diagnose", "--help"], ("tensorflow", "keras", "numpy", "pydantic", "rich", "yaml")),
        (["check", "--help"], ("tensorflow", "keras", "numpy", "pydantic", "rich", "yaml")),
        (["init", "train.py"], ("tensorflow", "keras", "numpy")),
        (["explain", "DD401"], ("tensorflow", "keras", "numpy")),
        (["rules"], ("tensorflow", "keras", "numpy")),
        (["schema", "report"], ("tensorflow", "keras", "numpy")),
        (["schema", "config"], ("tensorflow", "keras", "numpy")),
        (["diagnose", "missing.yaml"], ("tensorflow", "keras", "numpy")),
    ],
)
def test_what_a_command_does_not_import(arguments: list[str], forbidden: tuple[str, ...]) -> None:
    """A command that trains nothing starts without what only training needs."""
    program = "import sys\nfrom dnndoctor.cli import run\nrun(sys.argv[1:])\nprint(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60)

    imported = done.stdout.splitlines()[-1].split()
    assert "dnndoctor.cli" in imported
    assert not set(forbidden) & set(imported)


def test_command_never_imports_tensorflow() -> None:
    """A whole diagnosis, its trials aside, needs no TensorFlow."""
    program = (
        "import sys\nfrom dnndoctor import checkup\nfrom dnndoctor.cli import run\nfrom tests.fake_executor import FakeExecutor\n"
        "checkup.executor_for = lambda config, folder: FakeExecutor()\nrun(['diagnose', 'config.yaml', '-q'])\n"
        "assert not {'tensorflow', 'keras'} & sys.modules.keys()"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment)

    assert (done.returncode, done.stderr) == (0, "")


def test_explain_prints_the_page_by_code_and_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A rule's page is found by its code in any case and by its name."""
    assert run(["explain", "dd401"]) == 0
    by_code = capsys.readouterr().out
    assert run(["explain", "learning-rate-too-high"]) == 0

    assert capsys.readouterr().out == by_code
    assert "What was looked at" in by_code
    assert max(map(len, by_code.splitlines())) <= 80


def test_explain_names_the_nearest_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt rule is wrong use, and the nearest one is named."""
    assert run(["explain", "learning-rate-to-hihg"]) == 2
    assert "DD401 learning-rate-too-high" in capsys.readouterr().err


def test_rules_lists_every_rule(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule is in the table, on a narrow terminal too."""
    monkeypatch.setenv("COLUMNS", "40")

    assert run(["rules"]) == 0

    table = capsys.readouterr().out
    assert "DD401  learning-rate-too-high" in table
    assert max(map(len, table.splitlines())) <= 40


@pytest.mark.parametrize("which", ["report", "config"])
def test_schema_is_a_json_schema(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is a JSON Schema."""
    assert run(["schema", which]) == 0

    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["diagnose"], ["diagnose", "config.yaml", "--fail-on", "x"], ["schema", "x"]]
)
def test_wrong_use_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use is said on standard error."""
    assert run(arguments) == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert written.err


def test_config_error_shows_all_problems(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Every problem of a config is on standard error, with its place."""
    (folder / "config.yaml").write_text("modle: train.py:build_model\ndata: train.py:load_data\nfit: {batch_size: x}\n")

    assert run(["diagnose", "config.yaml"]) == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert "config.yaml:1:1" in written.err
    assert "config.yaml:3:" in written.err


def test_config_error_is_a_json_report_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine gets a valid report of a config that cannot be used."""
    assert run(["diagnose", "missing.yaml", "--format", "json"]) == 2

    report = valid_report(capsys.readouterr().out)
    assert report["verdict"] == "unexaminable"
    assert isinstance(report["error"], dict)
    assert (report["error"]["kind"], report["error"]["exit_code"]) == ("config", 2)


@pytest.mark.usefixtures("doctor")
def test_diagnose_prints_a_report_and_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """The report is on standard output, a line for each rung on standard error."""
    code = run(["diagnose", "config.yaml"])

    written = capsys.readouterr()
    assert code in (0, 1)
    assert "Ladder" in written.out
    assert "memorise: done" in written.err
    assert "\x1b" not in written.out + written.err


@pytest.mark.usefixtures("doctor")
def test_quiet_says_nothing_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """-q leaves the report only."""
    run(["diagnose", "config.yaml", "-q"])

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("doctor")
def test_outputs_are_written_beside_the_report(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """`--format F --output P` and `-o F:P` write files, in folders that are made; standard output is for people."""
    run(
        [
            "diagnose",
            "config.yaml",
            "-q",
            "--format",
            "json",
            "--output",
            "out/a.json",
            "-o",
            "json:out/b.json",
            "-o",
            "text:c.txt",
        ]
    )

    assert "Ladder" in capsys.readouterr().out
    assert valid_report((folder / "out" / "a.json").read_text()) == valid_report((folder / "out" / "b.json").read_text())
    assert "Ladder" in (folder / "c.txt").read_text()
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize(
    "path", ["config.yaml", "train.py", "../{folder}/config.yaml", "notes.csv", "a_folder", "config.yaml/report.json"]
)
def test_output_that_cannot_be_is_refused_before_the_ladder(
    path: str, doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """A report never overwrites the user's files, and what cannot be written is known before anything is trained."""
    executor = FakeExecutor()
    doctor(executor)
    (folder / "notes.csv").write_text("1,2\n")
    (folder / "a_folder").mkdir()
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}

    assert run(["diagnose", "config.yaml", "-q", "-o", f"json:{path.format(folder=folder.name)}"]) == 2

    assert "report" in capsys.readouterr().err
    assert not executor.ran
    assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


@pytest.mark.usefixtures("doctor")
def test_show_prints_the_same_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The report of a run can be had again, in any format."""
    run(["diagnose", "config.yaml", "-q"])
    first = capsys.readouterr().out

    assert run(["show"]) == 0
    assert capsys.readouterr().out == first
    assert run(["show", "last", "--format", "json"]) == 0
    valid_report(capsys.readouterr().out)


def test_show_without_a_run_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no run, that is said."""
    assert run(["show"]) == 2
    assert "there is no run" in capsys.readouterr().err


@pytest.mark.usefixtures("doctor")
def test_seed_counts_up_from_the_given_one(capsys: pytest.CaptureFixture[str]) -> None:
    """--seed n means n, n+1, ... as many as the config has."""
    run(["diagnose", "config.yaml", "-q", "--format", "json", "--seed", "40"])

    trials = valid_report(capsys.readouterr().out)["trials"]
    assert isinstance(trials, list)
    assert {40, 41, 42} <= {trial["seed"] for trial in trials}
    assert not {0, 1, 2} & {trial["seed"] for trial in trials}


def test_static_trains_nothing_and_says_what_it_cannot_know(
    doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The subject is only looked at, nobody is called healthy, and every question that was not asked is listed."""
    executor = FakeExecutor()
    doctor(executor)

    assert run(["diagnose", "config.yaml", "-q", "--preset", "static"]) == 0
    text = capsys.readouterr().out
    assert run(["diagnose", "config.yaml", "-q", "--preset", "static", "--set", "gate.inconclusive=fail", "-f", "json"]) == 4
    report = valid_report(capsys.readouterr().out)

    assert isinstance(report["trials"], list)
    assert all(trial["look"] and not trial["steps"] for trial in report["trials"])
    assert "INCONCLUSIVE  No fault found without training" in text
    assert "asked from the preset quick on:\n    What do the first batch's" in text
    assert report["verdict"] == "inconclusive"
    assert isinstance(report["not_seen"], list)
    assert len(report["not_seen"]) >= 11


def test_subject_error_is_3_in_every_format(doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]) -> None:
    """A model that cannot be built is said with what, where, what to do and the user's frames."""
    doctor(FakeExecutor(error=REFUSAL))

    assert run(["diagnose", "config.yaml", "-q"]) == 3
    text = capsys.readouterr().out
    assert run(["diagnose", "config.yaml", "-q", "--format", "json"]) == 3
    report = valid_report(capsys.readouterr().out)

    for part in ("UNEXAMINABLE", "build_model raised", "building the model", "Call it.", r"line 1\x1b[31m"):
        assert part in text
    assert isinstance(report["error"], dict)
    assert report["error"]["exit_code"] == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_leaves_a_partial_report_that_goes_on(
    number: signal.Signals, code: int, doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C and SIGTERM stop soon, report what was measured, and the run can go on."""

    def answer(trial: Trial) -> Outcome:
        if len(executor.ran) == 8:
            os.kill(os.getpid(), number)
        return learns(trial)

    executor = FakeExecutor(answer)
    doctor(executor)

    assert run(["diagnose", "config.yaml", "-q", "--format", "json"]) == code
    stopped = valid_report(capsys.readouterr().out)
    again = FakeExecutor()
    doctor(again)
    assert run(["diagnose", "--resume", "last", "-q", "--format", "json"]) in (0, 1)
    resumed = valid_report(capsys.readouterr().out)

    assert stopped["partial"]
    assert not resumed["partial"]
    assert not set(executor.ran[:8]) & set(again.ran)


@pytest.mark.usefixtures("doctor")
@pytest.mark.parametrize("arguments", [["--seed", "3"], ["config.yaml", "--seed", "3"], ["config.yaml", "--set", "fit.epochs=7"]])
def test_run_does_not_go_on_as_another(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A run that goes on with other settings than it was begun with would mix trials that cannot be compared."""
    run(["diagnose", "config.yaml", "-q"])

    assert run(["diagnose", *arguments, "--resume", "last", "-q"]) == 2
    assert "begun" in capsys.readouterr().err


@pytest.mark.usefixtures("doctor")
def test_run_that_ended_goes_on_with_another_gate(capsys: pytest.CaptureFixture[str]) -> None:
    """What a report counts as failure can change from one call to the next; nothing is trained again."""
    run(["diagnose", "config.yaml", "-q", "--seed", "5"])
    first = capsys.readouterr().out

    assert run(["diagnose", "config.yaml", "--seed", "5", "--resume", "last", "-q", "--fail-on", "never"]) == 0
    assert capsys.readouterr().out == first


def test_own_fault_is_70_and_one_line(
    doctor: Callable[[Executor], None], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """A fault of ours shows no traceback but the path of the file that holds it."""

    def answer(trial: Trial) -> Outcome:  # noqa: ARG001  # it breaks before it looks
        raise ZeroDivisionError("by nothing")

    doctor(FakeExecutor(answer))

    assert run(["diagnose", "config.yaml", "-q", "--format", "json"]) == 70

    written = capsys.readouterr()
    assert valid_report(written.out)["verdict"] == "unexaminable"
    assert "Traceback" not in written.out + written.err
    assert len(written.err.splitlines()) == 1
    (fault,) = folder.glob(".dnndoctor/runs/*/fault.txt")
    assert "ZeroDivisionError: by nothing" in fault.read_text()
    assert fault.name in written.err


def test_reader_that_goes_away_is_no_error() -> None:
    """`dnndoctor rules | head -1` ends quietly."""
    command = f"{sys.executable} -m dnndoctor schema report | head -1; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)

    assert done.stdout.splitlines() == ["{", "0"]
    assert done.stderr == ""


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"TERM": "dumb"}])
@pytest.mark.usefixtures("doctor")
def test_report_on_a_terminal_that_can_do_little(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """A stream that takes ASCII only gets ASCII only."""
    run(["diagnose", "config.yaml", "-q"])
    capsys.readouterr()

    done = process("show", **environment)

    assert done.returncode == 0
    assert done.stderr == ""
    assert "Ladder" in done.stdout
    assert done.stdout.isascii() or "PYTHONIOENCODING" not in environment
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("checkup", "fail_on", "undecided", "code"),
    [
        (healthy(), "error", "pass", 0),
        (sick(), "error", "pass", 1),
        (sick(), "never", "pass", 0),
        (suspect(), "error", "pass", 0),
        (suspect(), "warning", "pass", 1),
        (inconclusive(), "error", "pass", 0),
        (inconclusive(), "error", "fail", 4),
        (inconclusive(), "note", "fail", 1),
        (partial(), "error", "fail", 130),
        (replace(sick(), stopped="terminated", signal=143), "error", "pass", 143),
        (unexaminable(), "never", "pass", 3),
        (replace(sick(), failure=Obstacle.of(DnnDoctorError("no worker"))), "error", "pass", 70),
        (replace(healthy(), own_faults={"the rule x": "trace"}), "error", "pass", 70),
    ],
)
def test_exit_code(checkup: object, fail_on: str, undecided: str, code: int) -> None:
    """Whoever stopped the doctor comes first, then why it could not go on, then the findings, then the undecided."""
    assert exit_code(checkup, fail_on, undecided) == code  # type: ignore[arg-type]  # a Checkup, which pytest's table hides


def test_every_command_has_a_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help lists all commands with what they do."""
    run(["--help"])

    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in cli.commands.commands)


def test_examples_cover_every_verdict() -> None:
    """The examples that reports are tested on say everything that a verdict can say."""
    assert {checkup.verdict for checkup in all_examples().values()} == {
        "sick",
        "suspect",
        "inconclusive",
        "healthy",
        "unexaminable",
    }
