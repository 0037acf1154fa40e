"""A model that cannot memorise a handful of samples."""

import math
import statistics
from collections.abc import Iterable

from dnndoctor.edits import edit_kind
from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import heads
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.curves import Shape
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.memory import Attempt, Memory, MemoryRun
from dnndoctor.experiments.sickness import SicknessKind, has, learns_by_itself, sicknesses, structure_is_whole
from dnndoctor.experiments.signal_evidence import given_over_depth
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

KERNELS = frozenset({"kernel", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel", "embeddings"})
SATURATING = frozenset({"sigmoid", "tanh", "hard_sigmoid", "softsign"})
DEEP_SATURATION = 3
"""Saturating hidden layers from which the gradient fades: a sigmoid's slope is at most 1/4, so three leave at most 1/64."""

STRUCTURE = (
    Cause.OUTPUT_ACTIVATION,
    Cause.OUTPUT_UNITS,
    Cause.LOSS_FUNCTION,
    Cause.LOGITS_MISMATCH,
    Cause.LABELS,
    Cause.RESHAPE,
    Cause.MISSING_BIAS,
    Cause.FROZEN_LAYERS,
)
HOW = {
    Shape.EXPLODES: "the loss becomes NaN or infinite",
    Shape.RISES: "the loss rises",
    Shape.OSCILLATES: "the loss oscillates",
    Shape.FALLS: "the loss still falls, too slowly",
    Shape.PLATEAUS: "the loss stays on a plateau",
}


class CannotMemorise(Rule):
    """The model cannot memorise a handful of samples.

    What was looked at:
        Training on 1, 2, 8 and 20 samples whose targets differ, for 300 steps, with regularisers, dropout and augmentation
        off, and without a schedule that would take the rate away meanwhile. Eight decide (fewer where the model has too few
        weights). Where they are not memorised, they were tried with a tenth and ten times the rate and with Adam at three rates,
        and what worked was run again on other seeds.

    Why it matters:
        This is the fork of the whole examination. A model that can memorise is whole, and its trouble lies in the rate,
        the batch, the inputs or the course. One that cannot has a fault in its structure, its head, its loss, its
        initialisation or its data, and no amount of training mends that.

    What to do:
        Where another rate or optimizer memorises, take that. Otherwise look at the head against the loss, at the
        initializers and activations of the hidden layers, and at whether the targets of single samples are what you think.

    When it is not a fault:
        Rows with equal inputs and different targets, a model with fewer weights than numbers to memorise, or a task whose
        loss cannot reach its floor by design. If your own run learns the whole set, this is a note.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on overfitting one batch first.
        C. Zhang et al., "Understanding deep learning requires rethinking generalization" (2017).
    """

    code = "DD511"
    name = "cannot-memorise"
    causes = (
        Cause.ARCHITECTURE,
        Cause.INITIALIZER,
        Cause.HIDDEN_ACTIVATION,
        Cause.OUTPUT_ACTIVATION,
        Cause.LOSS_FUNCTION,
        Cause.OPTIMIZER,
        Cause.LEARNING_RATE_HIGH,
        Cause.LEARNING_RATE_LOW,
    )
    covers = ("D1",)
    needs = (Memorise,)
    rung = Memorise.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        memory = evidence.of(Memorise)
        assert memory is not None  # in `needs`
        if memory.memorised:
            runs = memory.decisive_runs
            text = f"the model memorises {memory.decisive} samples on {sum(run.memorised for run in runs)} of {len(runs)} seeds"
            for cause in STRUCTURE if memory.decisive > 2 and runs[0].skill is not None else ():
                yield RuledOut(cause, text)
        elif memory.cures:
            yield self._cured(evidence, memory, memory.cures[0])
        elif structure_is_whole(evidence):
            yield self._refuted(evidence, memory)
        else:
            yield self._structural(evidence, memory)

    def _cured(self, evidence: Evidence, memory: Memory, cure: Attempt) -> Finding:
        """Another rate or optimizer memorises: the structure is whole."""
        established = [sickness for sickness in sicknesses(evidence) if sickness.kind is not SicknessKind.CANNOT_MEMORISE]
        kind = edit_kind(cure.edit.name)
        sentence = kind.sentence(cure.edit, evidence.facts)
        own, other = _reached(memory.decisive_runs), _reached(cure.confirmed)
        wins = sum(run.memorised for run in cure.confirmed)
        effect = f"{own:.2f} -> {other:.2f} of the way, memorised on {wins} of {len(cure.confirmed)} fresh seeds"
        return Finding(
            self.code,
            self.name,
            _cause_of_cure(cure, evidence),
            f"{memory.decisive} samples are not memorised ({_how(memory)}) unless one changes the recipe: {sentence}",
            Severity.ERROR if established else Severity.NOTE,
            0.45 if established else 0.1,
            evidence=(
                *_failed(memory),
                Statement(
                    f"{sentence}: {effect}",
                    Memorise.name,
                    {"curve": cure.confirmed[0].curve},
                    tuple(run.trial for run in cure.confirmed),
                ),
                *(sickness.as_evidence() for sickness in established),
            ),
            remedies=(
                Remedy(
                    sentence[0].upper() + sentence[1:],
                    (cure.edit,),
                    kind.patch(cure.edit, evidence.facts),
                    verified=True,
                    before=own,
                    after=other,
                    effect=effect,
                    seeds=tuple(run.seed for run in cure.confirmed),
                    note="shown on the handful of samples, not yet on the whole set",
                ),
            ),
        )

    def _refuted(self, evidence: Evidence, memory: Memory) -> Finding:
        """The model learns the whole set, by itself or at another rate, so that its structure is not to blame."""
        response = evidence.of(LearningRateSweep)
        at_another_rate = response is not None and bool(response.comparisons) and not learns_by_itself(evidence)
        higher = response is not None and response.recommended > 1
        return Finding(
            self.code,
            self.name,
            (Cause.LEARNING_RATE_LOW if higher else Cause.LEARNING_RATE_HIGH) if at_another_rate else Cause.ARCHITECTURE,
            f"{memory.decisive} samples are not memorised ({_how(memory)}), though the model learns the whole set"
            + (" at another rate" if at_another_rate else ""),
            Severity.WARNING if at_another_rate else Severity.NOTE,
            0.4 if at_another_rate else 0.05,
            evidence=_failed(memory),
        )

    def _structural(self, evidence: Evidence, memory: Memory) -> Finding:
        cause, confidence, why, where = _suspect(evidence, memory)
        return Finding(
            self.code,
            self.name,
            cause,
            f"The model cannot memorise {memory.decisive} samples: {_how(memory)}",
            Severity.ERROR,
            confidence,
            where,
            evidence=(
                *([Statement(why, "facts")] if why else []),
                *given_over_depth(evidence),
                *_failed(memory),
                *(
                    Statement(
                        f"{edit_kind(attempt.edit.name).sentence(attempt.edit, evidence.facts)}: not memorised either "
                        f"({HOW[attempt.screened.failure or Shape.PLATEAUS]})",
                        Memorise.name,
                        {"curve": attempt.screened.curve},
                        (attempt.screened.trial, *(run.trial for run in attempt.confirmed)),
                    )
                    for attempt in memory.attempts
                ),
            ),
            remedies=(
                Remedy("Give the targets the shape of the output", patch="y = y.reshape(-1, 1)"),
                *(fit for head in heads(evidence.facts) for fit in keras_own_loss(evidence.facts, head)),
            )
            if cause is Cause.LOSS_FUNCTION and _broadcasts(evidence.facts, memory)
            else (),
        )


def _reached(runs: Iterable[MemoryRun]) -> float:
    """Mean of skill, or of progress where nothing can be decoded."""
    return statistics.fmean(run.progress if run.skill is None else run.skill for run in runs)


def _failed(memory: Memory) -> tuple[Statement, ...]:
    """What each size came to, the decisive one first."""
    statements = []
    for size in sorted({run.rows for run in memory.runs}, key=lambda size: size != memory.decisive):
        runs = [run for run in memory.runs if run.rows == size]
        done = sum(run.memorised for run in runs)
        way = HOW[next((run.failure for run in runs if run.failure is not None), Shape.PLATEAUS)]
        statements.append(
            Statement(
                f"{size} sample{'s' * (size != 1)}: memorised on {done} of {len(runs)} seed{'s' * (len(runs) != 1)}, "
                f"loss {runs[0].start:.3g} -> {runs[0].end:.3g}" + (f"; {way}" if done < len(runs) else ""),
                Memorise.name,
                {"rows": float(size), "start": runs[0].start, "end": runs[0].end, "curve": runs[0].curve},
                tuple(run.trial for run in runs),
            )
        )
    return tuple(statements)


def _how(memory: Memory) -> str:
    if any(run.loss_only for run in memory.decisive_runs):
        return "the loss falls, and the predictions stay wrong"
    return HOW[memory.failure or Shape.PLATEAUS]


def _cause_of_cure(cure: Attempt, evidence: Evidence) -> Cause:
    if cure.edit.name == "learning_rate":
        return Cause.LEARNING_RATE_HIGH if float(cure.edit.parameters["factor"] or 1) < 1 else Cause.LEARNING_RATE_LOW
    response = evidence.of(LearningRateSweep)
    if response is not None and response.comparisons:
        # On all rows the user's own optimizer does better at another rate, so it is the rate that Adam made up for.
        return Cause.LEARNING_RATE_HIGH if response.recommended < 1 else Cause.LEARNING_RATE_LOW
    own = evidence.facts.recipe.optimizers[0] if evidence.facts.recipe.optimizers else None
    if own is None or own.kind != cure.edit.parameters["class_name"]:
        return Cause.OPTIMIZER
    cured = float(cure.edit.parameters["learning_rate"] or 0)
    return Cause.LEARNING_RATE_HIGH if cured < own.learning_rate else Cause.LEARNING_RATE_LOW


def _suspect(evidence: Evidence, memory: Memory) -> tuple[Cause, float, str, tuple[Where, ...]]:
    """The likeliest structural cause that facts and curves speak for: cause, confidence, the reason, places.

    Rules on facts name a broken contract with more confidence and a remedy; this is what is left to say without one.
    """
    facts = evidence.facts
    constant = _constant_kernels(facts)
    if constant:
        names = ", ".join(layer.path for layer in constant)
        why = f"all weights of {names} start equal, so its units get equal gradients or none"
        return Cause.INITIALIZER, 0.8, why, tuple(Where(layer.path, layer.place) for layer in constant)
    if any(run.loss_only for run in memory.decisive_runs):
        why = "the loss comes down to its floor, and the predictions stay wrong: they do not mean what the loss takes them for"
        return Cause.OUTPUT_ACTIVATION, 0.6, why, tuple(Where(output.layer) for output in facts.outputs)
    saturating = [layer for layer in _hidden(facts) if layer.activation in SATURATING]
    if len(saturating) >= DEEP_SATURATION and memory.failure in (Shape.PLATEAUS, Shape.FALLS):
        why = f"{len(saturating)} hidden layers in a row of {saturating[0].activation}, which each pass on a part of the gradient"
        return Cause.HIDDEN_ACTIVATION, 0.6, why, tuple(Where(layer.path, layer.place) for layer in saturating)
    own_losses = [output.loss.name for output in facts.outputs if output.loss is not None and not output.loss.built_in]
    if _broadcasts(facts, memory):
        why = (
            f"one sample is memorised and several are not, the targets are (N,), the output is (N, 1): {own_losses[0]} compares "
            "each target with every prediction (N, N) unless it reshapes one"
        )
        return Cause.LOSS_FUNCTION, 0.8, why, ()
    if own_losses:
        return Cause.LOSS_FUNCTION, 0.4, f"the loss {own_losses[0]} is the user's own", ()
    if memory.failure in (Shape.EXPLODES, Shape.RISES) and has(evidence, SicknessKind.NON_FINITE):
        return Cause.INITIALIZER, 0.3, "the values grow beyond bounds at every rate that was tried", ()
    return Cause.ARCHITECTURE, 0.35, "", ()


def _hidden(facts: Facts) -> tuple[LayerFacts, ...]:
    heads = {output.layer for output in facts.outputs}
    return tuple(layer for layer in facts.layers if layer.path not in heads and layer.weights and layer.activation is not None)


def _broadcasts(facts: Facts, memory: Memory) -> bool:
    """Whether a loss of the user's own is given targets (N,) for an output (N, 1), and the runs look like it.

    Keras makes the shapes alike for its own losses and for functions, and leaves that to a subclass of `Loss`. Of one sample
    both shapes say the same, so that it is memorised where several are not.
    """
    if not all(run.memorised for run in memory.runs if run.rows == 1):
        return False
    shapes = {target.output: target.array.shape for target in facts.data.targets}
    return any(
        output.loss is not None and not output.loss.built_in and output.shape == (1,) and shapes.get(output.name) == ()
        for output in facts.outputs
    )


def _constant_kernels(facts: Facts) -> tuple[LayerFacts, ...]:
    """Hidden layers whose trainable kernel starts with one value throughout."""
    return tuple(
        layer
        for layer in _hidden(facts)
        if any(
            weight.name in KERNELS and weight.trainable and weight.minimum == weight.maximum and math.prod(weight.shape) > 1
            for weight in layer.weights
        )
    )
