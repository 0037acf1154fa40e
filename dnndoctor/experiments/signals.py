"""What was seen of a model whose masks were taken off and whose signals were rescaled: the observation of `rescaled_signals`."""

import math
import statistics
from dataclasses import dataclass
from enum import StrEnum

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.input_scalings import Scaling
from dnndoctor.experiments.memory import MemoryRun, mostly_memorised

BLOWN_UP = 100.0
"""First loss over that of the model as given from which its signals are out of bounds: two orders of magnitude in the same net on
the same rows, where seeds differ by a factor of two."""


class Part(StrEnum):
    """One thing that is changed."""

    BATCH_NORM = "batch norm off"
    CLIPPING = "clipping off"
    INITIALIZER = "variance-scaled weights"
    INPUTS = "scaled inputs"
    TWO_PHASES = "last third at a tenth"


MASKS = (Part.BATCH_NORM, Part.CLIPPING)
"""What can hide that signals explode."""

CORE = (Part.INITIALIZER, Part.INPUTS)
"""What sets the size of signals."""

PHASES = Edit("two_phases", {"share": 2 / 3, "factor": 0.1})

_EDITS = {
    Part.BATCH_NORM: Edit("batch_norm_off"),
    Part.CLIPPING: Edit("gradient_clipping_off"),
    Part.INITIALIZER: Edit("variance_scaled_init"),
    Part.TWO_PHASES: PHASES,
}


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed in one variant.

    Attributes:
        parts: In the order of `Part`; () is the model as given.
        scaling: How inputs are scaled where `Part.INPUTS` is among the parts, else None.
    """

    parts: tuple[Part, ...] = ()
    scaling: Scaling | None = None

    @property
    def edits(self) -> tuple[Edit, ...]:
        """That make it."""
        edits: list[Edit] = []
        for part in self.parts:
            edits += self.scaling.edits if part is Part.INPUTS and self.scaling is not None else (_EDITS[part],)
        return tuple(edits)

    @property
    def name(self) -> str:
        """In a few words."""
        words = [
            f"inputs {self.scaling.name}" if part is Part.INPUTS and self.scaling is not None else part.value
            for part in self.parts
        ]
        return " + ".join(words) or "as given"

    @property
    def short(self) -> str:
        """The same without saying how inputs are scaled."""
        return " + ".join(self.parts) or "as given"

    @property
    def core(self) -> tuple[Part, ...]:
        """Those of its parts that set the size of signals."""
        return tuple(part for part in self.parts if part in CORE)


@dataclass(frozen=True, slots=True)
class Heat:
    """One way of scaling the inputs in their race on all rows, on one seed.

    Attributes:
        scaling: Which.
        reached: What it attained.
        measure: Of that.
        steps: That it took.
        trial: Id.
    """

    scaling: Scaling
    reached: float
    measure: str
    steps: int
    trial: str


@dataclass(frozen=True, slots=True)
class SignalRun:
    """One variant on a handful of samples.

    Attributes:
        change: What was changed.
        run: What came of it.
        nonfinite_step: Step of the first NaN or infinity, counted from 0; None where all was finite.
        nonfinite_where: "loss", "gradient", "activation" or "weights"; empty where all was finite.
    """

    change: Change
    run: MemoryRun
    nonfinite_step: int | None
    nonfinite_where: str

    @property
    def reached(self) -> float:
        """Skill, or progress where nothing can be decoded; -1 where it exploded."""
        if self.nonfinite_step is not None:
            return -1.0
        return self.run.progress if self.run.skill is None else self.run.skill

    def blows_up(self, given: "SignalRun") -> bool:
        """Whether its signals are out of bounds where those of the model as given are not."""
        if given.nonfinite_step is not None:
            return False
        return self.nonfinite_step is not None or not self.run.start < BLOWN_UP * max(given.run.start, math.ulp(0.0))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The best variant on fresh seeds.

    Attributes:
        runs: On the handful, one a seed.
        own, other: What the untouched recipe and the variant attain on all rows by fresh seed; empty where that was not run.
        measure: Of these.
        steps: Of each of these runs.
        noise: Mean gain of these that chance may give, one time in twenty.
        trials: Ids of the variant's runs on all rows.
    """

    runs: tuple[MemoryRun, ...]
    own: tuple[float, ...] = ()
    other: tuple[float, ...] = ()
    measure: str = ""
    steps: int = 0
    noise: float = 0.0
    trials: tuple[str, ...] = ()

    @property
    def gain(self) -> float | None:
        """Mean gain on all rows, None where that was not run."""
        return statistics.fmean(self.other) - statistics.fmean(self.own) if self.own and self.other else None


@dataclass(frozen=True, slots=True)
class RescaledSignals:
    """What became of a handful of samples with masks off, weights re-drawn and inputs scaled.

    Attributes:
        rows: How many samples.
        masks: What could hide an explosion in this model.
        runs: One a variant, the model as given first; all on one seed.
        winner: The change with the fewest parts of those that memorise (or nearly do, where none does); None where none helps.
        confirmation: Of the winner; None without one.
        stages: The way there on one sample, step by step.
        heats: The race of scalings, the simplest first; empty where there was no choice.
    """

    rows: int
    masks: tuple[Part, ...]
    runs: tuple[SignalRun, ...]
    winner: Change | None
    confirmation: Confirmation | None
    stages: tuple[SignalRun, ...] = ()
    heats: tuple[Heat, ...] = ()

    @property
    def given(self) -> SignalRun:
        """The model as given."""
        return self.runs[0]

    def of(self, *parts: Part) -> SignalRun | None:
        """The best run with exactly these parts changed, whatever the scaling; None where there is none."""
        runs = [run for run in self.runs if set(run.change.parts) == set(parts)]
        return max(runs, key=lambda run: (run.reached, -run.run.steps), default=None)

    @property
    def unmasked(self) -> SignalRun | None:
        """The first run in which nothing but masks was taken off and signals are out of bounds; None where all stay in bounds."""
        bare = [run for run in self.runs if run.change.parts and not set(run.change.parts) - set(MASKS)]
        return next((run for run in bare if run.blows_up(self.given)), None)

    @property
    def hidden(self) -> SignalRun | None:
        """The run that shows an explosion which masks hide and which ends with what the winner makes of weights and inputs."""
        bare, winner = self.unmasked, self.winner
        if bare is None or winner is None or not winner.core:
            return None
        tamed = self.of(*self.masks, *winner.core)
        return bare if tamed is not None and not tamed.blows_up(self.given) else None

    @property
    def confirmed(self) -> bool:
        """Whether the winner memorises, or comes as far as it did, on most fresh seeds."""
        if self.winner is None or self.confirmation is None or not self.confirmation.runs:
            return False
        if mostly_memorised(self.confirmation.runs):
            return True
        reached = [run.progress if run.skill is None else run.skill for run in self.confirmation.runs]
        return statistics.fmean(reached) - self.given.reached >= HELPED and min(reached) > self.given.reached

    @property
    def equivalents(self) -> tuple[SignalRun, ...]:
        """Runs with other changes of as few parts as the winner that do as well."""
        winner = self.winner
        if winner is None:
            return ()
        best = self.of(*winner.parts)
        return tuple(
            run
            for run in self.runs
            if best is not None
            and len(run.change.parts) == len(winner.parts)
            and set(run.change.parts) != set(winner.parts)
            and run.change.core
            and (run.run.memorised if best.run.memorised else run.reached >= best.reached - ALIKE)
        )


def as_good(heats: tuple[Heat, ...]) -> tuple[Heat, ...]:
    """Those that came as far as the best, but for what means nothing; in order.

    Args:
        heats: Of one race.
    """
    best = max((heat.reached for heat in heats), default=0.0)
    return tuple(heat for heat in heats if heat.reached >= best - ALIKE)


HELPED = 0.5
"""Skill, or progress, that a change must gain where it does not quite memorise: half of the way."""

ALIKE = 0.05
"""Difference in skill on a handful that means nothing: runs of 300 steps end a few hundredths apart between seeds."""
