"""Exceptions, for wrong use and for our own faults only; bad news about a patient is a value, never an exception.

DnnDoctorError                    exit code 70: our own fault
+-- UsageError                    exit code  2: wrong use of the command
|   +-- ConfigError               ... with every problem of a config file at once
+-- SubjectError                  exit code  3: the user's model or data could not be built or run
+-- Interrupted                   exit code 130 or 143: Ctrl-C or SIGTERM
"""

from dataclasses import dataclass
from typing import ClassVar


class DnnDoctorError(Exception):
    """The root of everything that dnndoctor raises on purpose."""

    exit_code: ClassVar[int] = 70


class UsageError(DnnDoctorError):
    """The command was called wrongly; the message says what to write instead."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong in a config.

    Attributes:
        message: What was found and what was expected, in one sentence.
        source: The file's path, or the option (`--set fit.batch_size=x`) that the value came from.
        line: Line in the file, counted from 1; None where the value did not come from a file.
        column: Column in the line, counted from 1.
        text: That line of the file as it stands, for the caret.
        hint: The nearest right spelling or another way out; empty where there is none.
    """

    message: str
    source: str
    line: int | None = None
    column: int | None = None
    text: str | None = None
    hint: str = ""


class ConfigError(UsageError):
    """A config that cannot be used, with all its problems."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        """Carries every problem found.

        Args:
            problems: At least one, in the order of the file.
        """
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class SubjectError(DnnDoctorError):
    """The user's model or data could not be built or run.

    Attributes:
        stage: What was being done, as a short phrase ("building the model").
        advice: What the user can do about it, one or two sentences.
        frames: The user's own traceback, cut to their frames, or the end of the worker's log; may be empty.
    """

    exit_code = 3

    def __init__(self, message: str, *, stage: str, advice: str, frames: str = "") -> None:
        """Carries what happened, where, and what to do.

        Args:
            message: What happened, one sentence that names the function, file or array.
            stage: See the class.
            advice: See the class.
            frames: See the class.
        """
        super().__init__(message)
        self.stage = stage
        self.advice = advice
        self.frames = frames


class Interrupted(DnnDoctorError):  # noqa: N818  it is an order to stop, not an error
    """Ctrl-C (130) or SIGTERM (143); what was measured so far is kept and reported as partial."""

    def __init__(self, exit_code: int) -> None:
        """Remembers which signal it was.

        Args:
            exit_code: 130 for SIGINT, 143 for SIGTERM.
        """
        super().__init__("interrupted" if exit_code == 130 else "terminated")
        self.signal_exit_code = exit_code
