"""The lines of a journal, and what they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import dnndoctor
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments.rung import Rung
from dnndoctor.ladder.plan import Asked, Plan

FORMAT = 2
"""Of the lines; a journal of another format is refused."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line.

    Attributes:
        config: The `LoadedConfig` as JSON.
        asked: What the user asked for.
        tool: Version of dnndoctor.
        format: Of the lines.
        at: On all lines: seconds that the run has taken so far, those before a kill included.
    """

    config: str
    asked: Asked
    tool: str = dnndoctor.__version__
    format: int = FORMAT
    at: float = 0.0
    kind: Literal["begun"] = "begun"


@dataclass(frozen=True, slots=True)
class Seen:
    """The subject is loaded."""

    facts: Facts
    at: float
    kind: Literal["seen"] = "seen"


@dataclass(frozen=True, slots=True)
class Planned:
    """The budget has become a plan."""

    plan: Plan
    at: float
    kind: Literal["planned"] = "planned"


@dataclass(frozen=True, slots=True)
class RungStarted:
    """An experiment has begun; again when a run that was killed in it goes on."""

    rung: str
    at: float
    kind: Literal["rung_started"] = "rung_started"


@dataclass(frozen=True, slots=True)
class Measured:
    """A trial has ended."""

    outcome: Outcome
    at: float
    kind: Literal["measured"] = "measured"


@dataclass(frozen=True, slots=True)
class RungEnded:
    """An experiment has ended."""

    rung: Rung
    at: float
    kind: Literal["rung_ended"] = "rung_ended"


@dataclass(frozen=True, slots=True)
class Ended:
    """The climb has ended.

    Attributes:
        partial: Whether it was interrupted.
        reason: Why it is partial, one sentence; empty where it is not.
    """

    partial: bool
    reason: str
    at: float
    kind: Literal["ended"] = "ended"


Line: TypeAlias = Begun | Seen | Planned | RungStarted | Measured | RungEnded | Ended


@dataclass(slots=True)
class Record:
    """What a journal holds.

    Attributes:
        begun: Its first line.
        facts: Of the subject; None where it was not loaded yet.
        loaded_at: Seconds that loading took.
        plan: None where there is none yet.
        outcomes: By trial id, in the order in which they came.
        rungs: Those that ended, by name.
        ended: The last line, None where the run was killed or is still going on.
        seconds: That the run has taken.
    """

    begun: Begun
    facts: Facts | None = None
    loaded_at: float = 0.0
    plan: Plan | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rungs: dict[str, Rung] = field(default_factory=dict)
    ended: Ended | None = None
    seconds: float = 0.0

    @property
    def config(self) -> LoadedConfig:
        """The config of the run."""
        return LoadedConfig.model_validate_json(self.begun.config)

    @property
    def whole(self) -> bool:
        """Whether the run came to its end."""
        return self.ended is not None and not self.ended.partial

    def answers(self, trials: Sequence[Trial]) -> dict[str, Outcome]:
        """The outcomes of those of the trials that were run, by id.

        Args:
            trials: Any.
        """
        return {trial.id: self.outcomes[trial.id] for trial in trials if trial.id in self.outcomes}

    def take(self, line: Line) -> None:
        """Adds one line."""
        self.seconds = line.at
        self.ended = None  # a run that goes on has not ended
        match line:
            case Seen():
                self.facts, self.loaded_at = line.facts, line.at
            case Planned():
                self.plan = line.plan
            case Measured():
                self.outcomes[line.outcome.trial.id] = line.outcome
            case RungEnded():
                self.rungs[line.rung.name] = line.rung
            case Ended():
                self.ended = line
