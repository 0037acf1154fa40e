"""What a report says, and what a format is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dnndoctor.errors import ConfigError, ConfigProblem, DnnDoctorError, Interrupted, SubjectError, UsageError
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.patching.proposal import Proposal
from dnndoctor.report.document import ErrorKind, VerdictWord
from dnndoctor.report.look import Look
from dnndoctor.treatment import Treated


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked to be examined, in the user's words.

    Attributes:
        config: Path of the config file as given; empty where it could not be read.
        model: The `model:` of the config, as one line.
        data: The `data:` of the config, as one line.
        goal: The `goal:` of the config, as one line; None where there is none.
        budget_seconds: The budget asked for; None where there is none.
    """

    config: str = ""
    model: str = ""
    data: str = ""
    goal: str | None = None
    budget_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why there is no diagnosis.

    Attributes:
        kind: "config" (with its problems), "usage", "subject", "interrupted" or "internal".
        exit_code: Of the command.
        message: What happened, one sentence.
        stage: What was being done, as a short phrase; empty where that says nothing.
        advice: What to do about it.
        frames: The user's own traceback; may be empty.
        problems: Of the config, where it is that.
    """

    kind: ErrorKind
    exit_code: int
    message: str
    stage: str = ""
    advice: str = ""
    frames: str = ""
    problems: tuple[ConfigProblem, ...] = ()

    @classmethod
    def of(cls, error: Exception) -> "Obstacle":
        """The obstacle that this exception tells of; one that is not of our making is a fault of our own."""
        if not isinstance(error, DnnDoctorError):
            return cls("internal", DnnDoctorError.exit_code, f"{type(error).__name__}: {error}")
        message, code = str(error), error.exit_code
        match error:
            case ConfigError():
                return cls("config", code, message, "reading the config", problems=error.problems)
            case UsageError():
                return cls("usage", code, message)
            case SubjectError():
                return cls("subject", code, message, error.stage, error.advice, error.frames)
            case Interrupted():
                return cls("interrupted", error.signal_exit_code, message)
        return cls("internal", code, message)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate makes of a checkup.

    Attributes:
        exit_code: Of the command.
        fail_on: Least severity of a finding that fails it, or "never".
    """

    exit_code: int
    fail_on: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that a report says.

    Attributes:
        asked: What was to be examined.
        facts: Of the subject; None where it could not be examined.
        outcomes: Of all trials, by id, in the order of the climb.
        charts: Pictures of what was measured by the name of the rung, in the order of the climb; those without any are left out.
        treated: The diagnosis after treatment; None where there is none.
        obstacle: Why there is no diagnosis; None where there is one.
        stopped: Why the ladder was left early, as a clause ("interrupted"); empty where it was climbed to its end.
        signal: 130 or 143 where somebody stopped the doctor, else None.
        failure: What kept the climb from going on, None where nothing did.
        own_faults: Tracebacks of our own faults, by what each left undecided ("the rung noise").
        seconds: Wall time of everything.
        folder: The run's folder, which `dnndoctor show` reads; empty where there is none.
        environment: Versions and devices.
        gate: What the gate says; None where nobody asked for one.
        proposal: The prescription in the user's own files; empty where there is none.
    """

    asked: Asked
    facts: Facts | None = None
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    charts: Mapping[str, tuple[Chart, ...]] = field(default_factory=dict)
    treated: Treated | None = None
    obstacle: Obstacle | None = None
    stopped: str = ""
    signal: int | None = None
    failure: Obstacle | None = None
    own_faults: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    folder: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    gate: Gate | None = None
    proposal: Proposal = field(default_factory=Proposal)

    @property
    def verdict(self) -> VerdictWord:
        """`sick`, `suspect`, `inconclusive`, `healthy` or `unexaminable`."""
        return self.treated.diagnosis.verdict.value if self.treated else "unexaminable"

    @property
    def partial(self) -> bool:
        """Whether something that was planned was not measured because the ladder was left early."""
        return bool(self.stopped)


class Format(ABC):
    """One format of the report.

    Attributes:
        name: As `--format` takes it.
    """

    name: ClassVar[str]

    @abstractmethod
    def render(self, checkup: Checkup, look: Look) -> str:
        """The report.

        Args:
            checkup: What it says.
            look: Where it will be shown; formats for machines do not look at it.

        Returns:
            Text that ends with a line end.
        """
