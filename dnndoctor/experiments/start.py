"""The start: what the untrained model does with one batch, and what the first steps do to it."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import AFFINE, kernels
from dnndoctor.evidence.seen.start import ModesSeen, SignalSeen, StartSeen, UnitsSeen, VariableSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.curves import loss_scale
from dnndoctor.experiments.looks import look_trials, read_looks
from dnndoctor.experiments.profile import geometric_mean
from dnndoctor.experiments.starting_point import (
    ActivationStart,
    DepthSlope,
    LayerSignal,
    StartingPoint,
    VariableStart,
    depth_slope,
)

SEEDS = 2
"""What is dead, flat or alike by chance is not so with another seed; the second costs a tenth of the first."""


class StartExperiment(Experiment[StartingPoint]):
    """Looks at the untrained model on one batch, with two seeds."""

    name = "start"
    question = "Is the untrained model fit to learn: signals, units, gradients, first updates?"
    preset = Preset.STATIC
    height = 6
    covers = (
        "D4",
        "H5",
        "start: activations",
        "start: constant output",
        "start: dead units",
        "start: frozen",
        "start: gradients",
        "start: loss",
        "start: no gradient",
        "start: saturated units",
        "start: symmetric weights",
        "start: train and eval mode",
        "start: update ratio",
    )

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`: looks take no part in the plan of steps."""
        del facts, settings
        return 0.0

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        return () if outcomes else look_trials(evidence, self.name, SEEDS)

    def read(self, evidence: Evidence, outcomes: Outcomes) -> StartingPoint | Inconclusive | Skip:
        """See `Experiment.read`."""
        trials = [trial for trial in look_trials(evidence, self.name, SEEDS) if trial.id in outcomes]
        seen = read_looks(trials, outcomes, StartSeen)
        if isinstance(seen, Inconclusive | Skip):
            return seen
        facts = evidence.facts
        modes = [one.modes for one in seen if one.modes is not None]
        losses = tuple(one.losses for one in seen)
        scale = loss_scale(facts, losses[0][0] if losses[0] else math.nan, penalties=False)
        variables = tuple(map(_variable, zip(*(one.variables for one in seen), strict=True)))
        activation_slope, gradient_slope = _slopes(facts, seen)
        return StartingPoint(
            rows=seen[0].rows,
            seeds=tuple(outcomes[trial.id].trial.seed for trial in trials if isinstance(outcomes[trial.id].seen, StartSeen)),
            losses=losses,
            rates=seen[0].rates,
            signals=_signals(seen),
            activations=_activations(seen),
            variables=variables,
            outputs=tuple(max(of_output) for of_output in zip(*(one.outputs for one in seen), strict=True)),
            outputs_later=tuple(max(of_output) for of_output in zip(*(one.later_outputs for one in seen), strict=True)),
            modes=_mean(modes) if modes else None,
            constant_loss=scale.reference if scale.from_constant else None,
            activation_slope=activation_slope,
            gradient_slope=gradient_slope,
            unseen=seen[0].unseen,
            trials=tuple(trial.id for trial in trials),
        )


def _signals(seen: Sequence[StartSeen]) -> tuple[LayerSignal, ...]:
    """All seeds share one forward pass, so the calls of one are those of the other."""
    before = zip(*(one.signals for one in seen), strict=True)
    after = zip(*(one.later_signals for one in seen), strict=True)
    return tuple(_signal(*pair) for pair in zip(before, after, strict=True))


def _signal(before: Sequence[SignalSeen], after: Sequence[SignalSeen]) -> LayerSignal:
    return LayerSignal(
        before[0].path,
        geometric_mean([one.rms for one in before]),
        max(one.varies for one in before),
        max(one.received for one in before),
        max(one.varies for one in after),
        before[0].units,
        min(one.twins for one in before),
    )


def _activations(seen: Sequence[StartSeen]) -> tuple[ActivationStart, ...]:
    before = zip(*(one.units for one in seen), strict=True)
    after = zip(*(one.later_units for one in seen), strict=True)
    return tuple(_activation(*pair) for pair in zip(before, after, strict=True))


def _activation(before: Sequence[UnitsSeen], after: Sequence[UnitsSeen]) -> ActivationStart:
    return ActivationStart(
        before[0].path,
        before[0].activation,
        before[0].units,
        min(one.dead for one in before),
        min(one.flat for one in before),
        min(one.flat_share for one in before),
        min(one.dead for one in after),
        min(one.flat for one in after),
    )


def _variable(seen: Sequence[VariableSeen]) -> VariableStart:
    first = seen[0]
    ratios = [max(one.updates) / (one.rms * math.sqrt(one.size)) for one in seen if one.rms > 0]
    return VariableStart(
        first.layer,
        first.name,
        first.size,
        statistics.fmean(one.rms for one in seen),
        None if first.handed is None else any(one.handed for one in seen),
        any(one.connected for one in seen),
        geometric_mean([one.gradients[0] for one in seen]),
        any(norm != 0 for one in seen for norm in one.gradients),
        any(norm != 0 for one in seen for norm in one.updates),
        statistics.median(ratios) if ratios else math.nan,
        first.units,
        min(one.twins for one in seen),
    )


def _slopes(facts: Facts, seen: Sequence[StartSeen]) -> tuple[DepthSlope | None, DepthSlope | None]:
    """Of activations and of gradients, over hidden layers of one kind: between kinds a gradient's size differs by itself."""
    outputs = {output.layer for output in facts.outputs}
    hidden = [layer for layer in facts.layers if layer.kind in AFFINE and layer.path not in outputs and kernels(layer)]
    common = Counter(layer.kind for layer in hidden).most_common(1)
    if not common:
        return None, None
    followed = {layer.path for layer in hidden if layer.kind == common[0][0]}
    signals = [[signal for signal in one.signals if signal.path in followed] for one in seen]
    weights = [
        [variable for variable in one.variables if variable.layer in followed and variable.name == "kernel"] for one in seen
    ]
    return (
        depth_slope([signal.path for signal in signals[0]], ([signal.rms for signal in of_seed] for of_seed in signals)),
        depth_slope(
            [variable.layer for variable in weights[0]],
            ([variable.gradients[0] / math.sqrt(variable.size) for variable in of_seed] for of_seed in weights),
        ),
    )


def _mean(modes: Sequence[ModesSeen]) -> ModesSeen:
    names = [field.name for field in fields(ModesSeen)]
    return ModesSeen(**{name: statistics.fmean(getattr(one, name) for one in modes) for name in names})
