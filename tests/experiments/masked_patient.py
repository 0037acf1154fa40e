"""Patients on paper whose signals are out of scale, with or without a mask that hides it, and the facts that go with them."""

import math
from dataclasses import dataclass, replace
from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import LayerCurve, Outcome
from dnndoctor.evidence.trial import Recording, Trial
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.without_batch_norm import WithoutBatchNorm
from tests.evidence_samples import array, facts, layer, output, target, weight
from tests.experiments.toy_patient import CONSTANT_LOSS, ToyPatient, climb, examined

REDRAWN = "variance_scaled_init"
SCALED = "standardize_inputs"
BARE = "batch_norm_off"
UNCLIPPED = "gradient_clipping_off"
DEPTH = 10


@dataclass(frozen=True)
class MaskedPatient(ToyPatient):
    """A model that learns only after certain edits.

    Attributes:
        cures: Sets of edits, each of which makes it learn; () for a model that learns as it is.
        explodes: Whether it explodes with a mask off, unless the weights and inputs of a cure are there.
        always_explodes: Whether it explodes with a mask off whatever else is done.
        outgrows: Effective rate from which it learns all rows in any case.
        growth: Orders of magnitude that gradients grow by a layer, from the outputs back, with a mask off.
        own_growth: The same with masks on.
    """

    cures: tuple[frozenset[str], ...] = ()
    explodes: bool = False
    always_explodes: bool = False
    outgrows: float = math.inf
    growth: float = 0.0
    own_growth: float = 0.0

    def answer(self, trial: Trial) -> Outcome:
        """What comes of a trial."""
        applied = {edit.name for edit in trial.edits}
        cured = not self.cures or any(cure <= applied for cure in self.cures)
        tame = any(cure - {BARE, UNCLIPPED} <= applied for cure in self.cures)
        bare = bool(applied & {BARE, UNCLIPPED})
        if bare and (self.always_explodes or (self.explodes and not tame)):
            outcome = self._outcome(trial, [CONSTANT_LOSS * 1e8, CONSTANT_LOSS * 1e9, math.nan])
        elif cured or (trial.rows is None and self.effective_rate(trial) >= self.outgrows):
            outcome = super().answer(trial)
        else:
            level = CONSTANT_LOSS * (1 + self.noise * math.sin(7 * trial.seed + 1))
            outcome = self._outcome(trial, [level] * trial.steps)
        if trial.recording is not Recording.LAYERS:
            return outcome
        growth = self.growth if bare else self.own_growth
        curves = tuple(
            LayerCurve(
                f"dense_{place}",
                (10 ** (growth * (DEPTH - 1 - place)),) * outcome.steps_run,
                (1e-3,) * outcome.steps_run,
                (1.0,) * outcome.steps_run,
                (0.5,) * outcome.steps_run,
            )
            for place in range(DEPTH)
        )
        return replace(outcome, layers=curves)


def subject(*, std: float = 0.18, normalised: bool = True, spread: float = 1.0, **details: Any) -> Facts:
    """Ten Dense(64) layers and a head.

    Args:
        std: Of the kernels; 64 inputs ask for 0.18.
        normalised: Whether each layer is followed by a batch normalisation.
        spread: Of the inputs, log-uniform from 1 where it is more than 1.
        details: Of `facts`.
    """
    moving = (weight("moving_mean", (64,), trainable=False), weight("moving_variance", (64,), trainable=False))
    layers = []
    for place in range(DEPTH):
        layers.append(layer(f"dense_{place}", weights=(weight(std=std), weight("bias", (64,), std=0.0))))
        if normalised:
            layers.append(layer(f"norm_{place}", "BatchNormalization", activation=None, weights=moving))
    layers.append(layer("head", activation="softmax", units=10))
    decades = tuple((6 * spread) ** (number / 20) for number in range(21))
    log_uniform = array(minimum=1.0, maximum=6 * spread, mean=spread / 3, std=spread, magnitudes=decades)
    inputs = array() if spread == 1 else log_uniform
    usual: dict[str, Any] = {"layers": layers, "inputs": [inputs], "outputs": [output()], "targets": [target()]}
    return facts(**usual | details)


def rescaled(patient: ToyPatient, of: Facts, settings: Settings | None = None) -> Evidence:
    """The quick preset's training experiments and the two about masks."""
    evidence = examined(patient, of, settings)
    for kind in (FirstBatchExperiment, WithoutBatchNorm, RescaledSignalsExperiment):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence
