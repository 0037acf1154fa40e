"""Experiments: one question a file. An experiment plans trials and reads their outcomes; it never says whether that is bad.

Every reading is a pure function of facts, settings and outcomes, so a recorded run answers again without TensorFlow.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from dnndoctor.config.schema import Goal
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial


class Preset(StrEnum):
    """How far the ladder is climbed; each preset includes the experiments of the ones above it."""

    STATIC = "static"
    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the plan was made with; the same settings give the same trials.

    Attributes:
        preset: How far to climb.
        seeds: For screening, at least two; confirmation takes `fresh_seeds`.
        scale: Share of the full number of steps that the budget allows: 1, 0.5 or 0.25.
        goal: What good enough means to the user, None where the config does not say.
    """

    preset: Preset = Preset.STANDARD
    seeds: tuple[int, ...] = (0, 1, 2)
    scale: float = 1.0
    goal: Goal | None = None

    def steps(self, full: int) -> int:
        """The steps of a trial that takes `full` steps where the budget is no bound."""
        return max(1, round(full * self.scale))

    @property
    def fresh_seeds(self) -> tuple[int, ...]:
        """As many seeds as `seeds`, none of them among these."""
        apart = max(1000, max(self.seeds) - min(self.seeds) + 1)  # seeds a thousand apart must not meet again
        return tuple(seed + apart for seed in self.seeds)


@dataclass(frozen=True, slots=True)
class Skip:
    """An experiment that makes no sense here.

    Attributes:
        reason: One sentence.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """An experiment that was run, or cut, and does not tell.

    Attributes:
        reason: One sentence.
    """

    reason: str


Observation = TypeVar("Observation")
Outcomes: TypeAlias = Mapping[str, Outcome]
"""Outcomes of an experiment's own trials by trial id, in the order they were planned."""


@dataclass(frozen=True)
class Evidence:
    """All that was seen so far; what rules judge.

    Attributes:
        facts: Of the subject.
        settings: Of the plan.
        observations: By the experiment's name; a `Skip` or `Inconclusive` where there is none.
        outcomes: By trial id, of all experiments.
    """

    facts: Facts
    settings: Settings
    observations: Mapping[str, object] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=dict)

    def of(self, experiment: "type[Experiment[Observation]]") -> Observation | None:
        """What that experiment observed.

        Args:
            experiment: Its class.

        Returns:
            Its observation; None where it was skipped, inconclusive or not asked.
        """
        observation = self.observations.get(experiment.name)
        return None if isinstance(observation, Skip | Inconclusive) else observation  # type: ignore[return-value]  # keyed by the experiment's own name


class Experiment(ABC, Generic[Observation]):
    """One question, asked by trials.

    Attributes:
        name: The rung's name, the stem of its file ("learning_rate_sweep").
        question: What it asks, as a person would ("Can the model memorise a handful of samples?").
        preset: The first preset that includes it.
        height: Rungs are climbed in this order, the cheapest question first.
        needs: Experiments whose observations `plan` or `read` look at; they must stand lower.
        covers: Ids of the lines of `dnndoctor.catalogue` that it examines.
        traces: How many graphs it needs that no lower rung has traced, as a rule; each takes about as long as the first.
    """

    name: ClassVar[str]
    question: ClassVar[str]
    preset: ClassVar[Preset]
    height: ClassVar[int]
    needs: ClassVar[tuple[type["Experiment[Any]"], ...]] = ()
    traces: ClassVar[int] = 0
    covers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """What all its trials cost, in steps of the user's own batch size: what a budget is split by.

        Args:
            facts: Of the subject.
            settings: That its trials would be planned with.
        """

    @abstractmethod
    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """The next trials to run; called again with their outcomes until it returns none.

        Args:
            evidence: Of the rungs below.
            outcomes: Of this experiment's trials so far; empty at the first call.

        Returns:
            Trials (one that ran before, here or in another experiment, is answered from the journal), an empty sequence
            when the question is answered, or a `Skip` at the first call.
        """

    @abstractmethod
    def read(self, evidence: Evidence, outcomes: Outcomes) -> Observation | Inconclusive | Skip:
        """What the outcomes show, in numbers; a `Skip` where the worker found nothing to ask about.

        Args:
            evidence: Of the rungs below.
            outcomes: Of all trials that `plan` asked for; some may not be FINISHED.
        """

    def charts(self, evidence: Evidence, observation: Observation) -> Sequence[Chart]:  # noqa: ARG002  most experiments draw nothing
        """Pictures of what was measured, the most telling first; none by default.

        Args:
            evidence: With the outcomes of its trials.
            observation: What `read` returned.
        """
        return ()
