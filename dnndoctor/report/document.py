"""Version 1 of the report's JSON, as types; its JSON Schema is made from them. New keys may be added, none may go or change."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Number: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]
"""A number; JSON knows no NaN and no infinities, so they are strings."""

Value: TypeAlias = Number | str | tuple[Number, ...]


VerdictWord: TypeAlias = Literal["sick", "suspect", "inconclusive", "healthy", "unexaminable"]
ErrorKind: TypeAlias = Literal["config", "usage", "subject", "interrupted", "internal"]


@dataclass(frozen=True, slots=True)
class Tool:
    """The program that wrote the report."""

    version: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What was examined: the config's `model` and `data`, the recipe in one line, and the hash that equal subjects share."""

    model: str
    data: str
    recipe: str | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class RungEntry:
    """One question of the ladder and what became of it."""

    rung: str
    question: str
    state: Literal["pass", "warn", "fail", "skipped", "inconclusive"]
    reason: str
    seconds: Number
    trials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhereEntry:
    """A place: a layer, or the line of its creation or of the config key, or both."""

    layer: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class BlameEntry:
    """Who is to blame by the controls (a reference model on the same data, the same model on a teacher's targets), and why."""

    side: Literal["data", "model", "optimisation"]
    why: str


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One measured statement, its numbers by name (an array is a curve), and the ids of the trials behind it."""

    statement: str
    rung: str
    values: dict[str, Value]
    trials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditEntry:
    """A change to the subject as plain data."""

    name: str
    parameters: dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class RemedyEntry:
    """What to do, as a sentence, as edits and as code; `verified` only where trials showed that it works."""

    title: str
    edits: tuple[EditEntry, ...]
    patch: str
    verified: bool
    before: Number | None
    after: Number | None
    effect: str
    seeds: tuple[int, ...]
    note: str


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """What is probably wrong. The fingerprint is the same for the same code, cause and places in every run."""

    rank: int
    code: str
    name: str
    cause: str
    title: str
    severity: Literal["error", "warning", "note"]
    confidence: float
    where: tuple[WhereEntry, ...]
    evidence: tuple[EvidenceEntry, ...]
    remedies: tuple[RemedyEntry, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RuledOutEntry:
    """A cause that the evidence speaks against."""

    cause: str
    why: str


@dataclass(frozen=True, slots=True)
class NotSeenEntry:
    """Something that could not be examined."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class CurveEntry:
    """A trial's curves at the listed steps, at most 200 of them; a curve that was not recorded is empty."""

    step: tuple[int, ...]
    loss: tuple[Number, ...]
    gradient_norm: tuple[Number, ...]
    update_ratio: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """One evaluation; skill is 1 for perfect, 0 for no better than the best constant, null where nothing can be decoded."""

    loss: Number
    skill: Number | None
    metrics: dict[str, Number]


@dataclass(frozen=True, slots=True)
class TrialEntry:
    """One short training run."""

    id: str
    edits: tuple[EditEntry, ...]
    rows: int | None
    look: str
    steps: int
    steps_run: int
    batch_size: int
    seed: int
    state: Literal["finished", "cut", "impossible", "failed", "crashed", "timed_out", "out_of_memory"]
    reason: str
    stopped_by: str
    path: str
    seconds: Number
    curve: CurveEntry
    start: ScoreEntry | None
    train: ScoreEntry | None
    validation: ScoreEntry | None


@dataclass(frozen=True, slots=True)
class PartEntry:
    """One change; `without` is what the other parts of a prescription reach without it, null where it is the only one."""

    title: str
    edits: tuple[EditEntry, ...]
    without: Number | None


@dataclass(frozen=True, slots=True)
class ByHandEntry:
    """A part of a prescription that the diff does not hold: the lines to write, where, and why there is no diff."""

    patch: str
    where: tuple[WhereEntry, ...]
    why: str


@dataclass(frozen=True, slots=True)
class CurvesEntry:
    """The ids of the untreated and the treated run of the median seed; their losses compare only where it is the same loss."""

    before: str
    after: str
    same_loss: bool


@dataclass(frozen=True, slots=True)
class PrescriptionEntry:
    """Changes after which the model learns, each necessary; single changes that do as well are the equivalents.

    `diff` is a unified diff of the user's files, to be applied in the config's folder; empty where nothing was found for certain.
    """

    edits: tuple[EditEntry, ...]
    patch: str
    measure: str
    before: Number
    after: Number
    effect: str
    seeds: tuple[int, ...]
    each_necessary: tuple[PartEntry, ...]
    equivalents: tuple[PartEntry, ...]
    diff: str
    by_hand: tuple[ByHandEntry, ...]
    curves: CurvesEntry | None


@dataclass(frozen=True, slots=True)
class NoPrescriptionEntry:
    """Remedies that were tried in vain, or not to the end."""

    tried: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class BudgetEntry:
    """Seconds asked for, null where no budget was set, and seconds used."""

    asked_s: Number | None
    used_s: Number


@dataclass(frozen=True, slots=True)
class ProblemEntry:
    """One thing that is wrong in the config."""

    message: str
    source: str
    line: int | None
    column: int | None
    hint: str


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """Why there is no diagnosis; `exit_code` is that of the command."""

    kind: ErrorKind
    exit_code: int
    message: str
    stage: str
    advice: str
    frames: str
    problems: tuple[ProblemEntry, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A report of `dnndoctor diagnose`.

    `partial` says that the ladder was left early. `blame` is null where nothing is established, or the controls leave it open.
    `error` is null unless the verdict is `unexaminable`. `prescription` is null
    where nothing was to be treated, or nothing cured; `no_prescription` then says what was tried.
    """

    schema_version: Literal[1]
    tool: Tool
    verdict: VerdictWord
    partial: bool
    subject: Subject
    goal: str | None
    ladder: tuple[RungEntry, ...]
    findings: tuple[FindingEntry, ...]
    ruled_out: tuple[RuledOutEntry, ...]
    not_seen: tuple[NotSeenEntry, ...]
    prescription: PrescriptionEntry | None
    trials: tuple[TrialEntry, ...]
    budget: BudgetEntry
    environment: dict[str, str]
    run: str
    error: ErrorEntry | None
    no_prescription: NoPrescriptionEntry | None
    blame: BlameEntry | None


def report_json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of version 1 of the report."""
    from pydantic import TypeAdapter  # only `dnndoctor schema` needs it; reports are written without

    schema = TypeAdapter(ReportDocument).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
