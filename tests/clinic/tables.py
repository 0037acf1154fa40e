"""The clinic's figures in lines of text."""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.clinic.calibration import Calibration
from tests.clinic.cure_score import wilson
from tests.clinic.examination import Result
from tests.clinic.patients import Truth
from tests.clinic.score import Answers, Tally, constant_answers, most_frequent_causes, right_causes, tally

RECALL = 0.7
"""Where precision is compared: enough faults for a doctor to be of use, and each doctor's surest ones."""

HEADINGS = ("first right", "in first 3", "recall", "precision", "alarms on healthy")


def result_line(truth: Truth, result: Result) -> str:
    """One patient: how right, who, verdict, seconds, what was named, what is true.

    Args:
        truth: What should have been found.
        result: What was.
    """
    named = [cause if cause in right_causes(truth, lenient=True) else f"{cause} (?)" for cause in result.causes()]
    mark = "FAILED" if result.failed else _mark(truth, result.causes())
    line = f"{mark:<8}{truth.id:<28}{result.verdict:<14}{result.seconds:>5.0f} s  "
    line += f"named: {', '.join(named) or 'none'}; true: {', '.join(sorted(truth.faults)) or 'healthy'}"
    return f"{line}; {result.complaint.strip()}" if result.complaint else line


def zoo_line(result: Result) -> str:
    """A healthy model: whether it was left in peace, verdict, seconds, and a line for each finding above a note.

    Args:
        result: What came out.
    """
    loud = [finding for finding in result.findings if finding.loud]
    mark = "FAILED" if result.failed else "ALARM" if result.alarming else "quiet"
    line = f"{mark:<8}{result.id:<30}{result.verdict:<14}{result.seconds:>5.0f} s"
    line += f"  prescribed: {', '.join(result.prescribed)}" if result.prescribed else ""
    findings = [f"        {finding.code} {finding.severity} {finding.confidence:.2f}: {finding.title}" for finding in loud]
    return "\n".join([f"{line}  {result.complaint.strip()}".rstrip(), *findings])


def zoo_lines(found: Mapping[str, Result]) -> Iterator[str]:
    """The zoo's totals: how many were left in peace, and which findings alarmed on how many.

    Args:
        found: By name.
    """
    alarmed = [result for result in found.values() if result.alarming]
    failed = [result.id for result in found.values() if result.failed]
    yield ""
    yield f"alarms on {len(alarmed)} of {len(found)} healthy models; verdicts: {_verdicts(list(found.values()))}"
    if failed:
        yield f"NOT EXAMINED: {', '.join(failed)}"
    codes = Counter(code for result in alarmed for code in {finding.code for finding in result.findings if finding.loud})
    for code, count in codes.most_common():
        yield f"  {code}: {count}"


def score_lines(truths: Sequence[Truth], found: Mapping[str, Result]) -> Iterator[str]:
    """The totals, strictly and leniently, each beside the best constant answers.

    Args:
        truths: Of all patients asked for.
        found: The results that there are.
    """
    seen = [truth for truth in truths if truth.id in found]
    answers = {name: result.causes() for name, result in found.items()}
    yield ""
    yield f"{'':<64}" + "".join(f"{heading:>19}" for heading in HEADINGS)
    for lenient, title in ((False, "strict labels"), (True, "acceptable ones too")):
        ours = tally(seen, answers, lenient=lenient)
        yield _row(f"{title}: dnndoctor", ours)
        yield f"{'  95 % intervals':<64}" + "".join(f"{_interval(*share):>19}" for share in _shares(ours))
        best = 0
        for count in (1, 3):
            causes = most_frequent_causes(seen, count, lenient=lenient)
            constant = tally(seen, constant_answers(seen, causes), lenient=lenient)
            best = max(best, constant.first)
            yield _row(f"  always {', '.join(causes) or 'nothing'}", constant)
        if ours.faulty:
            yield f"  first right, against the best constant: {100 * (ours.first - best) / ours.faulty:+.0f} points"
    yield ""
    failed = [truth.id for truth in seen if found[truth.id].failed]
    if failed:
        yield f"NOT EXAMINED, counted as nothing named: {', '.join(failed)}"
    yield f"verdicts on the faulty: {_verdicts([found[truth.id] for truth in seen if truth.faults])}"
    treated = [truth.id for truth in seen if not truth.faults and found[truth.id].prescribed]
    yield f"prescriptions on the healthy: {', '.join(treated) or 'none'}"
    yield f"verdicts on the healthy: {_verdicts([found[truth.id] for truth in seen if not truth.faults])}"
    seconds = [result.seconds for result in found.values()]
    if seconds:
        yield f"seconds: median {statistics.median(seconds):.0f}, longest {max(seconds):.0f}, all together {sum(seconds):.0f}"
        yield f"trials: median {statistics.median(result.trials for result in found.values()):.0f}"


def remedy_line(truths: Sequence[Truth], found: Mapping[str, Result]) -> str:
    """How many right first diagnoses have a remedy that was seen to work.

    Args:
        truths: Of all patients asked for.
        found: The results that there are.
    """
    firsts = [
        next(finding for finding in found[truth.id].findings if finding.loud)
        for truth in truths
        if truth.id in found and found[truth.id].causes() and found[truth.id].causes()[0] in right_causes(truth, lenient=True)
    ]
    return f"right first diagnoses with a confirmed remedy: {_share(sum(first.verified for first in firsts), len(firsts))}"


def calibration_lines(told: Calibration | None, precision: float | None, *, lenient: bool) -> Iterator[str]:
    """How well confidences tell what is right, and a line for each bin.

    Args:
        told: The figures, None where nothing was named.
        precision: Where the surest claims name `RECALL` of the faults, None where all claims name fewer.
        lenient: Whether acceptable causes are right, too.
    """
    if told is None:
        return
    auroc = "none" if told.auroc is None else f"{told.auroc:.2f}"
    low, high = told.error_interval
    yield ""
    yield (
        f"confidence, {'acceptable causes right, too' if lenient else 'strict labels'}: {told.claims} claims, "
        f"{told.base_rate:.0%} right; Brier skill {told.brier_skill:+.2f}, AUROC {auroc}, "
        f"calibration error {told.error:.3f} ({low:.3f} to {high:.3f})"
    )
    for count, sure, right in told.bins:
        yield f"  {count:>4} claims, {sure:.0%} sure on average: {right:.0%} right"
    reached = "not reached" if precision is None else f"precision {precision:.2f}"
    yield f"  the surest claims that name {RECALL:.0%} of the faults: {reached}"


def _mark(truth: Truth, causes: Sequence[str]) -> str:
    if not truth.faults:
        return "ALARM" if causes else "quiet"
    answers: Answers = {truth.id: causes}
    strict, lenient = (tally([truth], answers, lenient=lenient) for lenient in (False, True))
    if strict.first:
        return "strict"
    if lenient.first:
        return "accept"
    return "in 3" if strict.among_three else "miss"


def _row(title: str, counts: Tally) -> str:
    *shares, (alarms, healthy) = _shares(counts)
    cells = (*(_share(*share) for share in shares), f"{alarms} of {healthy}")
    return f"{title:<64}" + "".join(f"{cell:>19}" for cell in cells)


def _shares(counts: Tally) -> Sequence[tuple[int, int]]:
    """In the order of `HEADINGS`."""
    return (
        (counts.first, counts.faulty),
        (counts.among_three, counts.faulty),
        (counts.found, counts.faults),
        (counts.right, counts.named),
        (counts.alarms, counts.healthy),
    )


def _interval(part: int, whole: int) -> str:
    if not whole:
        return "none"
    low, high = wilson(part, whole)
    return f"{low:.0%} to {high:.0%}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "none"


def _verdicts(of: Sequence[Result]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in Counter(result.verdict for result in of).most_common()) or "none"
