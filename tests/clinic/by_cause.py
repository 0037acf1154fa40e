"""How well each cause is told: a doctor who is right on the frequent ones alone is not good."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from tests.clinic.patients import Truth
from tests.clinic.score import Answers, right_causes

FEWEST = 5
"""Patients from which a cause's own share is worth a word: one of four is 1 to 70 %."""


@dataclass(frozen=True, slots=True)
class OfCause:
    """What is counted for one cause.

    Attributes:
        cause: From the doctor's vocabulary.
        patients: Those who have it, some together with another.
        first: Of them, those whose first named cause is a fault of theirs.
        first_or_equivalent: Of them, those whose first named cause is acceptable at least.
        found: Of them, those on whom it was named at all.
        named: All patients on whom it was named, the healthy ones too.
    """

    cause: str
    patients: int
    first: int
    first_or_equivalent: int
    found: int
    named: int


def by_cause(truths: Iterable[Truth], answers: Answers) -> tuple[OfCause, ...]:
    """Counts for each cause that a patient has; patients without an answer are left out.

    Args:
        truths: Of the patients.
        answers: What was named.
    """
    seen = [truth for truth in truths if truth.id in answers]
    return tuple(_of(cause, seen, answers) for cause in sorted({cause for truth in seen for cause in truth.faults}))


def by_cause_lines(counts: Sequence[OfCause]) -> Iterator[str]:
    """A table, the averages over causes below it.

    Args:
        counts: Of each cause.
    """
    if not counts:
        return
    yield ""
    yield f"{'cause':<22}{'patients':>10}{'first':>8}{'or equivalent':>15}{'named':>8}{'precision':>11}"
    for each in counts:
        precision = f"{each.found / each.named:>10.0%}" if each.named else f"{'never':>10}"
        yield f"{each.cause:<22}{each.patients:>10}{each.first:>8}{each.first_or_equivalent:>15}{each.found:>8} {precision}"
    first = mean(each.first / each.patients for each in counts)
    equivalent = mean(each.first_or_equivalent / each.patients for each in counts)
    found = mean(each.found / each.patients for each in counts)
    told = [each.found / each.named for each in counts if each.named]
    precision = f"{mean(told):.0%}" if told else "never"
    yield f"{'average over causes':<32}{first:>8.0%}{equivalent:>15.0%}{found:>8.0%} {precision:>10}"
    weak = [each.cause for each in counts if each.patients >= FEWEST and 2 * each.first < each.patients]
    yield f"first on less than half of {FEWEST} patients or more: {', '.join(weak) or 'none'}"


def _of(cause: str, seen: Sequence[Truth], answers: Answers) -> OfCause:
    ill = [truth for truth in seen if cause in truth.faults]
    return OfCause(
        cause,
        patients=len(ill),
        first=sum(answers[truth.id][0] in truth.faults for truth in ill if answers[truth.id]),
        first_or_equivalent=sum(answers[truth.id][0] in right_causes(truth, lenient=True) for truth in ill if answers[truth.id]),
        found=sum(cause in answers[truth.id] for truth in ill),
        named=sum(cause in answers[truth.id] for truth in seen),
    )
