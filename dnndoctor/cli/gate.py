"""The exit code of an examination, the same in every format."""

from typing import TYPE_CHECKING

from dnndoctor.errors import DnnDoctorError

if TYPE_CHECKING:
    from dnndoctor.report.contents import Checkup

FAIL_ON = ("error", "warning", "note", "never")
"""What `--fail-on` takes, the worst first."""


def exit_code(checkup: "Checkup", fail_on: str, inconclusive: str) -> int:
    """The exit code, the same in every format.

    Args:
        checkup: What came of it.
        fail_on: Least severity of a finding that makes it 1, or "never".
        inconclusive: "fail" where an undecided verdict makes it 4.
    """
    if checkup.signal is not None:
        return checkup.signal
    for obstacle in (checkup.obstacle, checkup.failure):
        if obstacle is not None:
            return obstacle.exit_code
    if checkup.own_faults:
        return DnnDoctorError.exit_code
    counting = FAIL_ON[: FAIL_ON.index(fail_on) + 1] if fail_on != "never" else ()
    findings = checkup.treated.diagnosis.findings if checkup.treated else ()
    if any(ranked.finding.severity in counting for ranked in findings):
        return 1
    return 4 if checkup.verdict == "inconclusive" and inconclusive == "fail" else 0
