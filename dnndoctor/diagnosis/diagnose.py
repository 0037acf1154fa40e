"""All rules over all evidence: ranked findings, the judged ladder, the verdict."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from dnndoctor.diagnosis.blame import Blame, blame
from dnndoctor.diagnosis.merging import Sourced, absorb, merge
from dnndoctor.diagnosis.ranking import (
    Term,
    breaks_contract,
    fork,
    prescribed_term,
    reached_by,
    remedy_terms,
    severity_terms,
    terms,
)
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Preset, Skip
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rung import Rung, RungState
from dnndoctor.experiments.sickness import sicknesses, undecided
from dnndoctor.finding import Finding, NotSeen, RuledOut, Severity
from dnndoctor.rules import Rule
from dnndoctor.shelf import classes_in
from dnndoctor.where import located

REQUIRED = ("facts", "first_batch", "memorise", "own_recipe")
"""Rungs without which nobody can say that a model is healthy."""

OF_THE_OWN_RUN = (Memorise.name, OwnRecipe.name)
"""Rungs that fail where they establish a sickness, though their own rules are silent: a rule on facts names NaN in the data."""


class Judgement(StrEnum):
    """The state of a rung as it is reported."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"


class Verdict(StrEnum):
    """The whole diagnosis in a word.

    `SICK`: an error. `SUSPECT`: warnings only. `INCONCLUSIVE`: neither, and required rungs are undecided. `HEALTHY`: else.
    """

    SICK = "sick"
    SUSPECT = "suspect"
    INCONCLUSIVE = "inconclusive"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class RankedFinding:
    """A finding in its place.

    Attributes:
        rank: From 1.
        finding: With the evidence and remedies of all findings of its cause that were merged into it.
        score: Sum of the terms' points.
        terms: What the score is made of.
        codes: Codes of the rules whose findings were merged into it, its own first.
    """

    rank: int
    finding: Finding
    score: float
    terms: tuple[Term, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgedRung:
    """A rung with its judgement.

    Attributes:
        rung: As it was climbed.
        state: As it is reported.
        reason: Why it warns, fails, was skipped or is inconclusive; empty where it passes.
    """

    rung: Rung
    state: Judgement
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that broke: our own fault, and no word about the patient.

    Attributes:
        rule: Its name.
        trace: The traceback.
    """

    rule: str
    trace: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, what is not, and what could not be seen.

    Attributes:
        verdict: In a word.
        findings: By rank.
        ladder: In the order it was climbed.
        ruled_out: What the evidence speaks against, without causes that a warning or an error names.
        not_seen: What could not be examined.
        faults: Rules that broke; empty unless dnndoctor itself is at fault.
        blame: Who is to blame by the controls: the data, the model or the optimisation; None where they leave it open.
    """

    verdict: Verdict
    findings: tuple[RankedFinding, ...]
    ladder: tuple[JudgedRung, ...]
    ruled_out: tuple[RuledOut, ...]
    not_seen: tuple[NotSeen, ...]
    faults: tuple[Fault, ...] = ()
    blame: Blame | None = None


def rules() -> tuple[type[Rule], ...]:
    """All rules on the shelf, by code."""
    found = [rule for rule in classes_in("dnndoctor.rules", Rule) if issubclass(rule, Rule)]
    return tuple(sorted(found, key=lambda rule: rule.code))


def diagnose(evidence: Evidence, rungs: Sequence[Rung], shelf: Sequence[type[Rule]] | None = None) -> Diagnosis:
    """Judges everything that was seen.

    Args:
        evidence: Of all rungs.
        rungs: As they were climbed.
        shelf: The rules to ask; all of them by default.
    """
    asked = rules() if shelf is None else tuple(shelf)
    raw, ruled_out, not_seen, faults = _ask(asked, evidence)
    way, blamed = fork(evidence), blame(evidence)

    def summands_of(sourced: Sourced) -> tuple[Term, ...]:
        return terms(sourced.finding, sourced.rung, way, blamed.side if blamed is not None else None)

    merged = merge(raw, lambda sourced: _score(summands_of(sourced)))
    ranked = sorted(
        ((sourced, summands_of(sourced)) for sourced in absorb(merged)),
        # Code and title make the order total, so that equal scores never depend on the order of files.
        key=lambda pair: (-_score(pair[1]), pair[0].finding.code, pair[0].finding.title),
    )
    findings = tuple(
        RankedFinding(rank, located(sourced.finding, evidence.facts), _score(summands), summands, sourced.codes)
        for rank, (sourced, summands) in enumerate(ranked, start=1)
    )
    ladder = tuple(_judge(rung, evidence, raw) for rung in rungs)
    unasked = _unasked(evidence)
    named = {sourced.finding.cause for sourced in raw if sourced.finding.severity is not Severity.NOTE}
    return Diagnosis(
        verdict=_verdict(findings, ladder, unasked),
        findings=findings,
        ladder=ladder,
        ruled_out=tuple(dict.fromkeys(each for each in ruled_out if each.cause not in named)),
        not_seen=tuple(dict.fromkeys((*_unseen_facts(evidence), *_unseen_rungs(ladder), *not_seen, *_unseen_beyond(unasked)))),
        faults=tuple(faults),
        blame=blamed,
    )


def ranked_anew(diagnosis: Diagnosis, changed: Mapping[int, Finding], *, prescribed: bool = False) -> Diagnosis:
    """The diagnosis after treatment: findings whose remedies were tried are scored and ranked anew.

    Args:
        diagnosis: Before treatment.
        changed: Findings with what became of their remedies, by their rank before.
        prescribed: Whether these remedies are what the prescription is made of.
    """
    lifted = prescribed and not any(breaks_contract(ranked.terms) for ranked in diagnosis.findings[:1])
    best = max((after for finding in changed.values() if (after := reached_by(finding)) is not None), default=None)
    scored = []
    for ranked in diagnosis.findings:
        finding = changed.get(ranked.rank)
        if finding is None:
            scored.append(ranked)
            continue
        before = {"severity", *(term.name for term in remedy_terms(ranked.finding)), *(["fork"] if lifted else [])}
        unchanged = (term for term in ranked.terms if term.name not in before)
        needed = (prescribed_term(),) if lifted else ()
        summands = (*severity_terms(finding), *unchanged, *remedy_terms(finding, best), *needed)
        scored.append(replace(ranked, finding=finding, terms=summands, score=_score(summands)))
    scored.sort(key=lambda ranked: (-ranked.score, ranked.rank))
    findings = tuple(replace(ranked, rank=rank) for rank, ranked in enumerate(scored, start=1))
    sick = any(ranked.finding.severity is Severity.ERROR for ranked in findings)
    return replace(diagnosis, findings=findings, verdict=Verdict.SICK if sick else diagnosis.verdict)


def judge_rung(evidence: Evidence, rung: Rung, shelf: Sequence[type[Rule]] | None = None) -> JudgedRung:
    """Judges one rung as soon as it is climbed, for a live view; later evidence may still change what its rules say.

    Args:
        evidence: Of the rungs so far.
        rung: As it was climbed.
        shelf: The rules to ask; all of them by default.
    """
    asked = [rule for rule in (rules() if shelf is None else shelf) if rule.rung == rung.name]
    raw, _, _, _ = _ask(asked, evidence)
    return _judge(rung, evidence, raw)


def _ask(asked: Sequence[type[Rule]], evidence: Evidence) -> tuple[list[Sourced], list[RuledOut], list[NotSeen], list[Fault]]:
    """Everything that the rules say whose needs were observed."""
    findings: list[Sourced] = []
    ruled_out: list[RuledOut] = []
    not_seen: list[NotSeen] = []
    faults: list[Fault] = []
    for kind in asked:
        if not all(_observed(need, evidence) for need in kind.needs):
            continue
        try:
            said = tuple(kind().judge(evidence))
        except Exception:
            # One broken rule must not cost the user everything that the others have to say; the command exits with 70.
            faults.append(Fault(kind.name, traceback.format_exc()))
            continue
        for word in said:
            match word:
                case Finding():
                    findings.append(Sourced(word, kind.rung, (word.code,)))
                case RuledOut():
                    ruled_out.append(word)
                case NotSeen():
                    not_seen.append(word)
    return findings, ruled_out, not_seen, faults


def _observed(need: type[Experiment[object]], evidence: Evidence) -> bool:
    return evidence.of(need) is not None


def _score(summands: Sequence[Term]) -> float:
    return sum(term.points for term in summands)


def _judge(rung: Rung, evidence: Evidence, raw: Sequence[Sourced]) -> JudgedRung:
    observation = evidence.observations.get(rung.name)
    if rung.state is RungState.SKIPPED or isinstance(observation, Skip):
        return JudgedRung(rung, Judgement.SKIPPED, rung.reason or getattr(observation, "reason", ""))
    own = [sourced.finding for sourced in raw if sourced.rung == rung.name]
    for severity, state in ((Severity.ERROR, Judgement.FAIL), (Severity.WARNING, Judgement.WARN)):
        named = [finding for finding in own if finding.severity is severity]
        if named:
            return JudgedRung(rung, state, max(named, key=lambda finding: finding.confidence).title)
    shown = next((sickness for sickness in sicknesses(evidence) if sickness.rung == rung.name in OF_THE_OWN_RUN), None)
    if shown is not None:  # a rule of another rung names the cause
        return JudgedRung(rung, Judgement.FAIL, shown.statement)
    if rung.state is RungState.INCONCLUSIVE or isinstance(observation, Inconclusive):
        return JudgedRung(rung, Judgement.INCONCLUSIVE, rung.reason or getattr(observation, "reason", ""))
    if rung.name == OwnRecipe.name and (reason := undecided(evidence)):
        return JudgedRung(rung, Judgement.INCONCLUSIVE, reason)
    return JudgedRung(rung, Judgement.PASS)


def _verdict(
    findings: Sequence[RankedFinding], ladder: Sequence[JudgedRung], unasked: Sequence[type[Experiment[Any]]]
) -> Verdict:
    severities = {ranked.finding.severity for ranked in findings}
    if Severity.ERROR in severities:
        return Verdict.SICK
    if Severity.WARNING in severities:
        return Verdict.SUSPECT
    open_questions = any(judged.state is Judgement.INCONCLUSIVE and judged.rung.name in REQUIRED for judged in ladder)
    open_questions = open_questions or any(experiment.name in REQUIRED for experiment in unasked)
    return Verdict.INCONCLUSIVE if open_questions else Verdict.HEALTHY


def _unasked(evidence: Evidence) -> tuple[type[Experiment[Any]], ...]:
    """The experiments that the preset leaves out, in the order of the ladder."""
    presets = list(Preset)
    beyond = presets[presets.index(evidence.settings.preset) + 1 :]
    shelf: tuple[type[Experiment[Any]], ...] = classes_in("dnndoctor.experiments", Experiment)
    left_out = (each for each in shelf if each.preset in beyond and each.name not in evidence.observations)
    return tuple(sorted(left_out, key=lambda each: (each.height, each.name)))


def _unseen_beyond(unasked: Sequence[type[Experiment[Any]]]) -> tuple[NotSeen, ...]:
    return tuple(NotSeen(each.question, f"asked from the preset {each.preset.value} on") for each in unasked)


def _unseen_facts(evidence: Evidence) -> tuple[NotSeen, ...]:
    return tuple(NotSeen(what, why) for what, why in evidence.facts.not_seen)


def _unseen_rungs(ladder: Sequence[JudgedRung]) -> tuple[NotSeen, ...]:
    unseen = (Judgement.SKIPPED, Judgement.INCONCLUSIVE)
    return tuple(NotSeen(judged.rung.question, judged.reason) for judged in ladder if judged.state in unseen)
