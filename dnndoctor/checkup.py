"""The corridor: config -> subject -> evidence -> diagnosis -> treatment; a report says what came of it."""

import traceback
from pathlib import Path

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.errors import Interrupted, SubjectError
from dnndoctor.evidence.chart import Chart
from dnndoctor.ladder.climb import climb, open_subject, reread, try_out
from dnndoctor.ladder.climber import Climb
from dnndoctor.ladder.executors.choice import executor_for
from dnndoctor.ladder.journal import Journal, read
from dnndoctor.ladder.lines import Record
from dnndoctor.ladder.observer import Observer, Stop
from dnndoctor.ladder.plan import Asked, experiments_for, make_plan
from dnndoctor.patching.proposal import Proposal, propose
from dnndoctor.report.asked import asked_line
from dnndoctor.report.contents import Checkup, Obstacle
from dnndoctor.treatment import Treated, treat
from dnndoctor.treatment.prescription import Prescription


def checkup(
    loaded: LoadedConfig, folder: Path, observer: Observer, stop: Stop, *, asked: Asked | None = None, resume: bool = False
) -> Checkup:
    """Examines a subject from beginning to end.

    Args:
        loaded: The config.
        folder: The run's folder: empty for a new run, with a journal for one that goes on.
        observer: Is told what is going on.
        stop: The user's wish to stop; what was measured until then is diagnosed.
        asked: What a new run asks for; what the config asks for where None.
        resume: Whether to go on with the journal in the folder.

    Returns:
        What came of it. That the subject could not be examined, or somebody stopped the doctor, is an outcome.

    Raises:
        UsageError: The journal cannot be written, or does not belong to this config.
        DnnDoctorError: A fault of our own.
    """
    journal = Journal.resume(folder) if resume else Journal.create(folder, loaded, asked or Asked.of(loaded))
    executor = executor_for(loaded, folder)
    whole = journal.record.whole
    try:
        asked = journal.record.begun.asked
        experiments = experiments_for(asked)
        facts = open_subject(executor, journal, observer, stop)
        plan = journal.record.plan or make_plan(asked, experiments, facts, journal.seconds)
        climbed = climb(executor, experiments, plan, journal, observer, facts=facts, stop=stop)
        diagnosis = diagnose(climbed.evidence, climbed.rungs)
        if whole or climbed.partial:
            treated = treat(diagnosis, climbed.evidence, journal.record.answers, climbed.left)
        else:
            treated = treat(
                diagnosis,
                climbed.evidence,
                lambda trials: try_out(executor, trials, climbed, journal, observer, stop),
                climbed.left,
            )
    except (SubjectError, Interrupted) as error:
        return _unexaminable(journal.record, folder, Obstacle.of(error), journal.seconds)
    finally:
        executor.close()
        journal.close()
    return _examined(journal.record, folder, climbed, treated, stop.exit_code)


def replay(folder: Path) -> Checkup:
    """The same checkup again, from its journal alone.

    Args:
        folder: The run's folder.

    Raises:
        UsageError: There is no usable journal, or the run ended before its subject was loaded.
    """
    record, climbed = read(folder), reread(folder)
    treated = treat(diagnose(climbed.evidence, climbed.rungs), climbed.evidence, record.answers, climbed.left)
    return _examined(record, folder, climbed, treated, climbed.interrupted)


def _examined(record: Record, folder: Path, climbed: Climb, treated: Treated, signal: int | None) -> Checkup:
    charts, chart_faults = _charts(climbed, record.begun.asked)
    proposal, proposal_faults = _proposal(record, climbed, treated)
    stopped = record.ended.reason if record.ended is not None and record.ended.partial else ""
    return Checkup(
        asked=asked_line(record.config, record.begun.asked.budget),
        facts=climbed.evidence.facts,
        outcomes={**climbed.evidence.outcomes, **treated.outcomes},
        charts=charts,
        treated=treated,
        stopped=stopped or ("killed" if climbed.partial else ""),
        signal=signal,
        failure=Obstacle.of(climbed.failure) if climbed.failure is not None else None,
        own_faults={
            **{f"the rung {fault.rung}": fault.traceback for fault in climbed.faults},
            **{f"the rule {fault.rule}": fault.trace for fault in treated.diagnosis.faults},
            **chart_faults,
            **proposal_faults,
        },
        seconds=record.seconds,
        folder=_shown(folder),
        environment=dict(climbed.evidence.facts.environment),
        proposal=proposal,
    )


def _charts(climbed: Climb, asked: Asked) -> tuple[dict[str, tuple[Chart, ...]], dict[str, str]]:
    """The pictures by rung, and the tracebacks of those that could not be made, by what they were of."""
    charts: dict[str, tuple[Chart, ...]] = {}
    faults: dict[str, str] = {}
    for experiment in experiments_for(asked):
        observation: object = climbed.evidence.of(experiment)
        if observation is None:
            continue
        try:
            drawn = tuple(experiment().charts(climbed.evidence, observation))
        except Exception:  # a fault of ours must not cost the user the report
            faults[f"the charts of {experiment.name}"] = traceback.format_exc()
        else:
            charts |= {experiment.name: drawn} if drawn else {}
    return charts, faults


def _proposal(record: Record, climbed: Climb, treated: Treated) -> tuple[Proposal, dict[str, str]]:
    """The prescription in the user's files as they are now, and the traceback where that was our fault."""
    given = treated.prescription
    if not isinstance(given, Prescription):
        return Proposal(), {}
    try:
        return propose(given.edits, climbed.evidence.facts, record.config), {}
    except Exception:  # a fault of ours must not cost the user the report
        return Proposal(), {"the diff of the prescription": traceback.format_exc()}


def _unexaminable(record: Record, folder: Path, obstacle: Obstacle, seconds: float) -> Checkup:
    return Checkup(
        asked=asked_line(record.config, record.begun.asked.budget),
        obstacle=obstacle,
        stopped=obstacle.message if obstacle.kind == "interrupted" else "",
        signal=obstacle.exit_code if obstacle.kind == "interrupted" else None,
        seconds=seconds,
        folder=_shown(folder),
    )


def _shown(folder: Path) -> str:
    """A folder as a person would type it from where the command was called."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
