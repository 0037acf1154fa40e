"""A second softmax or sigmoid on top of the first."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import PROBABILITY_ACTIVATIONS, heads
from dnndoctor.evidence.layers import PASSING, activation_of
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

SEPARATE = ("Activation", "Softmax")
"""Layers that are an activation and nothing else."""


class RepeatedOutputActivation(Rule):
    """The output passes through a softmax or sigmoid twice.

    What was looked at:
        The layer that holds the output's activation, and whether the layer right before it ends in a softmax or sigmoid,
        too.

    Why it matters:
        The second one is given numbers between 0 and 1. A softmax over ten such numbers answers at most e / (e + 9) =
        0.23, so the model can never be sure, the loss never comes near 0, and the gradient passes two squashings. Of 64
        rows in four classes one softmax came down to 0.65 in 60 steps, two to 1.07.

    What to do:
        Keep one: `Dense(10)` and then `Softmax()`, or `Dense(10, activation="softmax")` alone.

    When it is not a fault:
        No use of two in a row on an output is known. Softmaxes elsewhere in the model (attention, gates) are not looked
        at.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4. The figures were measured with Keras
        3.15 on TensorFlow 2.21: Dense(32, relu), Adam at 0.01.
    """

    code = "DD109"
    name = "repeated-output-activation"
    causes = (Cause.OUTPUT_ACTIVATION,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layers = evidence.facts.layers
        for head in heads(evidence.facts):
            if head.layer is None or head.output.activation not in PROBABILITY_ACTIVATIONS or head.layer.kind not in SEPARATE:
                continue
            # Only where the model is a chain is the layer before in the list also the layer before in the forward pass.
            before = [layer for layer in layers[: layers.index(head.layer)] if layer.kind not in PASSING]
            if (
                evidence.facts.model_kind == "subclassed"
                or head.several
                or not before
                or activation_of(before[-1]) not in PROBABILITY_ACTIVATIONS
            ):
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.OUTPUT_ACTIVATION,
                f"{head.name} passes through {activation_of(before[-1])} and then through {head.output.activation} again",
                Severity.ERROR,
                0.85,  # a bound that follows from the formula; somebody may have wanted soft answers
                (*where(head), Where(before[-1].path, before[-1].place)),
                (
                    Statement(
                        f"{before[-1].path} ends in {activation_of(before[-1])}, {head.layer.path} is {head.output.activation}",
                        "facts",
                    ),
                ),
                (remedy(evidence.facts, head, "Take the second activation away", activation="linear"),),
            )
