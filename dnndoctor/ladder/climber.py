"""One climb: rungs one after the other, each outcome on the disk before the next is waited for."""

import math
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dnndoctor.errors import DnnDoctorError, UsageError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Skip
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.experiments.sickness import learns_by_itself, sicknesses
from dnndoctor.ladder.executors import Executor, Progress
from dnndoctor.ladder.journal import Journal
from dnndoctor.ladder.observer import Observer, Stop
from dnndoctor.ladder.plan import AnyExperiment, Plan, cost_of

FACTS = Rung("facts", "What can be said of the model, the recipe and the data without training?", RungState.DONE)
"""The lowest rung, climbed by loading the subject."""


TREATMENT = Rung("treatment", "Do the remedies work?", RungState.DONE)
"""What comes after the climb, for whoever watches."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of our own: an experiment's code raised.

    Attributes:
        rung: Name of the experiment.
        traceback: For a bug report.
    """

    rung: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Climb:
    """What a climb came to.

    Attributes:
        evidence: All that was seen.
        rungs: All, in the order of the climb, the facts first.
        partial: Whether it was interrupted or could not go on.
        seconds: That the run took, loading and earlier parts of a resumed run included.
        plan: That was followed.
        interrupted: Exit code of the signal that stopped it, None where none did.
        failure: Why it could not go on (the worker could not be started again), None where it could.
        faults: Of our own; the rungs concerned are inconclusive, and the command ends with 70.
        left: Seconds that the plan leaves for treatment.
    """

    evidence: Evidence
    rungs: tuple[Rung, ...]
    partial: bool
    seconds: float
    plan: Plan
    interrupted: int | None = None
    failure: DnnDoctorError | None = None
    faults: tuple[Fault, ...] = ()
    left: float = math.inf


class StoppedError(Exception):
    """Carries the user's wish to stop out of an executor."""


class Climber:
    """The state of one climb."""

    def __init__(self, executor: Executor, plan: Plan, journal: Journal, observer: Observer, facts: Facts, stop: Stop) -> None:
        self._executor = executor
        self._plan = plan
        self._journal = journal
        self._observer = observer
        self._stop = stop
        self._evidence = Evidence(facts, plan.settings)
        self._failure: DnnDoctorError | None = None
        self._faults: list[Fault] = []
        self._halted = ""
        self._rung_started = 0.0
        self._spare = plan.spare
        self._for_treatment = plan.treatment
        self._deadline = None if math.isinf(plan.budget) else time.monotonic() + plan.budget - journal.seconds
        self.end_of_record: str | None = None
        """Why a record is partial; the first trial that is missing in it ends the climb. None where trials can be run."""

    def climb(self, experiments: Sequence[AnyExperiment]) -> Climb:
        """See the function."""
        rungs = [replace(FACTS, seconds=self._journal.record.loaded_at)]
        self._observer.rung_ended(rungs[0])
        for experiment in experiments:
            rungs.append(self._rung(experiment))
            self._observer.rung_ended(rungs[-1])
        if not self._journal.record.whole:  # a whole run that is only looked at again keeps its time
            self._journal.ended(bool(self._halted), self._halted)
        return Climb(
            self._evidence,
            tuple(rungs),
            bool(self._halted),
            self._journal.seconds,
            self._plan,
            self._stop.exit_code,
            self._failure,
            tuple(self._faults),
            self._spare + self._for_treatment,
        )

    def try_out(self, trials: Sequence[Trial]) -> dict[str, Outcome]:
        """See the function."""
        self._rung_started = started = time.monotonic()
        self._observer.rung_started(TREATMENT.name, TREATMENT.question)
        came = self._measure(TREATMENT.name, {trial.id: trial for trial in trials}, ended_before=False)
        self._observer.rung_ended(replace(TREATMENT, seconds=time.monotonic() - started, trials=tuple(came)))
        if self._journal.record.ended is None:  # something was run after the climb
            self._journal.ended(bool(self._halted), self._halted)
        return came

    def _rung(self, experiment: AnyExperiment) -> Rung:
        recorded = self._journal.record.rungs.get(experiment.name)
        self._rung_started = started = time.monotonic()
        outcomes: dict[str, Outcome] = {}
        observation: object
        if reason := self._plan.skipped.get(experiment.name):
            observation = Skip(reason)
        elif (reason := self._plan.unaffordable.get(experiment.name)) and self._cost(experiment) > self._spare:
            observation = Inconclusive(reason)
        elif self._halted:
            observation = Inconclusive(self._halted)
        elif reason := self._unmet(experiment):
            observation = Skip(reason)
        else:
            self._spare -= self._cost(experiment) if experiment.name in self._plan.unaffordable else 0.0
            self._observer.rung_started(experiment.name, experiment.question)
            if recorded is None:
                self._journal.rung_started(experiment.name)
            observation = self._ask(experiment(), outcomes, recorded is not None)
            if isinstance(observation, Skip):
                self._spare += self._cost(experiment)
            elif self._for_treatment:
                # What was not needed, by the trials and not by the clock, so that the same evidence gives the same treatment.
                asked = cost_of(experiment, outcomes.values(), self._evidence.facts)
                self._for_treatment += max(0.0, self._plan.estimates.get(experiment.name, 0.0) - asked)
        self._evidence = replace(
            self._evidence,
            observations={**self._evidence.observations, experiment.name: observation},
            outcomes={**self._evidence.outcomes, **outcomes},
        )
        if experiment is OwnRecipe and learns_by_itself(self._evidence) and not sicknesses(self._evidence):
            self._spare, self._for_treatment = self._spare + self._for_treatment, 0.0
        state, reason = _state(observation)
        took = recorded.seconds if recorded is not None else time.monotonic() - started
        rung = Rung(experiment.name, experiment.question, state, reason, took, tuple(outcomes))
        if recorded is None and not self._halted:
            self._journal.rung_ended(rung)
        return rung

    def _cost(self, experiment: AnyExperiment) -> float:
        """Seconds that the plan takes a rung to need."""
        return self._plan.estimates.get(experiment.name, self._plan.deferred.get(experiment.name, math.inf))

    def _unmet(self, experiment: AnyExperiment) -> str:
        """Why an experiment lacks what it needs, empty where it does not."""
        for need in experiment.needs:
            observation = self._evidence.observations.get(need.name)
            if isinstance(observation, Skip):
                return f"it needs {need.name}, which was skipped: {observation.reason}"
            if isinstance(observation, Inconclusive):
                return f"it needs {need.name}, which is inconclusive: {observation.reason}"
        return ""

    def _ask(self, experiment: Experiment[Any], outcomes: dict[str, Outcome], ended_before: bool) -> object:
        """Plans, runs and reads one experiment; fills in its outcomes and returns its observation."""
        while True:
            try:
                planned = experiment.plan(self._evidence, outcomes)
            except Exception:  # a fault of ours must not lose what the other rungs measure
                return self._fault(experiment)
            if isinstance(planned, Skip):
                return planned
            fresh = {trial.id: trial for trial in planned if trial.id not in outcomes}
            if not fresh:
                break
            came = self._measure(experiment.name, fresh, ended_before)
            outcomes.update({name: came[name] for name in fresh if name in came})
            if self._halted:
                return Inconclusive(self._halted)
            if cut := [outcome for outcome in came.values() if outcome.state is State.CUT]:
                return Inconclusive(f"{len(cut)} of {len(came)} trials were cut: {cut[0].reason}")
        try:
            observation: object = experiment.read(self._evidence, outcomes)
        except Exception:  # as above
            return self._fault(experiment)
        return observation

    def _measure(self, rung: str, trials: Mapping[str, Trial], ended_before: bool) -> dict[str, Outcome]:
        """Outcomes of trials, from the journal where it holds them; sets `_halted` where the climb cannot go on."""
        recorded = self._journal.record.outcomes
        came = {
            name: recorded[name]
            for name in trials
            # What was cut by an interrupt is tried again; what the clock cut from a rung that then ended stays cut.
            if name in recorded and (ended_before or recorded[name].state is not State.CUT)
        }
        missing = [trial for name, trial in trials.items() if name not in came]
        if missing and self.end_of_record is not None:
            self._halted = self.end_of_record
            return came

        def on_progress(progress: Progress) -> None:
            if self._stop.exit_code is not None:
                raise StoppedError
            self._observer.progress(rung, progress, len(came), len(trials))

        try:
            for outcome in self._executor.run(missing, on_progress, self._deadline_of(rung)) if missing else ():
                came[outcome.trial.id] = outcome
                self._journal.measured(outcome)
                on_progress(Progress("trial", outcome.trial.id, outcome.steps_run))
        except StoppedError:
            self._halted = "interrupted" if self._stop.exit_code == 130 else "terminated"
        except UsageError:
            raise
        except DnnDoctorError as error:
            self._failure, self._halted = error, f"the worker could not go on: {error}"
        return came

    def _deadline_of(self, rung: str) -> float | None:
        """When a rung is cut: where the time is up that the plan does not need for the rungs above it.

        A rung that takes longer than was expected must not starve the ones above, so it may use what is left over, and no more.
        What the quick preset asks goes before the rest, which is of little use without it.
        """
        if self._deadline is None:
            return None
        names = list(self._plan.estimates)
        above = names[names.index(rung) + 1 :] if rung in names else []
        if rung in self._plan.first:
            above = [name for name in above if name in self._plan.first]
        reserved = sum(self._plan.estimates[name] for name in above)
        if rung != TREATMENT.name:
            reserved += self._for_treatment
        return min(self._deadline, max(self._deadline - reserved, self._rung_started + self._plan.estimates.get(rung, 0.0)))

    def _fault(self, experiment: Experiment[Any]) -> Inconclusive:
        self._faults.append(Fault(experiment.name, traceback.format_exc()))
        return Inconclusive("a fault of dnndoctor itself; please report it")


def _state(observation: object) -> tuple[RungState, str]:
    match observation:
        case Skip():
            return RungState.SKIPPED, observation.reason
        case Inconclusive():
            return RungState.INCONCLUSIVE, observation.reason
        case _:
            return RungState.DONE, ""
