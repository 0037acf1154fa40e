"""Three small experiments for the climb: one adaptive, one that needs it, one above."""
# ruff: noqa: ARG002, ARG003  # the signatures are those of Experiment

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps each trial took."""

    taken: tuple[int, ...]


class Costly(Experiment[Steps]):
    """Costs its steps at scale 1 and three seeds."""

    steps: ClassVar[int]

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """In proportion to scale and seeds."""
        return cls.steps * settings.scale * len(settings.seeds) / 3


class Lower(Costly):
    """Runs a trial a seed, and then one more."""

    name = "lower"
    question = "Does it start?"
    preset = Preset.QUICK
    height = 10
    steps: ClassVar[int] = 400
    traces = 1

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """Adaptive: the last trial is planned only after the first ones."""
        steps = evidence.settings.steps(8)
        first = [Trial(steps=steps, seed=seed, edits=(Edit("slow", {"seconds": 0.2}),)) for seed in evidence.settings.seeds]
        return first if len(outcomes) < len(first) else [*first, Trial(steps=2 * steps, seed=99)]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Steps | Inconclusive:
        """Counts."""
        return Steps(tuple(outcome.steps_run for outcome in outcomes.values()))


class Middle(Costly):
    """Shares a trial with the one below, and skips where `skips` says so."""

    name = "middle"
    question = "Does it go on?"
    preset = Preset.STANDARD
    height = 20
    needs = (Lower,)
    steps: ClassVar[int] = 800
    skips: ClassVar[bool] = False

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """Two trials, the first of which was run already."""
        if self.skips:
            return Skip("there is nothing to go on with")
        steps = evidence.settings.steps(8)
        return [Trial(steps=2 * steps, seed=99), Trial(steps=3 * steps)]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Steps | Inconclusive:
        """Counts."""
        below = evidence.of(Lower)
        return Steps(tuple(outcome.steps_run for outcome in outcomes.values())) if below else Inconclusive("nothing below")


class Upper(Costly):
    """Needs nothing but time."""

    name = "upper"
    question = "Does it end?"
    preset = Preset.DEEP
    height = 30
    steps: ClassVar[int] = 4000

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """One trial."""
        return [Trial(steps=evidence.settings.steps(40))]

    def read(self, evidence: Evidence, outcomes: Outcomes) -> Steps | Inconclusive:
        """Counts."""
        return Steps(tuple(outcome.steps_run for outcome in outcomes.values()))


SHELF = (Upper, Middle, Lower)
