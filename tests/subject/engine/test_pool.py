"""Jobs side by side, without TensorFlow: what a pool does with jobs, variables and errors."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.engine.job import Job
from dnndoctor.subject.engine.pool import Pool
from dnndoctor.subject.engine.state import Replica


@dataclass
class ToyWay:
    name: str = "loop"


@dataclass
class ToyStructure:
    replicas: list[Any] = field(default_factory=lambda: [None])


@dataclass
class ToyJob:
    """What a pool reads of a job."""

    number: int
    structure: ToyStructure
    way: ToyWay = field(default_factory=ToyWay)
    trial: Trial = field(default_factory=Trial)


@dataclass
class Ledger:
    """Work that writes down what ran when and on which variables."""

    seconds: float = 0.002
    ran: list[int] = field(default_factory=list)
    busy: Counter[tuple[int, int]] = field(default_factory=Counter)
    lent: dict[int, Any] = field(default_factory=dict)
    clashes: int = 0
    most: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def work(self, job: Job, replica: Replica | None) -> None:
        toy = cast(ToyJob, job)
        variables = (id(toy.structure), id(replica))
        with self.lock:
            self.ran.append(toy.number)
            self.lent[toy.number] = replica
            self.busy[variables] += 1
            self.clashes += self.busy[variables] > 1
            self.most = max(self.most, sum(self.busy.values()))
        time.sleep(self.seconds)
        with self.lock:
            self.busy[variables] -= 1


def run(jobs: list[ToyJob], lengths: list[float], threads: int, ledger: Any) -> None:
    Pool(zip(cast(list[Job], jobs), lengths, strict=True), threads, ledger.work).run()


def test_longest_first() -> None:
    """One thread takes the jobs by their lengths, equals in their order."""
    ledger = Ledger(0)

    run([ToyJob(number, ToyStructure()) for number in range(5)], [2.0, 5.0, 1.0, 5.0, 3.0], 1, ledger)

    assert ledger.ran == [1, 3, 4, 0, 2]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_every_job_runs_once_and_variables_are_lent_to_one(threads: int) -> None:
    """Forty jobs of three structures, with two, one and three sets of variables, never meet on the same set."""
    structures = [ToyStructure([None, Replica()]), ToyStructure(), ToyStructure([None, Replica(), Replica()])]
    jobs = [ToyJob(number, structures[number % 3]) for number in range(40)]
    ledger = Ledger()

    run(jobs, [float(number % 7) for number in range(40)], threads, ledger)

    assert sorted(ledger.ran) == list(range(40))
    assert ledger.clashes == 0
    assert ledger.most == threads


def test_no_more_at_a_time_than_there_are_variables() -> None:
    """A structure with a single set of variables runs its jobs one after the other, however many threads there are."""
    structure = ToyStructure()
    ledger = Ledger()

    run([ToyJob(number, structure) for number in range(6)], [1.0] * 6, 4, ledger)

    assert sorted(ledger.ran) == list(range(6))
    assert ledger.most == 1


def test_a_waiting_structure_does_not_hold_up_others() -> None:
    """While the longest job's structure is lent, a shorter job of another one runs beside it."""
    busy, other = ToyStructure(), ToyStructure()
    ledger = Ledger(0.02)

    run([ToyJob(0, busy), ToyJob(1, busy), ToyJob(2, other)], [3.0, 2.0, 1.0], 2, ledger)

    assert ledger.ran == [0, 2, 1]


def test_callbacks_and_steps_take_the_models_own_variables() -> None:
    """Only a whole compiled loop runs on other variables than the model's; what needs the model gets it."""
    structure = ToyStructure([None, Replica()])
    jobs = [
        ToyJob(0, structure, trial=Trial(callbacks=True)),
        ToyJob(1, structure, ToyWay("step_function")),
        ToyJob(2, structure),
    ]
    ledger = Ledger()

    run(jobs, [3.0, 2.0, 1.0], 2, ledger)

    assert ledger.lent[0] is None
    assert ledger.lent[1] is None
    assert ledger.lent[2] is structure.replicas[1]
    assert ledger.clashes == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_work_surfaces(threads: int) -> None:
    """What work raises in any thread is raised by `run`; no thread is left, and nothing new is begun."""
    ran = Ledger()

    class Broken:
        def work(self, job: Job, replica: Replica | None) -> None:
            ran.work(job, replica)
            if cast(ToyJob, job).number == 2:
                raise SystemExit("from the user's code")

    with pytest.raises(SystemExit, match="from the user's code"):
        run([ToyJob(number, ToyStructure()) for number in range(60)], [60.0 - number for number in range(60)], threads, Broken())

    assert 2 in ran.ran
    assert len(ran.ran) < 60
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("trials-")]


def test_nothing_to_do() -> None:
    """No jobs are no error."""
    ledger = Ledger()

    run([], [], 2, ledger)

    assert ledger.ran == []


def test_jobs_run_while_others_are_prepared() -> None:
    """What is ready runs on variables of its own at once; the model's own are left to the preparation until that has ended."""
    structure = ToyStructure([None, Replica()])
    ledger = Ledger(0)
    ran_before_the_end: list[int] = []

    def prepared() -> Iterator[tuple[Job, float]]:
        for number in range(4):
            yield cast(Job, ToyJob(number, structure)), 1.0
        patience = time.monotonic() + 5
        while len(ledger.ran) < 4 and time.monotonic() < patience:
            time.sleep(0.001)
        ran_before_the_end.extend(ledger.ran)

    Pool(prepared(), 2, ledger.work).run()

    assert ran_before_the_end == [0, 1, 2, 3]
    assert all(replica is structure.replicas[1] for replica in ledger.lent.values())


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_preparing_surfaces(threads: int) -> None:
    """What the making of jobs raises is raised by `run`, and no thread is left."""

    def prepared() -> Iterator[tuple[Job, float]]:
        yield cast(Job, ToyJob(0, ToyStructure())), 1.0
        raise KeyError("from the making")

    with pytest.raises(KeyError, match="from the making"):
        Pool(prepared(), threads, Ledger().work).run()

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("trials-")]
