"""The report as JSON, version 1."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from dnndoctor import __version__
from dnndoctor.diagnosis.diagnose import JudgedRung, RankedFinding
from dnndoctor.edits import patch
from dnndoctor.evidence.outcome import Outcome, Score
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Finding, Remedy, Statement, Where
from dnndoctor.report.before_after import median_pair
from dnndoctor.report.contents import Checkup, Format, Obstacle
from dnndoctor.report.document import (
    BlameEntry,
    BudgetEntry,
    ByHandEntry,
    CurveEntry,
    CurvesEntry,
    EditEntry,
    ErrorEntry,
    EvidenceEntry,
    FindingEntry,
    NoPrescriptionEntry,
    NotSeenEntry,
    Number,
    PartEntry,
    PrescriptionEntry,
    ProblemEntry,
    RemedyEntry,
    ReportDocument,
    RuledOutEntry,
    RungEntry,
    ScoreEntry,
    Subject,
    Tool,
    TrialEntry,
    Value,
    WhereEntry,
)
from dnndoctor.report.look import Look
from dnndoctor.report.prescription_text import effect_sentence, means
from dnndoctor.report.recipe import recipe_line
from dnndoctor.treatment import Treated
from dnndoctor.treatment.prescription import NoPrescription, Part, Prescription

CURVE_POINTS = 200
"""Points of a curve that are kept: more than the columns of any terminal, and a report of 100 trials stays near a megabyte."""


class Json(Format):
    """For machines: all that is known, in one object. ASCII only, so it is safe wherever it is shown or stored."""

    name = "json"

    def render(self, checkup: Checkup, look: Look) -> str:  # noqa: ARG002  machines have no look
        """See `Format`."""
        return json.dumps(asdict(document(checkup)), indent=2, allow_nan=False) + "\n"


def document(checkup: Checkup) -> ReportDocument:
    """The report as plain data, each number fit for strict JSON.

    Args:
        checkup: What it says.
    """
    facts, treated = checkup.facts, checkup.treated
    diagnosis = treated.diagnosis if treated else None
    return ReportDocument(
        schema_version=1,
        tool=Tool(__version__),
        verdict=checkup.verdict,
        partial=checkup.partial,
        subject=Subject(
            model=checkup.asked.model,
            data=checkup.asked.data,
            recipe=recipe_line(facts) if facts else None,
            fingerprint=facts.fingerprint if facts else None,
        ),
        goal=checkup.asked.goal,
        ladder=tuple(map(_rung, diagnosis.ladder)) if diagnosis else (),
        findings=tuple(map(_finding, diagnosis.findings)) if diagnosis else (),
        ruled_out=tuple(RuledOutEntry(entry.cause.value, entry.why) for entry in diagnosis.ruled_out) if diagnosis else (),
        not_seen=tuple(NotSeenEntry(entry.what, entry.why) for entry in diagnosis.not_seen) if diagnosis else (),
        prescription=_prescription(checkup),
        trials=tuple(map(_trial, checkup.outcomes.values())),
        budget=BudgetEntry(_maybe(checkup.asked.budget_seconds), number(checkup.seconds)),
        environment=dict(checkup.environment),
        run=checkup.folder,
        error=_error(checkup.obstacle) if checkup.obstacle else None,
        no_prescription=_no_prescription(treated),
        blame=BlameEntry(diagnosis.blame.side.value, diagnosis.blame.why) if diagnosis and diagnosis.blame else None,
    )


def number(value: float) -> Number:
    """A number as strict JSON can hold it: integers stay integers, NaN and infinities become strings."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def fingerprint(finding: Finding) -> str:
    """Sixteen hexadecimal digits that are the same for the same fault at the same place in every run.

    A place is a layer, or a file where no layer is named; its line number is left out, since an unrelated edit above moves it.
    """
    places = sorted({entry.layer or (entry.place.file if entry.place else "") for entry in finding.where})
    return hashlib.sha256(json.dumps([finding.code, finding.cause.value, places]).encode()).hexdigest()[:16]


def _maybe(value: float | None) -> Number | None:
    return None if value is None else number(value)


def _numbers(values: Mapping[str, float]) -> dict[str, Number]:
    return {name: number(value) for name, value in values.items()}


def _value(value: float | str | Sequence[float]) -> Value:
    match value:
        case str():
            return value
        case int() | float():
            return number(value)
        case _:
            return tuple(map(number, value))


def _rung(judged: JudgedRung) -> RungEntry:
    rung = judged.rung
    return RungEntry(rung.name, rung.question, judged.state.value, judged.reason, number(rung.seconds), rung.trials)


def _finding(ranked: RankedFinding) -> FindingEntry:
    finding = ranked.finding
    return FindingEntry(
        rank=ranked.rank,
        code=finding.code,
        name=finding.name,
        cause=finding.cause.value,
        title=finding.title,
        severity=finding.severity.value,
        confidence=finding.confidence,
        where=tuple(map(_where, finding.where)),
        evidence=tuple(map(_evidence, finding.evidence)),
        remedies=tuple(map(_remedy, finding.remedies)),
        fingerprint=fingerprint(finding),
    )


def _where(where: Where) -> WhereEntry:
    place = where.place
    return WhereEntry(where.layer, place.file if place else None, place.line if place else None)


def _evidence(statement: Statement) -> EvidenceEntry:
    values = {name: _value(value) for name, value in statement.values.items()}
    return EvidenceEntry(statement.text, statement.rung, values, statement.trials)


def _edits(edits: Sequence[Edit]) -> tuple[EditEntry, ...]:
    return tuple(EditEntry(edit.name, dict(edit.parameters)) for edit in edits)


def _remedy(remedy: Remedy) -> RemedyEntry:
    return RemedyEntry(
        title=remedy.title,
        edits=_edits(remedy.edits),
        patch=remedy.patch,
        verified=remedy.verified,
        before=_maybe(remedy.before),
        after=_maybe(remedy.after),
        effect=remedy.effect,
        seeds=remedy.seeds,
        note=remedy.note,
    )


def _prescription(checkup: Checkup) -> PrescriptionEntry | None:
    facts, proposal = checkup.facts, checkup.proposal
    given = checkup.treated.prescription if checkup.treated else None
    if facts is None or not isinstance(given, Prescription):
        return None
    before, after = means(given.effect)
    pair = median_pair(given, checkup.outcomes)
    return PrescriptionEntry(
        edits=_edits(given.edits),
        patch=patch(given.edits, facts),
        measure=given.effect.measure,
        before=number(before),
        after=number(after),
        effect=effect_sentence(given.effect),
        seeds=given.effect.seeds,
        each_necessary=tuple(map(_part, given.parts)),
        equivalents=tuple(map(_part, given.equivalents)),
        diff=proposal.diff(),
        by_hand=tuple(
            ByHandEntry(each.snippet, tuple(WhereEntry(None, place.file, place.line) for place in each.places), each.why)
            for each in proposal.by_hand
        ),
        curves=CurvesEntry(pair.before.trial.id, pair.after.trial.id, pair.same_loss) if pair else None,
    )


def _no_prescription(treated: Treated | None) -> NoPrescriptionEntry | None:
    given = treated.prescription if treated else None
    return NoPrescriptionEntry(given.tried, given.why) if isinstance(given, NoPrescription) else None


def _part(part: Part) -> PartEntry:
    return PartEntry(part.title, _edits(part.edits), _maybe(part.without))


def _trial(outcome: Outcome) -> TrialEntry:
    trial = outcome.trial
    return TrialEntry(
        id=trial.id,
        edits=_edits(trial.edits),
        rows=trial.rows,
        look=trial.look,
        steps=trial.steps,
        steps_run=outcome.steps_run,
        batch_size=outcome.batch_size,
        seed=trial.seed,
        state=outcome.state.value,
        reason=outcome.reason,
        stopped_by=outcome.stopped_by,
        path=outcome.path,
        seconds=number(outcome.seconds),
        curve=_curve(outcome),
        start=_score(outcome.scores.start),
        train=_score(outcome.scores.train),
        validation=_score(outcome.scores.validation),
    )


def _score(score: Score | None) -> ScoreEntry | None:
    return None if score is None else ScoreEntry(number(score.loss), _maybe(score.skill), _numbers(score.metrics))


def _curve(outcome: Outcome) -> CurveEntry:
    length = len(outcome.losses)
    points = min(length, CURVE_POINTS)
    # Evenly spaced steps, the first and the last among them.
    steps = tuple(index * (length - 1) // max(points - 1, 1) for index in range(points))

    def at_steps(values: Sequence[float]) -> tuple[Number, ...]:
        return tuple(number(values[step]) for step in steps) if len(values) == length else ()

    return CurveEntry(steps, at_steps(outcome.losses), at_steps(outcome.gradient_norm), at_steps(outcome.update_ratio))


def _error(obstacle: Obstacle) -> ErrorEntry:
    problems = tuple(
        ProblemEntry(problem.message, problem.source, problem.line, problem.column, problem.hint) for problem in obstacle.problems
    )
    return ErrorEntry(
        obstacle.kind, obstacle.exit_code, obstacle.message, obstacle.stage, obstacle.advice, obstacle.frames, problems
    )
