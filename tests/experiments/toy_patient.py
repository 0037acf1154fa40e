"""A patient on paper: it answers trials by a formula, so that whole ladders of experiments are climbed in milliseconds."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import EpochEnd, FirstNonFinite, Outcome, Scores, State
from dnndoctor.evidence.trial import Recording, Trial
from dnndoctor.experiments import Evidence, Experiment, Settings, Skip
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts, optimizer, output_score, score

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
        batch_size: Rows a step of the user's recipe.
        noise_rows: Noise scale of the gradient. Where rate times noise scale is more than the rows a step, the loss stays at the
            constant predictor's and jumps.
        memory_rows: Rows of a step from which on it runs out of memory.
        gradient: Norm of the mean gradient.
        slowed_by: Edit without which the rate does a hundredth of its work ("gradient_clipping_off").
        held_by: Edit with which every run at effective rates above a half becomes NaN ("value_clipping_off").
        decay: What the user's schedule multiplies the rate by at each step.
        by_callback: Whether a callback does that, so only where callbacks take part.
        jumps: Share of the loss that the rate, where it is still what it was at the start, keeps from going.
        ceiling: Share of the way that the user's own optimizer gets at any rate.
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
    batch_size: int = 32
    noise_rows: float = 0.0
    memory_rows: float = math.inf
    gradient: float = 1.0
    slowed_by: str = ""
    held_by: str = ""
    decay: float = 1.0
    by_callback: bool = False
    jumps: float = 0.0
    ceiling: float = 1.0

    def effective_rate(self, trial: Trial) -> float:
        """Of a trial's edits."""
        rate = self.rate
        for edit in trial.edits:
            if edit.name == "learning_rate":
                rate *= float(edit.parameters["factor"] or 0)
            if edit.name == "optimizer":
                rate = self.adam_rate * float(edit.parameters["learning_rate"] or 0) / 1e-3
        return rate / 100 if self.slowed_by and not self._edited(trial, self.slowed_by) else rate

    def rows_of(self, trial: Trial) -> int:
        """Rows a step."""
        sizes = [int(edit.parameters["size"] or 0) for edit in trial.edits if edit.name == "batch_size"]
        return sizes[-1] if sizes else self.batch_size

    def answer(self, trial: Trial) -> Outcome:
        """What comes of a trial."""
        if self.rows_of(trial) >= self.memory_rows:
            return Outcome(trial, State.OUT_OF_MEMORY, "the worker grew too large")
        rate = self.effective_rate(trial)
        noisy = trial.rows is None and rate * self.noise_rows > self.rows_of(trial)
        zeroed = any(edit.name == "zero_inputs" for edit in trial.edits)
        able = self.learns if trial.rows is None else self.memorises_zeros if zeroed else self.memorises
        unlucky = trial.rows is None and rate >= 0.9 and trial.seed % 4 < self.lottery
        level = CONSTANT_LOSS * (1 + self.noise * math.sin(7 * trial.seed + 1))
        if rate > self.edge or (rate > 0.5 and self._edited(trial, self.held_by)):
            losses = [level, level * 10, math.nan]
        elif noisy:
            losses = [level * (1 + 0.3 * math.sin(step**2)) for step in range(trial.steps)]
        elif rate > self.stuck or not able or unlucky:
            losses = [level] * trial.steps
        else:
            rates = self._course(trial)
            way = itertools.accumulate(rates[:-1], initial=0.0)
            left = 2e-3 if trial.rows is not None or self._edited(trial, "optimizer") else max(2e-3, 1 - self.ceiling)
            losses = [
                level * max(left, self.jumps * now, math.exp(-rate * gone / 30)) for now, gone in zip(rates, way, strict=True)
            ]
        return self._outcome(trial, losses)

    def _course(self, trial: Trial) -> list[float]:
        """The rate of each step over that of the first."""
        decay, drops = self.decay, []
        if (self.by_callback and not trial.callbacks) or (self._edited(trial, "optimizer") and not self.by_callback):
            decay = 1.0
        for edit in trial.edits:
            if edit.name == "constant_rate":
                decay = 1.0
            if edit.name == "stretched_schedule":
                decay **= 1 / float(edit.parameters["factor"] or 0)
            if edit.name == "two_phases":
                drops.append((float(edit.parameters["share"] or 0), float(edit.parameters["factor"] or 0)))
        dropped = [math.prod(factor for share, factor in drops if step >= share * trial.steps) for step in range(trial.steps)]
        return [decay**step * factor for step, factor in enumerate(dropped)]

    def _edited(self, trial: Trial, name: str) -> bool:
        return any(edit.name == name for edit in trial.edits)

    def _norms(self, trial: Trial, steps: int) -> tuple[float, ...]:
        """Norms of batch gradients; their squares have the expectation |G|^2 + S / rows."""
        if trial.recording is Recording.LOSS:
            return ()
        share = self.noise_rows / self.rows_of(trial)
        return tuple(self.gradient * math.sqrt(1 + share * (1 + 0.5 * math.cos(math.pi * step))) for step in range(steps))

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
            batch_size=self.rows_of(trial),
            steps_run=len(losses),
            losses=tuple(losses),
            gradient_norm=self._norms(trial, len(losses)),
            first_nonfinite=FirstNonFinite(2, "loss") if bad else None,
            scores=Scores(score(losses[0]), end, end) if trial.scored else Scores(),
            epochs=self._epochs(trial, losses) if trial.callbacks else (),
            stopped_by="non-finite" if bad else "",
            seconds=0.01,
        )

    def _epochs(self, trial: Trial, losses: list[float]) -> tuple[EpochEnd, ...]:
        """Of 32 steps each."""
        rates = self._course(trial)
        ends = range(min(32, len(losses)), len(losses) + 1, 32)
        return tuple(EpochEnd(end, {"loss": losses[end - 1]}, 1e-3 * rates[end - 1]) for end in ends)


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


def scheduled(decay: float = 0.97, epochs: int = 10, **recipe: Any) -> Facts:
    """A subject whose SGD at 0.1 follows an exponential decay by that much a step, with the rates of its course."""
    last = epochs * 32 - 1
    rates = tuple(0.1 * decay ** round(point * last / 100) for point in range(101))
    sgd = optimizer("SGD", 0.1, schedule="ExponentialDecay", schedule_settings={"decay_steps": 1, "decay_rate": decay})
    return facts(recipe={"optimizers": (sgd,), "epochs": epochs, "rates": rates} | recipe)


def examined(patient: ToyPatient, subject: Facts | None = None, settings: Settings | None = None) -> Evidence:
    """All training experiments of the quick preset on a patient."""
    evidence = Evidence(subject or facts(), settings or Settings())
    for kind in (Memorise, NoiseFloor, LearningRateSweep, OwnRecipe):
        evidence, _ = climb(kind(), evidence, patient)
    return evidence
