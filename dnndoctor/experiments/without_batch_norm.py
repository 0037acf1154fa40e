"""Single samples and no batch norm, each by itself and together: what every update does, and what batch norm hides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.edits.batch_norm_off import batch_norm_layers
from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.curves import end_loss, exploded, nonfinite_at, thinned, usable
from dnndoctor.experiments.loss_chart import loss_chart
from dnndoctor.experiments.profile import DepthProfile, last_finite_step, profile

STEPS = 60
"""Explosions show within three steps, and 60 updates show the grain of single samples; recording layers makes each one dear."""

RECORDED = 1.5
"""Cost of a step with all layers recorded over that of a plain one, on models that are not tiny."""


@dataclass(frozen=True, slots=True)
class Corner:
    """One of the four.

    Attributes:
        batch_size: Rows a step.
        batch_norm: Whether it was left as it is; True, too, where the model has none.
        trial: Its id.
        steps: Taken.
        start, end: Loss at the first step and at the end; infinite where that is not finite.
        nonfinite_step: Step of the first NaN or infinity, counted from 0; None where all was finite.
        nonfinite_where: "loss", "gradient", "activation" or "weights"; empty where all was finite.
        nonfinite_layer: Path of the first layer concerned, None where none was.
        losses, gradients, updates: Loss, gradient norm and share of the weights that was moved, per step, thinned.
        first, last: Norms over depth at the first step and at the last that was finite; None where that was not recorded.
    """

    batch_size: int
    batch_norm: bool
    trial: str
    steps: int
    start: float
    end: float
    nonfinite_step: int | None
    nonfinite_where: str
    nonfinite_layer: str | None
    losses: tuple[float, ...]
    gradients: tuple[float, ...]
    updates: tuple[float, ...]
    first: DepthProfile | None
    last: DepthProfile | None

    @property
    def name(self) -> str:
        """In a few words."""
        return f"batch size {self.batch_size}" + ("" if self.batch_norm else ", no batch norm")


@dataclass(frozen=True, slots=True)
class FourCorners:
    """What was seen with and without batch norm, at the user's batch size and at 1.

    Batch norm behind a Dense layer gives nothing but its shift at batch size 1, so that this corner is never judged by itself.

    Attributes:
        normalised: How many layers normalise by the batch.
        corners: The user's batch size first, with batch norm first; those that could be run.
    """

    normalised: int
    corners: tuple[Corner, ...]

    def of(self, *, single: bool, batch_norm: bool) -> Corner | None:
        """One corner, None where it was not run.

        Args:
            single: Whether of batch size 1, otherwise the user's.
            batch_norm: Whether with batch norm as it is.
        """
        smallest, largest = min(corner.batch_size for corner in self.corners), max(corner.batch_size for corner in self.corners)
        size = smallest if single else largest
        return next((each for each in self.corners if each.batch_size == size and each.batch_norm is batch_norm), None)


class WithoutBatchNorm(Experiment[FourCorners]):
    """A few dozen steps on all rows with every layer recorded: batch size as it is or 1, batch norm as it is or off."""

    name = "without_batch_norm"
    question = "What do single updates do, and what does batch norm hide?"
    preset = Preset.STANDARD
    height = 60
    covers = ("D5",)
    traces = 3

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        size = facts.recipe.batch_size
        if size == 1 and not batch_norm_layers(facts):
            return 0.0
        weights = sum(math.sqrt(batch / size) for batch in {1, size})
        return RECORDED * settings.steps(STEPS) * weights * (2 if batch_norm_layers(facts) else 1)

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        planned = _trials(evidence)
        if len(planned) == 1:
            return Skip("the batch size is 1 already, and no layer normalises by the batch")
        return () if outcomes else planned

    def read(self, evidence: Evidence, outcomes: Outcomes) -> FourCorners | Inconclusive:
        """See `Experiment.read`."""
        told = [outcomes[trial.id] for trial in _trials(evidence) if trial.id in outcomes and usable(outcomes[trial.id])]
        if not told:
            return Inconclusive("none of the runs came to its end")
        corners = tuple(_corner(evidence.facts, outcome) for outcome in told)
        return FourCorners(len(batch_norm_layers(evidence.facts)), corners)

    def charts(self, evidence: Evidence, observation: FourCorners) -> Sequence[Chart]:
        """See `Experiment.charts`: loss and gradient per step, and the gradients over depth at the first step."""
        seen = {
            corner.name: evidence.outcomes[corner.trial] for corner in observation.corners if corner.trial in evidence.outcomes
        }
        bad = {
            f"{corner.name}: NaN": float(corner.nonfinite_step)
            for corner in observation.corners
            if corner.nonfinite_step is not None
        }
        losses = loss_chart("The loss of single steps", {name: each.losses for name, each in seen.items()}, marks=bad)
        gradients = loss_chart(
            "The gradient of single steps", {name: each.gradient_norm for name, each in seen.items()}, marks=bad
        )
        charts = [losses, None if gradients is None else _labelled(gradients), _over_depth(observation)]
        return tuple(chart for chart in charts if chart is not None)


def _trials(evidence: Evidence) -> tuple[Trial, ...]:
    facts, settings = evidence.facts, evidence.settings
    norms: tuple[tuple[Edit, ...], ...] = ((), (Edit("batch_norm_off"),)) if batch_norm_layers(facts) else ((),)
    sizes: tuple[tuple[Edit, ...], ...] = ((),) if facts.recipe.batch_size == 1 else ((), (Edit("batch_size", {"size": 1}),))
    return tuple(
        Trial((*norm, *size), steps=settings.steps(STEPS), seed=settings.seeds[0], recording=Recording.LAYERS, scored=False)
        for size in sizes
        for norm in norms
    )


def _corner(facts: Facts, outcome: Outcome) -> Corner:
    nonfinite_step, nonfinite_where = nonfinite_at(outcome)
    last = last_finite_step(outcome.layers)
    return Corner(
        batch_size=outcome.batch_size,
        batch_norm=not any(edit.name == "batch_norm_off" for edit in outcome.trial.edits),
        trial=outcome.trial.id,
        steps=outcome.steps_run,
        start=outcome.losses[0] if outcome.losses and math.isfinite(outcome.losses[0]) else math.inf,
        end=math.inf if exploded(outcome) else end_loss(outcome.losses),
        nonfinite_step=nonfinite_step,
        nonfinite_where=nonfinite_where,
        nonfinite_layer=outcome.first_nonfinite.layer if outcome.first_nonfinite is not None else None,
        losses=thinned(outcome.losses),
        gradients=thinned(outcome.gradient_norm),
        updates=thinned(outcome.update_ratio),
        first=profile(facts, outcome.layers, 0),
        last=None if last is None else profile(facts, outcome.layers, last),
    )


def _labelled(chart: Chart) -> Chart:
    return Chart(chart.title, chart.x, chart.lines, chart.x_label, "gradient norm", chart.log_x, chart.log_y, chart.marks)


def _over_depth(observation: FourCorners) -> Chart | None:
    """The gradient of each layer at the first step, in the corners that recorded the same layers."""
    seen = [(corner.name, corner.first) for corner in observation.corners if corner.first is not None]
    if not seen or len(seen[0][1].paths) < 2:
        return None
    paths = seen[0][1].paths
    return Chart(
        "The gradient over depth, at the first step",
        tuple(map(float, range(len(paths)))),
        {name: each.gradient for name, each in seen if each.paths == paths},
        x_label="layer",
        y_label="gradient norm",
        log_y=True,
        ticks={float(place): path for place, path in enumerate(paths)},
    )
