"""The first batch: what the untrained model gives, what its loss is, and whether gradients reach every layer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import FirstNonFinite, LayerCurve, Outcome, OutputScore
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.experiments import Evidence, Experiment, Inconclusive, Outcomes, Preset, Settings, Skip
from dnndoctor.experiments.course import scoring_steps
from dnndoctor.experiments.curves import loss_scale, usable
from dnndoctor.experiments.profile import geometric_mean

STEPS = 3
"""Zero-initialised branches have no gradient at the first step and do at the second; a third leaves one to spare."""

SEEDS = 2
"""A layer that is dead by chance is alive with another seed."""


@dataclass(frozen=True, slots=True)
class LayerStart:
    """One layer with weights, over the first steps.

    Attributes:
        path: Its path.
        gradient: Norm of its gradient at the first step, geometric mean over the seeds; 0 where any is 0, NaN where any is
            not finite.
        dead: Whether its gradient is exactly zero at every step with every seed.
        activation_rms: Root mean square of its output at the first step, mean over the seeds; NaN where not seen.
    """

    path: str
    gradient: float
    dead: bool
    activation_rms: float


@dataclass(frozen=True, slots=True)
class OutputStart:
    """The raw predictions of one output before the first step, over all seeds.

    Attributes:
        minimum, maximum: Over the seeds.
        outside_unit: Share outside [0, 1], mean over the seeds.
        varies: Largest spread over the rows, as a share of the predictions' rms; 0 when all rows get the same answer.
        nonfinite: Most NaN or infinite values with any seed.
        accuracy: 1 - wrong share of the decoded predictions with the first seed; None where nothing can be decoded.
    """

    minimum: float
    maximum: float
    outside_unit: float
    varies: float
    nonfinite: int
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class FirstBatch:
    """What was seen of the first steps.

    Attributes:
        steps: How many, of each run.
        seeds: With which.
        start_losses: Loss of the first batch before any update, a seed each.
        penalty: The part of it that regularizers make up; None where there are none or it could not be measured.
        constant_loss: Loss of the best constant predictor, penalties apart; None where it cannot be told.
        nonfinite: The first NaN or infinite value of each run that had one.
        start_finite: Whether the evaluated rows (up to 2,048) had a finite loss before the first step, with every seed.
        layers: Those with trainable weights, in the model's order.
        outputs: By name; empty where nothing was predicted.
        metrics: As evaluated before the first step with the first seed.
        trials: Ids of the runs.
    """

    steps: int
    seeds: tuple[int, ...]
    start_losses: tuple[float, ...]
    penalty: float | None
    constant_loss: float | None
    nonfinite: tuple[FirstNonFinite, ...]
    start_finite: bool
    layers: tuple[LayerStart, ...]
    outputs: Mapping[str, OutputStart] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    trials: tuple[str, ...] = ()

    @property
    def start_ratio(self) -> float | None:
        """Loss at the start, penalties apart, over the best constant predictor's; None where either is not known."""
        if not self.constant_loss or self.constant_loss < 0 or not all(map(math.isfinite, self.start_losses)):
            return None
        return (sum(self.start_losses) / len(self.start_losses) - (self.penalty or 0.0)) / self.constant_loss


class FirstBatchExperiment(Experiment[FirstBatch]):
    """A few steps of the user's own recipe on two seeds, every layer recorded; one run without its regularizers."""

    name = "first_batch"
    question = "What do the first batch's outputs, loss and gradients look like?"
    preset = Preset.QUICK
    height = 10
    covers = ("start: loss", "start: no gradient")
    traces = 3

    @classmethod
    def expected_steps(cls, facts: Facts, settings: Settings) -> float:
        """See `Experiment.expected_steps`."""
        del settings
        return SEEDS * (STEPS + scoring_steps(facts)) + 1

    def plan(self, evidence: Evidence, outcomes: Outcomes) -> Sequence[Trial] | Skip:
        """See `Experiment.plan`."""
        if outcomes:
            return ()
        return (*_runs(evidence), *((_without_penalty(evidence),) if _penalised(evidence.facts) else ()))

    def read(self, evidence: Evidence, outcomes: Outcomes) -> FirstBatch | Inconclusive:
        """See `Experiment.read`."""
        asked = [outcomes[trial.id] for trial in _runs(evidence) if trial.id in outcomes]
        runs = [outcome for outcome in asked if usable(outcome)]
        if not runs:
            return Inconclusive(next((outcome.reason for outcome in asked if outcome.reason), "the first steps were not run"))
        start_losses = tuple(run.losses[0] for run in runs if run.losses)
        scale = loss_scale(evidence.facts, start_losses[0] if start_losses else math.nan, penalties=False)
        starts = [run.scores.start for run in runs if run.scores.start is not None]
        return FirstBatch(
            steps=min(run.steps_run for run in runs),
            seeds=tuple(run.trial.seed for run in runs),
            start_losses=start_losses,
            penalty=_penalty(runs[0], outcomes.get(_without_penalty(evidence).id)),
            constant_loss=scale.reference if scale.from_constant else None,
            nonfinite=tuple(run.first_nonfinite for run in runs if run.first_nonfinite is not None),
            start_finite=bool(starts) and all(math.isfinite(start.loss) for start in starts),
            layers=_layers(runs),
            outputs=_outputs(runs),
            metrics=starts[0].metrics if starts else {},
            trials=tuple(run.trial.id for run in runs),
        )


def _runs(evidence: Evidence) -> tuple[Trial, ...]:
    return tuple(Trial(steps=STEPS, seed=seed, recording=Recording.LAYERS) for seed in evidence.settings.seeds[:SEEDS])


def _without_penalty(evidence: Evidence) -> Trial:
    return Trial(edits=(Edit("regularization_off"),), steps=1, seed=evidence.settings.seeds[0], scored=False)


def _penalised(facts: Facts) -> bool:
    return any(value for layer in facts.layers for name, value in layer.settings.items() if name.endswith("_regularizer"))


def _penalty(run: Outcome, without: Outcome | None) -> float | None:
    """The same batch, weights and dropout masks with and without regularizers differ by their penalty alone."""
    if without is None or not usable(without) or not without.losses or not run.losses:
        return None
    penalty = run.losses[0] - without.losses[0]
    return penalty if math.isfinite(penalty) else None


def _layers(runs: Sequence[Outcome]) -> tuple[LayerStart, ...]:
    by_path: dict[str, list[LayerCurve]] = {}
    for run in runs:
        for curve in run.layers:
            if curve.gradient_norm:
                by_path.setdefault(curve.path, []).append(curve)
    return tuple(_layer(path, curves) for path, curves in by_path.items())


def _layer(path: str, curves: Sequence[LayerCurve]) -> LayerStart:
    first = [curve.gradient_norm[0] for curve in curves]
    rms = [curve.activation_rms[0] for curve in curves if curve.activation_rms]
    return LayerStart(
        path=path,
        gradient=geometric_mean(first),
        dead=all(norm == 0 for curve in curves for norm in curve.gradient_norm),
        activation_rms=sum(rms) / len(rms) if rms else math.nan,
    )


def _outputs(runs: Sequence[Outcome]) -> Mapping[str, OutputStart]:
    starts = [run.scores.start.outputs for run in runs if run.scores.start is not None]
    if not starts:
        return {}
    shared = [name for name in starts[0] if all(name in start for start in starts)]
    return {name: _output([start[name] for start in starts]) for name in shared}


def _output(scores: Sequence[OutputScore]) -> OutputStart:
    error = scores[0].error
    return OutputStart(
        minimum=min(score.minimum for score in scores),
        maximum=max(score.maximum for score in scores),
        outside_unit=sum(score.outside_unit for score in scores) / len(scores),
        varies=max(score.varies for score in scores),
        nonfinite=max(score.nonfinite for score in scores),
        accuracy=1 - error if error is not None and 0 <= error <= 1 else None,
    )
