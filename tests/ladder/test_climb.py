"""The climb measures each rung once, says why it left one out, and loses nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import Interrupted, SubjectError, UsageError
from dnndoctor.evidence import record
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_trial
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.ladder.climb import climb, open_subject, reread
from dnndoctor.ladder.climber import Climb
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.journal import FILE, Journal, read
from dnndoctor.ladder.observer import Silent, Stop
from dnndoctor.ladder.plan import AnyExperiment, Asked, Plan, experiments_for, make_plan, seconds_of
from tests import evidence_samples
from tests.experiments.toy_patient import ToyPatient
from tests.ladder.fake_experiments import SHELF, Lower, Middle, Steps, Upper

SEEDS = (0, 1, 2)


class Scripted:
    """An executor that finishes every trial at once, or ends it as it was told to; it counts what it ran."""

    def __init__(self, states: dict[int, State] | None = None, facts: Facts | None = None) -> None:
        self.states = states or {}
        self.ran: list[str] = []
        self.opened = 0
        self.deadlines: list[float] = []
        self.facts = facts or evidence_samples.facts()
        self.raises: Exception | None = None

    def open(self, on_progress: Callable[[Progress], None]) -> Facts:
        """Counts."""
        on_progress(Progress("loading"))
        self.opened += 1
        return self.facts

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:
        """The last trial's outcome comes first."""
        self.deadlines += [] if deadline is None else [deadline]
        for trial in reversed(trials):
            on_progress(Progress("trial", trial.id))
            if self.raises is not None:
                raise self.raises
            self.ran.append(trial.id)
            state = (
                State.CUT if deadline is not None and time.monotonic() > deadline else self.states.get(trial.seed, State.FINISHED)
            )
            yield Outcome(trial, state, "It was told to." if state is not State.FINISHED else "", steps_run=trial.steps)

    def close(self) -> None:
        """Nothing to close."""


class Watching(Silent):
    """An observer that remembers, and that wants to stop after so many outcomes."""

    def __init__(self, stop: Stop | None = None, after: int = 10**9) -> None:
        self.rungs: list[Rung] = []
        self.started: list[str] = []
        self.ended: list[tuple[int, int]] = []
        self.stop = stop
        self.after = after

    def rung_started(self, name: str, question: str) -> None:
        """Remembers."""
        assert question
        self.started.append(name)

    def progress(self, name: str, progress: Progress, ended: int, planned: int) -> None:
        """Remembers, and counts down."""
        assert name in self.started
        if progress.steps_run:
            self.ended.append((ended, planned))
            if len(self.ended) == self.after and self.stop is not None:
                self.stop.ask(130)

    def rung_ended(self, rung: Rung) -> None:
        """Remembers."""
        self.rungs.append(rung)


def climbed(
    journal: Journal,
    executor: Scripted,
    shelf: Sequence[AnyExperiment] = SHELF,
    observer: Watching | None = None,
    stop: Stop | None = None,
    plan: Plan | None = None,
) -> Climb:
    """A climb of the whole shelf."""
    watching = observer or Watching()
    facts = open_subject(executor, journal, watching, stop)
    experiments = experiments_for(journal.record.begun.asked, shelf)
    made = journal.record.plan or plan or make_plan(journal.record.begun.asked, experiments, facts, 0.0)
    return climb(executor, experiments, made, journal, watching, facts=facts, stop=stop)


@pytest.fixture
def journal(tmp_path: Path, config: LoadedConfig) -> Iterator[Journal]:
    """The journal of a fresh run."""
    made = Journal.create(tmp_path, config, Asked(Preset.DEEP, SEEDS, 1000.0))
    yield made
    made.close()


def states(result: Climb) -> dict[str, RungState]:
    """What became of each rung."""
    return {rung.name: rung.state for rung in result.rungs}


def test_every_rung_is_climbed_and_each_trial_runs_once(journal: Journal) -> None:
    """Adaptive plans go on, and a trial that two rungs want is run for the first."""
    executor = Scripted()
    watching = Watching()
    result = climbed(journal, executor, observer=watching)

    assert states(result) == dict.fromkeys(["facts", "lower", "middle", "upper"], RungState.DONE)
    assert result.evidence.of(Lower) == Steps((8, 8, 8, 16))
    assert result.evidence.of(Middle) == Steps((16, 24))
    assert len(executor.ran) == len(set(executor.ran)) == 6
    assert watching.started == ["lower", "middle", "upper"]
    assert tuple(watching.rungs) == result.rungs
    assert watching.ended == [(1, 3), (2, 3), (3, 3), (1, 1), (2, 2), (1, 1)]
    assert not result.partial


def test_outcomes_stand_in_the_order_they_were_planned(journal: Journal) -> None:
    """In whatever order they came."""
    result = climbed(journal, Scripted())
    planned = [Trial(steps=8, seed=seed, edits=Lower().plan(result.evidence, {})[seed].edits).id for seed in SEEDS]  # type: ignore[index]  # trials, no Skip

    assert list(result.rungs[1].trials[:3]) == planned
    assert list(result.evidence.outcomes)[:3] == planned


def test_a_skip_is_told_and_passed_on(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its reason."""
    monkeypatch.setattr(Middle, "skips", True)
    monkeypatch.setattr(Upper, "needs", (Middle,))
    result = climbed(journal, Scripted())

    assert [(rung.state, rung.reason) for rung in result.rungs[2:]] == [
        (RungState.SKIPPED, "there is nothing to go on with"),
        (RungState.SKIPPED, "it needs middle, which was skipped: there is nothing to go on with"),
    ]
    assert result.evidence.observations["middle"] == Skip("there is nothing to go on with")


def test_a_cut_rung_is_inconclusive_and_what_needs_it_is_skipped(journal: Journal) -> None:
    """The clock only cuts; what was measured stays in the evidence."""
    result = climbed(journal, Scripted({1: State.CUT}))

    assert [(rung.state, rung.reason) for rung in result.rungs[1:3]] == [
        (RungState.INCONCLUSIVE, "1 of 3 trials were cut: It was told to."),
        (RungState.SKIPPED, "it needs lower, which is inconclusive: 1 of 3 trials were cut: It was told to."),
    ]
    assert states(result)["upper"] is RungState.DONE
    assert len(result.evidence.outcomes) == 4


def test_a_crash_is_read_like_any_outcome(journal: Journal) -> None:
    """Experiments see crashed trials and judge for themselves what they can still tell."""
    result = climbed(journal, Scripted({1: State.CRASHED}))

    assert states(result)["lower"] is RungState.DONE


def test_what_the_plan_skips_is_skipped(journal: Journal) -> None:
    """With the plan's reason."""
    plan = Plan(evidence_samples.evidence().settings, 1000.0, {"upper": "the config skips it"})
    result = climbed(journal, Scripted(), plan=plan)

    assert (result.rungs[3].state, result.rungs[3].reason) == (RungState.SKIPPED, "the config skips it")


def test_what_the_budget_does_not_reach_to_is_inconclusive(journal: Journal) -> None:
    """A question that was not asked for want of time is undecided, so that nobody is called healthy without it."""
    plan = Plan(evidence_samples.evidence().settings, 1000.0, unaffordable={"upper": "budget: too long"})
    result = climbed(journal, Scripted(), plan=plan)

    assert (result.rungs[3].state, result.rungs[3].reason) == (RungState.INCONCLUSIVE, "budget: too long")


def test_the_first_rungs_may_take_the_time_of_the_others(journal: Journal) -> None:
    """They leave what was planned for one another, and nothing to the rest."""
    now = time.monotonic()
    executor = Scripted()
    estimates = {"lower": 10.0, "middle": 30.0, "upper": 50.0}
    climbed(
        journal, executor, plan=Plan(evidence_samples.evidence().settings, 100.0, estimates=estimates, first=("lower", "middle"))
    )

    assert [round(deadline - now) for deadline in executor.deadlines] == [70, 70, 100, 100]


@pytest.mark.parametrize(("skips", "state"), [(True, RungState.DONE), (False, RungState.INCONCLUSIVE)])
def test_time_that_a_skipped_rung_does_not_need_goes_to_those_left_out(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, skips: bool, state: RungState
) -> None:
    """By what was planned for it, and not by the clock, so that the same evidence gives the same climb."""
    monkeypatch.setattr(Middle, "skips", skips)
    plan = Plan(
        evidence_samples.evidence().settings,
        1000.0,
        unaffordable={"upper": "budget: too long"},
        estimates={"lower": 10.0, "middle": 30.0},
        deferred={"upper": 35.0},
        spare=5.0,
    )

    assert climbed(journal, Scripted(), plan=plan).rungs[3].state is state


def test_a_rung_leaves_the_time_that_was_planned_for_those_above(journal: Journal) -> None:
    """A slow rung is cut before it eats the others' time, but never before its own planned time is over."""
    now = time.monotonic()
    executor = Scripted()
    plan = Plan(evidence_samples.evidence().settings, 100.0, estimates={"lower": 10.0, "middle": 30.0, "upper": 50.0})
    climbed(journal, executor, plan=plan)

    assert [round(deadline - now) for deadline in executor.deadlines] == [20, 20, 50, 100]


def test_an_interrupt_keeps_what_was_measured(journal: Journal) -> None:
    """Rungs not reached are inconclusive, and the journal can be gone on with."""
    stop = Stop()
    executor = Scripted()
    result = climbed(journal, executor, observer=Watching(stop, after=2), stop=stop)

    assert states(result) == {"facts": RungState.DONE, **dict.fromkeys(["lower", "middle", "upper"], RungState.INCONCLUSIVE)}
    assert {rung.reason for rung in result.rungs[1:]} == {"interrupted"}
    assert (result.partial, result.interrupted) == (True, 130)
    assert len(result.evidence.outcomes) == len(executor.ran) == 2
    assert read(journal.folder).rungs == {}


def test_an_interrupt_while_loading_raises(journal: Journal) -> None:
    """There is nothing to report yet."""
    stop = Stop()
    stop.ask(143)

    with pytest.raises(Interrupted) as caught:
        climbed(journal, Scripted(), stop=stop)
    assert caught.value.signal_exit_code == 143


def test_resuming_runs_no_finished_trial_again(journal: Journal) -> None:
    """After an interrupt the rest is run, and the evidence equals that of an uninterrupted run."""
    stop = Stop()
    first = Scripted()
    climbed(journal, first, observer=Watching(stop, after=2), stop=stop)
    journal.close()
    second = Scripted()
    resumed = Journal.resume(journal.folder)
    result = climbed(resumed, second)
    resumed.close()

    assert not set(first.ran) & set(second.ran)
    assert len(first.ran) + len(second.ran) == 6
    assert not result.partial
    assert result.evidence.of(Lower) == Steps((8, 8, 8, 16))


def test_resuming_a_whole_run_opens_nothing(journal: Journal) -> None:
    """Everything is answered from the journal."""
    before = climbed(journal, Scripted())
    journal.close()
    executor = Scripted()
    resumed = Journal.resume(journal.folder)
    after = climbed(resumed, executor)
    resumed.close()

    assert executor.opened == 0
    assert executor.ran == []
    assert after.rungs == before.rungs


def test_resuming_with_a_changed_subject_is_refused(journal: Journal) -> None:
    """Trials of two subjects must not be mixed."""
    stop = Stop()
    climbed(journal, Scripted(), observer=Watching(stop, after=2), stop=stop)
    changed = replace(evidence_samples.facts(), fingerprint="other")

    with pytest.raises(UsageError, match="has changed"):
        open_subject(Scripted(facts=changed), journal, Silent())


@pytest.mark.parametrize("after", [1, 3, 5, 10**9])
def test_a_record_climbed_again_gives_the_same(journal: Journal, after: int) -> None:
    """Evidence and rungs are functions of the journal, for whole and for interrupted runs; nothing is written."""
    stop = Stop()
    before = climbed(journal, Scripted({2: State.TIMED_OUT}), observer=Watching(stop, after), stop=stop)
    journal.close()
    content = (journal.folder / FILE).read_bytes()
    after_all = reread(journal.folder, SHELF)

    assert record.dumps(after_all.evidence.facts) == record.dumps(before.evidence.facts)
    assert after_all.evidence.observations == before.evidence.observations
    assert after_all.evidence.outcomes == before.evidence.outcomes
    assert [replace(rung, seconds=0) for rung in after_all.rungs] == [replace(rung, seconds=0) for rung in before.rungs]
    assert after_all.partial == before.partial
    assert (journal.folder / FILE).read_bytes() == content


def test_what_the_clock_cut_is_cut_in_the_record_too(journal: Journal) -> None:
    """A rung that ended cut stays cut."""
    before = climbed(journal, Scripted({1: State.CUT}))
    after = reread(journal.folder, SHELF)

    assert after.rungs == before.rungs


def test_a_run_that_never_loaded_cannot_be_read(journal: Journal) -> None:
    """There is nothing to show."""
    with pytest.raises(UsageError, match="nothing to show"):
        reread(journal.folder, SHELF)


def test_our_own_fault_costs_one_rung(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are climbed, and the traceback is kept for a report."""

    def fail(*_: object) -> object:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(Middle, "read", fail)
    result = climbed(journal, Scripted())

    assert states(result)["middle"] is RungState.INCONCLUSIVE
    assert states(result)["upper"] is RungState.DONE
    assert [fault.rung for fault in result.faults] == ["middle"]
    assert "ZeroDivisionError: a fault of ours" in result.faults[0].traceback


def test_a_subject_that_does_not_come_back_ends_the_climb_with_what_there_is(journal: Journal) -> None:
    """As after three deaths while loading again."""
    executor = Scripted()
    executor.raises = SubjectError("it died", stage="loading", advice="Look.")
    result = climbed(journal, executor)

    assert result.failure is executor.raises
    assert result.partial
    assert {rung.reason for rung in result.rungs[1:]} == {"the worker could not go on: it died"}


def test_a_plan_that_asks_for_the_same_for_ever_ends(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial that was answered is not asked again."""
    monkeypatch.setattr(Upper, "plan", lambda *_: [Trial(steps=3)])
    result = climbed(journal, Scripted())

    assert result.evidence.of(Upper) == Steps((3,))


def test_inconclusive_is_kept(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an experiment says of itself is the rung's state."""
    monkeypatch.setattr(Upper, "read", lambda *_: Inconclusive("too noisy"))
    result = climbed(journal, Scripted())

    assert (result.rungs[3].state, result.rungs[3].reason) == (RungState.INCONCLUSIVE, "too noisy")
    assert Evidence.of(result.evidence, Upper) is None


DOCTOR = """
import sys
from pathlib import Path
from dnndoctor.ladder.climb import climb, open_subject
from dnndoctor.ladder.executors.worker import WorkerExecutor
from dnndoctor.ladder.journal import Journal
from dnndoctor.ladder.observer import Silent
from dnndoctor.ladder.plan import experiments_for, make_plan
from tests.ladder.fake_experiments import SHELF
journal = Journal.resume(Path(sys.argv[1]))
executor = WorkerExecutor(journal.record.config, journal.folder, session="tests.ladder.fake_session:FakeSession")
facts = open_subject(executor, journal, Silent())
experiments = experiments_for(journal.record.begun.asked, SHELF)
plan = journal.record.plan or make_plan(journal.record.begun.asked, experiments, facts, 0.0)
result = climb(executor, experiments, plan, journal, Silent(), facts=facts)
executor.close()
journal.close()
print([rung.state.value for rung in result.rungs])
"""


def test_a_killed_doctor_goes_on_without_running_anything_twice(
    tmp_path: Path, config: LoadedConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 in the middle, then the same again with a real worker: no finished trial runs twice, the evidence is whole."""
    ledger = tmp_path / "ledger"
    monkeypatch.setenv("FAKE_LEDGER", str(ledger))
    Journal.create(tmp_path, config, Asked(Preset.DEEP, SEEDS, 1000.0)).close()
    command = [sys.executable, "-c", DOCTOR, str(tmp_path)]
    with subprocess.Popen(command) as doctor:
        while (tmp_path / FILE).read_text(encoding="utf-8").count('"kind":"measured"') < 2:
            time.sleep(0.01)
        os.kill(doctor.pid, signal.SIGKILL)
    finished_before = set(read(tmp_path).outcomes)
    lines_before = ledger.read_text(encoding="ascii").split()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    lines_after = ledger.read_text(encoding="ascii").split()[len(lines_before) :]

    assert again.stdout == "['done', 'done', 'done', 'done']\n"
    assert finished_before
    assert not finished_before & set(lines_after)
    assert reread(tmp_path, SHELF).evidence.of(Lower) == Steps((8, 8, 8, 16))


class AtTheBedside(Scripted):
    """An executor whose trials a patient on paper answers."""

    def __init__(self, patient: ToyPatient) -> None:
        super().__init__()
        self.patient = patient

    def run(self, trials: Sequence[Trial], on_progress: Callable[[Progress], None], deadline: float | None) -> Iterator[Outcome]:
        """By its formula."""
        del on_progress, deadline
        yield from map(self.patient.answer, trials)


class Above(Lower):
    """Stands above the user's own recipe and needs nothing."""

    name = "above"
    preset = Preset.STANDARD
    height = 99


@pytest.mark.parametrize("learns", [True, False])
def test_time_that_is_kept_for_treatment_is_free_where_the_model_learns(journal: Journal, learns: bool) -> None:
    """A rung that the budget did not reach to is climbed then; for a sick one the time stays."""
    made = Plan(Settings(), 100.0, unaffordable={"above": "budget"}, deferred={"above": 35.0}, treatment=40.0)

    climb = climbed(journal, AtTheBedside(ToyPatient(learns=learns)), (OwnRecipe, Above), plan=made)

    assert bool(climb.rungs[-1].trials) is learns
    assert climb.left == pytest.approx(5.0 if learns else 40.0)


def test_what_a_rung_did_not_need_goes_to_treatment(journal: Journal) -> None:
    """A sick one's: by the plan, its three runs take 25 s less than the rung was given."""
    facts = evidence_samples.facts()
    needed = OwnRecipe.traces * facts.engine.first_call_seconds
    needed += 3 * seconds_of([recipe_trial(Evidence(facts, Settings()), 0)], facts)
    made = Plan(Settings(), 100.0, estimates={"own_recipe": needed + 25.0}, treatment=40.0)

    climb = climbed(journal, AtTheBedside(ToyPatient(learns=False)), (OwnRecipe,), plan=made)

    assert climb.left == pytest.approx(65.0)
