"""How good diagnoses are: what was named against what is true, and against always giving the same answer.

A finding counts as named from `warning` on; findings with the same cause are one answer. *Strict* takes a patient's faults alone
as right; *lenient* takes the acceptable causes as well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.clinic.patients import Truth

Answers = Mapping[str, Sequence[str]]
"""By patient: the causes that were named, the likeliest first, each once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted over a set of patients, by one reading of right.

    Attributes:
        faulty: Patients with a fault.
        first: Of them, those whose first named cause is right.
        among_three: Of them, those with a right cause among the first three.
        faults: All their faults.
        found: Of these, those that were named; leniently, an acceptable cause stands in for one that was not.
        named: All causes named on faulty patients.
        right: Of these, the right ones.
        healthy: Patients without a fault.
        alarms: Of them, those for whom anything was named.
    """

    faulty: int
    first: int
    among_three: int
    faults: int
    found: int
    named: int
    right: int
    healthy: int
    alarms: int


def tally(truths: Iterable[Truth], answers: Answers, *, lenient: bool) -> Tally:
    """Counts; patients without an answer are left out.

    Args:
        truths: Of the patients.
        answers: What was named.
        lenient: Whether acceptable causes are right, too.
    """
    examined = [truth for truth in truths if truth.id in answers]
    faulty = [truth for truth in examined if truth.faults]
    hits = {truth.id: [cause in right_causes(truth, lenient=lenient) for cause in answers[truth.id]] for truth in faulty}
    healthy = [truth for truth in examined if not truth.faults]
    return Tally(
        faulty=len(faulty),
        first=sum(any(hits[truth.id][:1]) for truth in faulty),
        among_three=sum(any(hits[truth.id][:3]) for truth in faulty),
        faults=sum(len(truth.faults) for truth in faulty),
        found=sum(min(len(truth.faults), sum(hits[truth.id])) for truth in faulty),
        named=sum(map(len, hits.values())),
        right=sum(map(sum, hits.values())),
        healthy=len(healthy),
        alarms=sum(bool(answers[truth.id]) for truth in healthy),
    )


def right_causes(truth: Truth, *, lenient: bool) -> frozenset[str]:
    """The causes that count as right for a patient.

    Args:
        truth: Of the patient.
        lenient: Whether acceptable causes are right, too.
    """
    return truth.faults | truth.acceptable if lenient and truth.faults else truth.faults


def most_frequent_causes(truths: Iterable[Truth], count: int, *, lenient: bool) -> tuple[str, ...]:
    """The best answer of one who never looks: the causes that are right for most patients, in that order.

    It knows the labels of those it is measured on, so it is the best constant answer with hindsight, and no lower bar.

    Args:
        truths: Of the patients.
        count: How many causes to name.
        lenient: Whether acceptable causes are right, too.
    """
    frequency = Counter(cause for truth in truths for cause in right_causes(truth, lenient=lenient))
    return tuple(sorted(frequency, key=lambda cause: (-frequency[cause], cause))[:count])


def constant_answers(truths: Iterable[Truth], causes: Sequence[str]) -> dict[str, Sequence[str]]:
    """The same answer for every patient, the healthy ones too.

    Args:
        truths: Of the patients.
        causes: What is always named.
    """
    return {truth.id: causes for truth in truths}


def disagreements(one: Answers, other: Answers) -> tuple[int, list[str]]:
    """Whether two examinations of the same patients name the same first cause; naming none in both is the same.

    Args:
        one: The answers of one.
        other: The answers of the other.

    Returns:
        The number of patients that have both, and the names of those on whom they differ.
    """
    both = sorted(one.keys() & other.keys())
    return len(both), [name for name in both if one[name][:1] != other[name][:1]]
