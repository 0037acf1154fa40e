"""The worker's life and death, with a session that misbehaves on request and no TensorFlow."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.errors import DnnDoctorError, SubjectError
from dnndoctor.evidence import record
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.executors.log import LIMIT
from dnndoctor.ladder.executors.system import resident_bytes
from dnndoctor.ladder.executors.worker import Limits, WorkerExecutor
from tests import evidence_samples

SESSION = "tests.ladder.fake_session:FakeSession"
MIB = 2**20


class Patient:
    """An executor on a fake subject, and what it said."""

    def __init__(self, folder: Path, manner: str = "loads", in_place: bool = False, **limits: Any) -> None:
        config = LoadedConfig(config=Config(model=f"fake.py:{manner}", data="fake.py:data"), file=folder / "config.yaml")
        self.folder = folder
        self.executor = WorkerExecutor(
            config, folder, limits=Limits(**{"timeout": 20.0, **limits}), session=SESSION, in_place=in_place
        )
        self.signs: list[Progress] = []

    def run(self, *manners: str, deadline: float | None = None) -> list[Outcome]:
        """Runs one trial for each manner, "" for a good one; in the order of the trials."""
        trials = [trial(manner, seed) for seed, manner in enumerate(manners)]
        outcomes = {outcome.trial.id: outcome for outcome in self.executor.run(trials, self.signs.append, deadline)}
        return [outcomes[each.id] for each in trials]

    @property
    def opened(self) -> list[int]:
        """Processes that loaded the subject, in order."""
        return [int(line) for line in (self.folder / "opened").read_text(encoding="ascii").split()]


def trial(manner: str = "", seed: int = 0) -> Trial:
    """A trial that behaves like that; "together:eat" runs beside the other trials of its batch, as in replicas."""
    return Trial(edits=tuple(Edit(name) for name in manner.split(":") if name), steps=5, seed=seed)


@pytest.fixture
def make_patient(tmp_path: Path) -> Iterator[Callable[..., Patient]]:
    """Makes patients and closes their executors in the end."""
    made: list[Patient] = []

    def make(manner: str = "loads", in_place: bool = False, **limits: Any) -> Patient:
        made.append(Patient(tmp_path, manner, in_place, **limits))
        return made[-1]

    yield make
    for each in made:
        each.executor.close()


@pytest.fixture
def patient(make_patient: Callable[..., Patient]) -> Patient:
    """A patient whose subject loads well."""
    return make_patient()


@pytest.fixture(params=[False, True], ids=["nursery", "in-place"])
def either(make_patient: Callable[..., Patient], request: pytest.FixtureRequest) -> Patient:
    """The same in both ways of making processes."""
    return make_patient(in_place=request.param)


def gone(process: int) -> bool:
    """Whether a process ends within two seconds; one that is dead but not waited for has ended."""
    for _ in range(100):
        try:
            if Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def group(process: int) -> int | None:
    """The process group that a process belongs to, None where it is gone."""
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None


def test_facts_and_outcomes_arrive_whole(either: Patient) -> None:
    """What the session says is what the executor returns."""
    facts = either.executor.open(either.signs.append)
    outcomes = either.run("", "")

    assert record.dumps(facts) == record.dumps(evidence_samples.facts())  # NaN equals NaN in JSON only
    assert [(outcome.state, outcome.losses) for outcome in outcomes] == [(State.FINISHED, (1, 1 / 2, 1 / 3, 1 / 4, 1 / 5))] * 2
    assert "building the model" in [sign.stage for sign in either.signs]
    assert len(either.opened) == 1


@pytest.mark.parametrize(
    ("manner", "told", "in_place"),
    [
        ("exit", "exit status 7", False),
        ("kill", "last words", False),
        ("segfault", "SIGSEGV", False),
        ("kill_group", "SIGKILL", False),
        ("kill_nursery", "SIGKILL", False),
        ("sys_exit", "SystemExit: 3", False),
        ("fork_and_exit", "exit status 5", False),
        ("segfault", "SIGSEGV", True),
        ("kill_group", "SIGKILL", True),
        ("fork_and_exit", "exit status 5", True),
    ],
)
def test_a_death_costs_the_trial_that_did_it_and_no_other(
    make_patient: Callable[..., Patient], manner: str, told: str, in_place: bool
) -> None:
    """The guilty trial is CRASHED and told with the end of the log; those before and after it finish in another worker."""
    patient = make_patient(in_place=in_place)
    before, guilty, after = patient.run("", manner, "")

    assert (before.state, guilty.state, after.state) == (State.FINISHED, State.CRASHED, State.FINISHED)
    assert told in guilty.reason
    assert len(set(patient.opened)) == 3  # the one that died, the one where the guilty trial did it again alone, and the last
    assert all(gone(process) for process in patient.opened[:-1])


@pytest.mark.parametrize("manner", ["chatter", "close_output", "scribble", "close_everything"])
def test_output_cannot_harm_the_messages(either: Patient, manner: str) -> None:
    """Megabytes of prints, closed outputs and writes to small descriptors leave trials as they are."""
    outcomes = either.run(manner, "slow", "")

    assert [outcome.state for outcome in outcomes] == [State.FINISHED] * 3
    assert len(either.opened) == 1


def test_prints_go_to_the_log_and_nowhere_else(patient: Patient, capfd: pytest.CaptureFixture[str]) -> None:
    """The doctor's own output stays clean."""
    patient.run("chatter")

    assert "noise" in (patient.folder / "worker.log").read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


def test_the_log_is_bounded(patient: Patient) -> None:
    """A log beyond its limit begins anew."""
    patient.executor.open(patient.signs.append)
    log = patient.folder / "worker.log"
    os.truncate(log, LIMIT + 1)

    patient.run("slow")

    assert log.stat().st_size < MIB


def test_a_hang_is_timed_out_and_what_ran_beside_it_runs_again(make_patient: Callable[..., Patient]) -> None:
    """Only the trial that hangs is TIMED_OUT, with the line where it hung."""
    patient = make_patient(timeout=1.0)
    first, hanging, last = patient.run("together", "together:hang", "together")
    patient.executor.close()

    assert (first.state, hanging.state, last.state) == (State.FINISHED, State.TIMED_OUT, State.FINISHED)
    assert "No progress for 1 s" in hanging.reason
    assert "fake_session.py" in hanging.reason


def test_slow_is_not_hanging(make_patient: Callable[..., Patient]) -> None:
    """A trial may take longer than the timeout as long as it moves."""
    patient = make_patient(timeout=0.5)
    (outcome,) = patient.run("slow")
    patient.executor.close()

    assert outcome.state is State.FINISHED


def test_hunger_is_out_of_memory(make_patient: Callable[..., Patient]) -> None:
    """A trial beyond the memory limit ends its worker, and only it."""
    patient = make_patient(memory=256 * MIB)
    good, hungry, other = patient.run("together", "together:eat", "together:slow")
    patient.executor.close()

    assert (good.state, hungry.state, other.state) == (State.FINISHED, State.OUT_OF_MEMORY, State.FINISHED)
    assert "the limit is 0.25 GiB" in hungry.reason


def test_of_many_at_once_the_guilty_one_is_found(patient: Patient) -> None:
    """Trials that were in flight together run again, one at a time; nobody innocent is accused."""
    outcomes = patient.run("together:slow", "together:kill", "together:slow", "together:slow")

    assert [outcome.state for outcome in outcomes] == [State.FINISHED, State.CRASHED, State.FINISHED, State.FINISHED]


def test_a_worker_that_grew_is_replaced(make_patient: Callable[..., Patient]) -> None:
    """Between batches a worker beyond the stated bound gives way to a fresh one."""
    patient = make_patient(memory=512 * MIB)
    patient.run("", "")
    patient.run(*["grow"] * 6)
    patient.run("", "")
    patient.executor.close()

    assert len(patient.opened) == 2


def test_the_deadline_cuts(patient: Patient) -> None:
    """At the deadline the running trial ends with a part of its curve, and the waiting ones are CUT."""
    patient.executor.open(patient.signs.append)
    running, waiting = patient.run("slow", "slow", deadline=time.monotonic() + 0.3)

    assert (running.state, waiting.state) == (State.CUT, State.CUT)
    assert running.steps_run > waiting.steps_run


def test_a_worker_that_ignores_the_deadline_is_killed(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang beyond the deadline is CUT after the grace."""
    monkeypatch.setattr("dnndoctor.ladder.executors.worker.GRACE", 0.3)
    patient.executor.open(patient.signs.append)
    outcomes = patient.run("hang", "", deadline=time.monotonic() + 0.2)

    assert [outcome.state for outcome in outcomes] == [State.CUT, State.CUT]


def test_signs_of_life_come_twice_a_second(make_patient: Callable[..., Patient]) -> None:
    """Also while the worker is silent."""
    patient = make_patient(timeout=1.5)
    patient.executor.open(patient.signs.append)
    patient.signs.clear()
    patient.run("hang")

    assert len(patient.signs) >= 4


@pytest.mark.parametrize(
    ("manner", "message", "stage"),
    [
        ("raises", "build_model raised", "building the model"),
        ("sys_exit", "called for an exit", "loading the subject"),
        ("hang", "building the model did not return within 3 s", "building the model"),
        ("eat", "memory limit of 0.25 GiB", "building the model"),
        ("exit", "died 3 times in a row", "building the model"),
        ("kill", "SIGKILL", "building the model"),
    ],
)
def test_a_subject_that_does_not_load_is_refused(
    make_patient: Callable[..., Patient], manner: str, message: str, stage: str
) -> None:
    """With what happened, at which stage, and what to do; no process is left."""
    patient = make_patient(manner, timeout=3.0, memory=256 * MIB)
    with pytest.raises(SubjectError, match=message) as caught:
        patient.executor.open(patient.signs.append)
    patient.executor.close()

    assert caught.value.stage == stage
    assert caught.value.advice
    assert all(gone(process) for process in patient.opened)


def test_a_death_while_loading_is_given_another_try(make_patient: Callable[..., Patient]) -> None:
    """One death may be chance."""
    patient = make_patient("dies_once")
    facts = patient.executor.open(patient.signs.append)
    patient.executor.close()

    assert record.dumps(facts) == record.dumps(evidence_samples.facts())  # NaN equals NaN in JSON only
    assert len(patient.opened) == 2


def test_our_own_fault_is_told_as_such(make_patient: Callable[..., Patient]) -> None:
    """An exception that is not the user's ends with our exit code and the traceback for a report."""
    patient = make_patient("fault")
    with pytest.raises(DnnDoctorError, match="a fault of ours") as caught:
        patient.executor.open(patient.signs.append)
    patient.executor.close()

    assert caught.value.exit_code == 70


def test_a_session_that_cannot_be_imported_is_told(tmp_path: Path, config: LoadedConfig) -> None:
    """As when TensorFlow is not installed."""
    executor = WorkerExecutor(config, tmp_path, session="tests.ladder.absent:Session")
    with pytest.raises(SubjectError, match="could not be imported") as caught:
        executor.open(lambda _: None)
    executor.close()

    assert "No module named 'tests.ladder.absent'" in caught.value.frames


def test_an_interrupt_ends_the_worker_and_a_later_run_starts_another(patient: Patient) -> None:
    """An exception out of a sign of life stops at once and leaves nothing busy."""
    patient.executor.open(patient.signs.append)

    def interrupt(sign: Progress) -> None:
        if sign.steps_run > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(patient.executor.run([trial("slow")], interrupt, None))
    assert gone(patient.opened[0])
    assert patient.run("")[0].state is State.FINISHED


def test_an_interrupt_during_the_import_leaves_no_process(patient: Patient) -> None:
    """Also before the first life is there; the next open starts afresh."""

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        patient.executor.open(interrupt)

    assert patient.executor.open(patient.signs.append).parameters == evidence_samples.facts().parameters


def test_what_the_users_code_started_ends_with_the_worker(patient: Patient) -> None:
    """Processes in the worker's group are no orphans."""
    patient.run("child")
    life = patient.opened[0]
    members = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and group(int(entry.name)) == life]
    patient.executor.close()

    assert len(members) == 2
    assert all(gone(member) for member in members)


def test_a_worker_that_died_between_trials_is_nobodys_fault(patient: Patient) -> None:
    """The next trial gets a fresh one and is not accused."""
    patient.run("")
    os.kill(patient.opened[0], signal.SIGKILL)

    assert patient.run("")[0].state is State.FINISHED
    assert len(patient.opened) == 2


def test_close_may_be_called_twice_and_leaves_nothing(patient: Patient) -> None:
    """Closing ends nursery and life, also before anything was opened."""
    patient.executor.open(patient.signs.append)
    patient.executor.close()
    patient.executor.close()

    assert gone(patient.opened[0])


DOCTOR = """
import sys, time
from pathlib import Path
from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.ladder.executors.worker import WorkerExecutor
folder = Path(sys.argv[1])
config = LoadedConfig(config=Config(model="fake.py:loads", data="fake.py:data"), file=folder / "config.yaml")
executor = WorkerExecutor(config, folder, session="tests.ladder.fake_session:FakeSession", in_place=sys.argv[2] == "True")
executor.open(lambda sign: None)
print(executor._process._nursery.pid, flush=True)
list(executor.run([Trial(edits=(Edit(sys.argv[3]),))], lambda sign: None, None))
"""


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("manner", ["hang", "slow"])
def test_nothing_outlives_a_killed_doctor(tmp_path: Path, in_place: bool, manner: str) -> None:
    """After kill -9 of the doctor, nursery and life are gone at once."""
    command = [sys.executable, "-c", DOCTOR, str(tmp_path), str(in_place), manner]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as doctor:
        assert doctor.stdout is not None
        nursery = int(doctor.stdout.readline())
        time.sleep(0.2)
        doctor.send_signal(signal.SIGKILL)
    life = int((tmp_path / "opened").read_text(encoding="ascii"))

    assert gone(nursery)
    assert gone(life)


def test_resident_bytes_of_nobody() -> None:
    """A process that does not exist has no memory."""
    assert resident_bytes(2**22 + 1) is None
    assert (resident_bytes(os.getpid()) or 0) > MIB
