"""One finding a cause: several rules that name the same cause are one finding with more evidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dnndoctor.finding import Finding, Remedy, Severity

GUESS = 0.4
"""Confidence up to which a symptom's own cause is what is left to say when nothing else explains it."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sourced:
    """A finding and where it comes from.

    Attributes:
        finding: As the rule made it.
        rung: Of the rule.
        codes: Codes of the rules behind it, the leading one first.
    """

    finding: Finding
    rung: str
    codes: tuple[str, ...]


def merge(findings: Sequence[Sourced], score: Callable[[Sourced], float]) -> tuple[Sourced, ...]:
    """Merges findings of one cause from different rules into the one with the highest score.

    Two findings stay apart where both say where and the places differ (two outputs with a wrong head each), and where
    they come from one rule, which then had its reasons.

    Args:
        findings: Of all rules.
        score: What decides which one leads.
    """
    merged: list[Sourced] = []
    for sourced in sorted(findings, key=lambda each: (-score(each), each.finding.code, each.finding.title)):
        place = next((index for index, leading in enumerate(merged) if _same(leading, sourced)), None)
        if place is None:
            merged.append(sourced)
        else:
            merged[place] = _joined(merged[place], sourced)
    return tuple(merged)


def absorb(findings: Sequence[Sourced]) -> tuple[Sourced, ...]:
    """Turns symptoms that only guess at a cause into evidence of the errors that explain them.

    A symptom (a DD5 code) whose confidence is at most `GUESS` stays a finding of its own only if no other error is
    there. Its evidence then goes to the surest of these.

    Args:
        findings: Merged.
    """
    guesses = [each for each in findings if _is_guess(each)]
    explained = [each for each in findings if not _is_guess(each) and each.finding.severity is Severity.ERROR]
    if not guesses or not explained:
        return tuple(findings)
    surest = max(explained, key=lambda each: each.finding.confidence)
    told = surest
    for guess in guesses:
        told = replace(
            told,
            finding=replace(told.finding, evidence=_unique((*told.finding.evidence, *guess.finding.evidence))),
            codes=_unique((*told.codes, *guess.codes)),
        )
    return tuple(told if each is surest else each for each in findings if not _is_guess(each))


def _is_guess(sourced: Sourced) -> bool:
    finding = sourced.finding
    return finding.code.startswith("DD5") and finding.severity is Severity.ERROR and finding.confidence <= GUESS


def _same(leading: Sourced, other: Sourced) -> bool:
    if leading.finding.cause is not other.finding.cause or other.finding.code in leading.codes:
        return False
    places, others = set(leading.finding.where), set(other.finding.where)
    return not places or not others or bool(places & others)


def _joined(leading: Sourced, other: Sourced) -> Sourced:
    """The leading finding with the other's evidence, places and remedies behind its own.

    Two rules seldom see independent things, so the confidence is the higher one, not a product of doubts.
    """
    finding = leading.finding
    joined = replace(
        finding,
        confidence=max(finding.confidence, other.finding.confidence),
        where=_unique((*finding.where, *other.finding.where)),
        evidence=_unique((*finding.evidence, *other.finding.evidence)),
        remedies=_different((*finding.remedies, *other.finding.remedies)),
    )
    return Sourced(joined, leading.rung, _unique((*leading.codes, *other.codes)))


def _different(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """In order, and of remedies with equal edits or an equal title only the first."""
    kept: list[Remedy] = []
    for remedy in remedies:
        if not any(remedy.title == each.title or (remedy.edits and remedy.edits == each.edits) for each in kept):
            kept.append(remedy)
    return tuple(kept)


def _unique(things: Iterable[T]) -> tuple[T, ...]:
    """In order, without repetitions; by comparison, because statements hold mappings and have no hash."""
    kept: list[T] = []
    for thing in things:
        if thing not in kept:
            kept.append(thing)
    return tuple(kept)
