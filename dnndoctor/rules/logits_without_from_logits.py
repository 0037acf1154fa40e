"""Plain numbers under a loss that was promised probabilities."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import EXCLUSIVE_LOSSES, LOSSES, PROBABILITY_ACTIVATIONS, Head, Predictions, heads
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

PLAIN = frozenset({"linear", "leaky_relu"})
"""Activations without a bound: what passes is a logit."""

CLEARLY_OUTSIDE = 0.2
"""Share of predictions outside 0 to 1 that a head of unknown activation must show. A probability that went through
float16 is at most 0.001 outside, and never a fifth of them."""


class LogitsWithoutFromLogits(Rule):
    """The output gives plain numbers, and the cross-entropy takes them for probabilities.

    What was looked at:
        The activation of every output with a cross-entropy of Keras' own, and `from_logits`; where the first steps were
        run, which share of the untrained model's predictions lies outside 0 to 1. Where the activation could not be told,
        that share alone.

    Why it matters:
        With `from_logits=False` Keras clips predictions into 0 to 1 before it takes the logarithm. A clipped value has a
        gradient of exactly zero, without a warning, so most units get no signal. On a small problem of four classes a
        softmax came down to a loss of 0.65 in 60 steps; the same network without it stayed at 1.39, the loss of guessing.

    What to do:
        Either tell the loss, `from_logits=True`, which is also the more exact way to compute it; or end the model in
        softmax (exclusive classes) or sigmoid (yes/no answers).

    When it is not a fault:
        A model that keeps its answers in 0 to 1 by other means, such as a custom layer; if no prediction is outside,
        nothing is reported.

    References:
        Keras API, BinaryCrossentropy and CategoricalCrossentropy (`from_logits`). The figures were measured with Keras
        3.15 on TensorFlow 2.21: 64 rows, Dense(32, relu), Adam at 0.01.
    """

    code = "DD201"
    name = "logits-without-from-logits"
    causes = (Cause.LOGITS_MISMATCH,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        sound = []
        for head in heads(evidence.facts):
            if head.loss is None:
                if head.output.loss is not None and head.encoding in ("binary", "one_hot", "class_ids", "multi_hot"):
                    why = f"the loss {head.output.loss.name} is not one of Keras' own"
                    yield NotSeen(f"whether the loss of {head.output.name} takes logits or probabilities", why)
                continue
            if LOSSES.get(head.loss.name) not in (Predictions.ROWS, Predictions.ELEMENTS) or head.loss.from_logits is None:
                continue
            if not head.loss.from_logits and _gives_logits(head, start):
                yield self._finding(evidence.facts, head, start)
            elif (
                (head.output.activation in PLAIN)
                if head.loss.from_logits
                else (head.output.activation in PROBABILITY_ACTIVATIONS)
            ):
                sound.append(head)
        if sound and len(sound) == len(evidence.facts.outputs):
            what = "logits" if sound[0].loss is not None and sound[0].loss.from_logits else "probabilities"
            yield RuledOut(Cause.LOGITS_MISMATCH, f"the output gives {what}, and the loss takes {what}")

    def _finding(self, facts: Facts, head: Head, start: FirstBatch | None) -> Finding:
        loss = head.loss.name if head.loss is not None else ""
        known = head.output.activation in PLAIN
        activation = "softmax" if loss in EXCLUSIVE_LOSSES and (head.units or 0) > 1 else "sigmoid"
        statements = [Statement(f"activation {head.output.activation or 'not known'}, loss {loss}, from_logits=False", "facts")]
        seen = start.outputs.get(head.output.name) if start is not None else None
        clipped = ""
        if seen is not None and start is not None:
            clipped = f": {seen.outside_unit:.0%} of its predictions lie outside 0 to 1 and are clipped"
            reach = f"from {seen.minimum:.3g} to {seen.maximum:.3g}"
            text = f"the untrained model's predictions run {reach}, {seen.outside_unit:.0%} outside 0 to 1"
            values = {"outside_unit": seen.outside_unit, "minimum": seen.minimum, "maximum": seen.maximum}
            statements.insert(0, Statement(text, FirstBatchExperiment.name, values, start.trials))
        return Finding(
            self.code,
            self.name,
            Cause.LOGITS_MISMATCH,
            f"{head.name} gives logits, but {loss} takes them for probabilities{clipped}",
            Severity.ERROR,
            # A contract broken on the real arrays. Of a head that could not be read only its numbers speak.
            0.93 if known else 0.75,
            where(head),
            tuple(statements),
            (
                remedy(facts, head, "Tell the loss that it gets logits", loss=loss, from_logits=True),
                remedy(facts, head, f"Use a {activation} on the output", activation=activation),
            ),
        )


def _gives_logits(head: Head, start: FirstBatch | None) -> bool:
    seen = start.outputs.get(head.output.name) if start is not None else None
    if head.output.activation in PLAIN:
        return seen is None or seen.minimum < 0 or seen.maximum > 1
    unknown = head.output.activation in (None, "custom")
    return unknown and seen is not None and seen.minimum < 0 and seen.outside_unit >= CLEARLY_OUTSIDE
