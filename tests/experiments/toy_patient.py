"""A patient on paper: it answers trials by a formula, so that whole ladders of experiments are climbed in milliseconds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import EpochEnd, FirstNonFinite, Outcome, Scores, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Experiment, Settings, Skip
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts, output_score, score

CONSTANT_LOSS = math.log(10)  # of the default subject's ten classes


@dataclass(frozen=True)
class ToyPatient:
    """A model whose loss falls as exp(-rate * step / 30), with a noise that depends on the seed.

    Attributes:
        rate: Of the user's recipe; 1 is right for this model.
        edge: Effective rate above which every run becomes NaN at its third step.
        stuck: Effective rate above which the loss stays at the constant predictor's.
        learns: Whether it learns the whole set at all.
        memorises: Whether it learns tiny sets.
        memorises_zeros: Whether it learns them without inputs, too.
        adam_rate: Effective rate of Adam at 1e-3; None where the user's optimizer makes no difference.
        decodes: Whether predictions can be decoded.
        loss_only: Whether the loss falls and the predictions stay wrong.
        noise: Relative spread of the loss between seeds.
        lottery: Share of seeds, of four in turn, that stay stuck at effective rates of 0.9 and above.
    """

    rate: float = 1.0
    edge: float = 40.0
    stuck: float = 20.0
    learns: bool = True
    memorises: bool = True
    memorises_zeros: bool = False
    adam_rate: float = 1.0
    decodes: bool = True
    loss_only: bool = False
    noise: float = 0.02
    lottery: int = 0

    def effective_rate(self, trial: Trial) -> float:
        """Of a trial's edits."""
        rate = self.rate
        for edit in trial.edits:
            if edit.name == "learning_rate":
                rate *= float(edit.parameters["factor"] or 0)
            if edit.name == "optimizer":
                rate = self.adam_rate * float(edit.parameters["learning_rate"] or 0) / 1e-3
        return rate

    def answer(self, trial: Trial) -> Outcome:
        """What comes of a trial."""
        rate = self.effective_rate(trial)
        zeroed = any(edit.name == "zero_inputs" for edit in trial.edits)
        able = self.learns if trial.rows is None else self.memorises_zeros if zeroed else self.memorises
        unlucky = trial.rows is None and rate >= 0.9 and trial.seed % 4 < self.lottery
        level = CONSTANT_LOSS * (1 + self.noise * math.sin(7 * trial.seed + 1))
        if rate > self.edge:
            losses = [level, level * 10, math.nan]
        elif rate > self.stuck or not able or unlucky:
            losses = [level] * trial.steps
        else:
            losses = [level * max(2e-3, math.exp(-rate * step / 30)) for step in range(trial.steps)]
        return self._outcome(trial, losses)

    def _outcome(self, trial: Trial, losses: list[float]) -> Outcome:
        bad = math.isnan(losses[-1])
        if trial.stop_below is not None:
            below = next((step for step, loss in enumerate(losses) if loss < trial.stop_below), None)
            losses = losses if below is None else losses[: below + 10]
        reached = 0.0 if bad or self.loss_only else 1 - min(1.0, losses[-1] / CONSTANT_LOSS)
        # The largest probability is right long before the loss is gone.
        skill = None if not self.decodes else 1.0 if reached > 0.97 else reached
        end = score(losses[-1], outputs={"output": output_score(skill)})
        return Outcome(
            trial=trial,
            state=State.FINISHED,
            path="replicas",
            batch_size=32,
            steps_run=len(losses),
            losses=tuple(losses),
            first_nonfinite=FirstNonFinite(2, "loss") if bad else None,
            scores=Scores(score(losses[0]), end, end) if trial.scored else Scores(),
            epochs=(EpochEnd(len(losses), {"loss": losses[-1]}, 1e-3),) if trial.callbacks else (),
            stopped_by="non-finite" if bad else "",
            seconds=0.01,
        )


def climb(experiment: Experiment[Any], evidence: Evidence, patient: ToyPatient) -> tuple[Evidence, tuple[Trial, ...]]:
    """Runs one experiment to its end.

    Returns:
        The evidence with its observation, and its trials in the order they were planned.
    """
    outcomes: dict[str, Outcome] = {}
    observation: Any
    for _ in range(20):
        planned = experiment.plan(evidence, outcomes)
        if isinstance(planned, Skip):
            observation = planned
            break
        if not planned:
            observation = experiment.read(evidence, outcomes)
            break
        outcomes |= {trial.id: patient.answer(trial) for trial in planned}
    else:
        raise AssertionError(f"{experiment.name} never ends its plan")
    observations: Mapping[str, object] = {**evidence.observations, experiment.name: observation}
    seen = Evidence(evidence.facts, evidence.settings, observations, {**evidence.outcomes, **outcomes})
    return seen, tuple(outcome.trial for outcome in outcomes.values())


def examined(patient: ToyPatient, subject: Facts | None = None, settings: Settings | None = None) -> Evidence:
    """All training experiments of the quick preset on a patient."""
    evidence = Evidence(subject or facts(), settings or Settings())
    for kind in (Memorise, NoiseFloor, LearningRateSweep, OwnRecipe):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence
