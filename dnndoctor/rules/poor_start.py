"""A loss at the start that is far from a constant predictor's."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import measured, seeds_of, upstream, where
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

HIGH = 10.0
"""Loss at the start over the best constant predictor's from which outputs are plainly of another size than the targets; sound
weights on inputs of order one start at 1 to 2."""

LOW = 0.5
"""Below it a model that has learnt nothing predicts classes twice as well as their shares do."""

WIDE = 3.0
"""Spread of an output's weights, as a multiple of He's, from which they are drawn wide."""

CLASSES = frozenset({"binary", "multiclass", "multilabel", "sequence_multiclass"})
"""Tasks in which the outputs' size is up to the weights and the inputs alone, and not to what the targets happen to be around."""


class PoorStart(Rule):
    """The untrained model's loss is far above, or below, that of the best constant answer.

    What was looked at:
        The loss of a batch before the first step, penalties apart, with two seeds; the loss of the best constant predictor,
        from the targets' own distribution; the spread of the output's weights, and the size of the inputs.

    Why it matters:
        A classifier that has seen nothing should be unsure: its loss is then that of the class shares. Far above, it starts sure
        of wrong answers, and the first part of the training is spent on unlearning them. Far below, it knows the answer before
        it was taught, which is what a leak looks like.

    What to do:
        Bring inputs to order one and leave out initializers that draw the output's weights wide. Where the loss is too low, look
        for the answer among the inputs.

    When it is not a fault:
        Numbers far from zero make every regression start high; their scale is judged by rules of its own. Without weights or
        inputs that are measured to be out of scale, or where your own run learns well, this is a note.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), "verify loss @ init".
    """

    code = "DD517"
    name = "poor-start"
    causes = (Cause.INITIALIZER, Cause.INPUT_SCALE, Cause.LEAKAGE)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        facts = evidence.facts
        ratio = point.start_ratio
        loaded = any(weight.loaded for layer in facts.layers for weight in layer.weights)
        if ratio is None or not all(target.task in CLASSES for target in facts.data.targets):
            return
        if ratio >= HIGH:
            yield self._high(evidence, point, ratio)
        elif ratio <= LOW and not loaded:
            yield self._low(point, ratio)

    def _high(self, evidence: Evidence, point: StartingPoint, ratio: float) -> Finding:
        facts = evidence.facts
        heads = _wide_heads(facts)
        why = upstream(facts)
        if heads:
            text = f"the weights of the output {heads[0].path} are drawn wide (standard deviation {kernels(heads[0])[0].std:.2g})"
            cause, places = Cause.INITIALIZER, where(facts, *(layer.path for layer in heads))
            fix = Remedy("Draw the output's weights by variance scaling", (Edit("variance_scaled_init"),))
        else:
            text, cause, places = (why.text, why.cause, ()) if why is not None else ("", Cause.INITIALIZER, ())
            fix = why.remedy if why is not None else Remedy("Look at the size of what the last layer gives")
        explained = bool(text) and not learns_well(evidence)
        return Finding(
            self.code,
            self.name,
            cause,
            f"The loss starts at {ratio:.3g} times that of a constant answer" + (f": {text}" if text else ""),
            Severity.WARNING if explained else Severity.NOTE,
            0.5 if explained else 0.1,
            places,
            (_told(point, ratio), *((measured(point, text),) if text else ())),
            (fix,),
        )

    def _low(self, point: StartingPoint, ratio: float) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.LEAKAGE,
            f"The untrained model's loss is {ratio:.2g} times that of the best constant answer",
            Severity.NOTE,
            0.2,  # skip connections from inputs that are close to the answer look the same
            (),
            (_told(point, ratio),),
            (Remedy("Look for the answer among the inputs"),),
        )


def _told(point: StartingPoint, ratio: float) -> Statement:
    first = sum(losses[0] for losses in point.losses) / len(point.losses)
    text = f"before the first step the loss is {first:.3g}, a constant answer's is {point.constant_loss:.3g} ({seeds_of(point)})"
    return measured(point, text, ratio=ratio, loss=first)


def _wide_heads(facts: Facts) -> list[LayerFacts]:
    """Outputs whose weights are drawn wide; narrow ones are a choice."""
    outputs = {output.layer for output in facts.outputs}
    heads = [layer for layer in facts.layers if layer.path in outputs and layer.kind == "Dense"]
    return [
        layer
        for layer in heads
        if any(not kernel.loaded and kernel.std > WIDE * (2 / kernel.shape[0]) ** 0.5 for kernel in kernels(layer))
    ]
