"""What a prescription may be made of: the remedies of the findings that edits can make, each once."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.diagnosis.diagnose import Diagnosis
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Severity

MOST = 8
"""Candidates at most. Each is one more chance for noise to win: at a threshold of two standard errors, eight candidates without
any effect let one through in every three screenings, which the confirmation on fresh seeds then has to catch."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One change that may be a part of a prescription.

    Attributes:
        title: Of the remedy it is.
        edits: That it is made of.
    """

    title: str
    edits: tuple[Edit, ...]


def candidates(diagnosis: Diagnosis) -> tuple[Candidate, ...]:
    """The first remedies of all findings above a note, then the second ones, and so on.

    Args:
        diagnosis: With the findings by rank.
    """
    findings = [ranked for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE]
    offered = [[Candidate(remedy.title, remedy.edits) for remedy in each.finding.remedies] for each in findings]
    in_turn = [
        remedies[place]
        for place in range(max(map(len, offered), default=0))
        for remedies in offered
        if place < len(remedies) and remedies[place].edits
    ]
    unique: dict[str, Candidate] = {}
    for candidate in in_turn:
        unique.setdefault(repr(candidate.edits), candidate)
    return tuple(unique.values())[:MOST]


def combined(parts: Sequence[Candidate]) -> tuple[Edit, ...]:
    """The edits of several candidates, in order.

    Args:
        parts: That `fit_together`.
    """
    return tuple(edit for part in parts for edit in part.edits)


def fit_together(parts: Sequence[Candidate]) -> bool:
    """Whether no edit is there twice, as two factors of the same rate would be."""
    names = [edit.name for edit in combined(parts)]
    return len(names) == len(set(names))
