"""First updates that are as large as the weights, or that a whole course of would not tell."""

import math
import statistics
from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.course import course_steps
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import measured, too_fast
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Where
from dnndoctor.rules import Rule

HUGE = 1.0
"""Norm of an update over that of the weights from which one step replaces what a layer was; 1e-4 to 1e-1 is usual, and Adam at
ten times its default rate begins at a tenth."""

WORSE = 3.0
"""Loss of the same batch after a few steps over that before them: a step along the gradient is to lower it."""

COURSE = 0.01
"""Share of the weights' norm that the largest updates of the whole course must come to for the course to tell."""


class UpdateSize(Rule):
    """The updates are out of proportion to the weights.

    What was looked at:
        Norm of each update over the norm of the weights, kernel by kernel, over a few real steps with two seeds, scaled to the
        largest rate of the course where a warm-up begins lower; and the loss of the same batch before these steps and after.
        Embeddings, biases and weights that start at zero are left out.

    Why it matters:
        A healthy update changes a layer by a thousandth of its weights. One as large as the weights throws away what was
        there, and units die or saturate at the first steps. One so small that all steps of the course together move the
        weights by less than a hundredth leaves the model where it started.

    What to do:
        Change the learning rate by the factor that brings the ratio to about 1e-3.

    When it is not a fault:
        Adam's first steps are its largest, so that large ratios alone say nothing: too high is said only where the loss of the
        same rows gets worse as well. Too low is not said of models with loaded weights, which are fine-tuned in small steps.

    References:
        A. Karpathy, CS231n notes, "Ratio of weights:updates". Y. You, I. Gitman, B. Ginsburg, "Large batch training of
        convolutional networks" (2017), on the ratio layer by layer.
    """

    code = "DD519"
    name = "update-size"
    causes = (Cause.LEARNING_RATE_HIGH, Cause.LEARNING_RATE_LOW, Cause.INPUT_SCALE, Cause.INITIALIZER)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: update ratio",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        facts = evidence.facts
        ratios = _ratios(facts, point)
        if not ratios or learns_well(evidence):
            return
        typical = statistics.median(ratios.values())
        change = _change(point)
        steps = course_steps(facts)
        loaded = any(weight.loaded for layer in facts.layers for weight in layer.weights)
        if typical >= HUGE and (change is None or change >= WORSE or sicknesses(evidence)):
            yield self._high(evidence, point, typical, change)
        elif steps is not None and 0 < max(ratios.values()) * steps < COURSE and not loaded:
            yield self._low(evidence, point, max(ratios.values()), steps)

    def _high(self, evidence: Evidence, point: StartingPoint, typical: float, change: float | None) -> Finding:
        after = (
            "the loss is not finite any more"
            if change is None
            else f"the loss of the same rows is {change:.3g} times what it was"
        )
        text = f"an update is {typical:.2g} times as large as the weights (median of kernels); after {point.steps} steps {after}"
        why = too_fast(evidence.facts, point)
        values = {"ratio": typical} | ({"change": change} if change is not None else {})
        return Finding(
            self.code,
            self.name,
            why.cause if why is not None else Cause.LEARNING_RATE_HIGH,
            f"One step changes the weights by {typical:.2g} times their size, and {after}"
            + (f": {why.text}" if why is not None else ""),
            Severity.ERROR if sicknesses(evidence) else Severity.WARNING,
            # The loss of the very rows that were stepped on gets worse: what other causes do so have rules of their own.
            0.7,
            () if why is not None else (Where(None, _place(evidence.facts)),),
            (measured(point, text, **values), *((measured(point, why.text),) if why is not None else ())),
            (*((why.remedy,) if why is not None else ()), _other_rate(point, 1e-3 / typical)),
        )

    def _low(self, evidence: Evidence, point: StartingPoint, largest: float, steps: int) -> Finding:
        text = f"the largest update is {largest:.2g} of the weights' size; {steps:,} of them move them by {largest * steps:.2g}"
        return Finding(
            self.code,
            self.name,
            Cause.LEARNING_RATE_LOW,
            f"All {steps:,} steps together change the weights by {largest * steps:.2g} of their size at most",
            Severity.ERROR if sicknesses(evidence) else Severity.WARNING,
            0.65,  # gradients may grow later on, when a model leaves a plateau
            (Where(None, _place(evidence.facts)),),
            (measured(point, text, ratio=largest, steps=float(steps)),),
            (_other_rate(point, 1e-3 / largest),),
        )


def _ratios(facts: Facts, point: StartingPoint) -> dict[str, float]:
    """Update over weights by layer, at the largest rate of the course."""
    used = max(point.rates, default=0.0)
    largest = max(facts.recipe.rates, default=used)
    factor = largest / used if used > 0 and largest > 0 else 1.0
    kinds = {layer.path: layer.kind for layer in facts.layers}
    return {
        one.layer: one.ratio * factor
        for one in point.variables
        if "kernel" in one.name and kinds.get(one.layer) != "Embedding" and math.isfinite(one.ratio) and one.handed is not False
    }


def _change(point: StartingPoint) -> float | None:
    """Loss after the steps over that before them, None where it is not finite any more."""
    ends = [(losses[0], losses[-1]) for losses in point.losses if len(losses) > 1]
    if not all(math.isfinite(last) for _, last in ends):
        return None
    return min((last / first for first, last in ends if first > 0), default=0.0)


def _place(facts: Facts) -> Place | None:
    return facts.recipe.optimizers[0].place if facts.recipe.optimizers else None


def _other_rate(point: StartingPoint, factor: float) -> Remedy:
    power = 10.0 ** round(math.log10(factor))
    rate = f"learning_rate={point.rates[0] * power:.0e}" if point.rates and point.rates[0] > 0 else ""
    way = "Lower" if power < 1 else "Raise"
    return Remedy(
        f"{way} the learning rate {max(power, 1 / power):,.0f} times", (Edit("learning_rate", {"factor": power}),), rate
    )
