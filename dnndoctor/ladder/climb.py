"""The climb: rung by rung, the cheapest question first; it measures and never judges."""

from collections.abc import Sequence
from pathlib import Path

from dnndoctor.errors import Interrupted, UsageError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.ladder.climber import Climb, Climber, StoppedError
from dnndoctor.ladder.executors import Executor, Progress
from dnndoctor.ladder.executors.replay import ReplayExecutor
from dnndoctor.ladder.journal import Journal, read
from dnndoctor.ladder.observer import Observer, Silent, Stop
from dnndoctor.ladder.plan import AnyExperiment, Plan, experiments_for


def open_subject(executor: Executor, journal: Journal, observer: Observer, stop: Stop | None = None) -> Facts:
    """Loads the subject and writes its facts down; on a resumed run, sees to it that the subject is still the same.

    Args:
        executor: Is opened, unless the journal holds a whole run.
        journal: Of the run.
        observer: Is told what is going on.
        stop: Looked at meanwhile.

    Raises:
        SubjectError: The user's model or data could not be built.
        UsageError: The subject has changed since the run began.
        Interrupted: The user wanted to stop.
    """
    recorded = journal.record.facts
    if recorded is not None and journal.record.whole:
        return recorded

    def on_progress(progress: Progress) -> None:
        if stop is not None and stop.exit_code is not None:
            raise StoppedError
        observer.loading(progress)

    try:
        facts = executor.open(on_progress)
    except StoppedError:
        executor.close()
        raise Interrupted((stop.exit_code if stop else None) or 130) from None
    if recorded is None:
        journal.seen(facts)
        return facts
    if recorded.fingerprint != facts.fingerprint:
        raise UsageError(
            f"the config, the code or the data has changed since the run {journal.folder.name} began, "
            "so its trials cannot be mixed with new ones; start a new run"
        )
    return recorded


def climb(
    executor: Executor,
    experiments: Sequence[AnyExperiment],
    plan: Plan,
    journal: Journal,
    observer: Observer,
    *,
    facts: Facts,
    stop: Stop | None = None,
) -> Climb:
    """Climbs the ladder. Trials that the journal holds are not run again; the same journal gives the same evidence.

    Args:
        executor: Runs the trials.
        experiments: In the order of the climb.
        plan: What to do; is written down unless the journal holds one already, which then must be this.
        journal: Every outcome is on the disk before the next is waited for.
        observer: Is told what is going on.
        facts: Of the subject.
        stop: Looked at between signs of life; the worker is then killed, and finished trials are kept.

    Raises:
        UsageError: The journal cannot be written.
    """
    if journal.record.plan is None:
        journal.planned(plan)
    return Climber(executor, plan, journal, observer, facts, stop or Stop()).climb(experiments)


def reread(folder: Path, shelf: Sequence[AnyExperiment] | None = None) -> Climb:
    """Climbs a recorded run again, from its journal alone and without writing: readings are pure, so the evidence is the same.

    Args:
        folder: The run's folder.
        shelf: All experiments; those of `dnndoctor.experiments` by default.

    Raises:
        UsageError: There is no usable journal, or the run ended before its subject was loaded.
    """
    recorded = read(folder)
    if recorded.facts is None or recorded.plan is None:
        raise UsageError(f"the run {folder.name} ended before its subject was loaded; there is nothing to show")
    executor = ReplayExecutor(recorded.facts, recorded.outcomes)
    climber = Climber(executor, recorded.plan, Journal.in_memory(recorded), Silent(), recorded.facts, Stop())
    if recorded.ended is None or recorded.ended.partial:
        climber.end_of_record = recorded.ended.reason if recorded.ended is not None else "the run was killed"
    return climber.climb(experiments_for(recorded.begun.asked, shelf))


def try_out(
    executor: Executor, trials: Sequence[Trial], climbed: Climb, journal: Journal, observer: Observer, stop: Stop
) -> dict[str, Outcome]:
    """Runs the trials of treatment after a climb, in what is left of its time.

    Args:
        executor: Runs the trials.
        trials: All different; those that the journal holds are not run again.
        climbed: The climb before.
        journal: Every outcome is on the disk before the next is waited for.
        observer: Is told what is going on.
        stop: Looked at between signs of life.

    Returns:
        Outcomes by trial id; those of trials that could not be run are missing.

    Raises:
        UsageError: The journal cannot be written.
    """
    climber = Climber(executor, climbed.plan, journal, observer, climbed.evidence.facts, stop)
    return climber.try_out(trials)
