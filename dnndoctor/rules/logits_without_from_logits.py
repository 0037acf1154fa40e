"""Plain numbers under a loss that was promised probabilities."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import EXCLUSIVE_LOSSES, LOSSES, PROBABILITY_ACTIVATIONS, Head, Predictions
from dnndoctor.evidence.seen.loss import Predicted
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment, OutputStart
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import known_heads, likeness_statement, predicted_by
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
        The activation of every output with a cross-entropy of Keras' own, or with a loss that is a multiple of one, and
        `from_logits`; which share of the untrained model's predictions lies outside 0 to 1, and which share gets a gradient
        of exactly zero. Where the activation could not be told, the first share alone.

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
    covers = ("contract: logits",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        sound = []
        for head in known_heads(evidence):
            if head.loss is None:
                if head.output.loss is not None and head.encoding in ("binary", "one_hot", "class_ids", "multi_hot"):
                    why = f"the loss {head.output.loss.name} is not one of Keras' own, nor a multiple of one"
                    yield NotSeen(f"whether the loss of {head.output.name} takes logits or probabilities", why)
                continue
            if LOSSES.get(head.loss.name) not in (Predictions.ROWS, Predictions.ELEMENTS) or head.loss.from_logits is None:
                continue
            if not head.loss.from_logits and _gives_logits(head, _start(evidence, head)):
                yield self._finding(evidence, head)
            elif (
                (head.output.activation in PLAIN)
                if head.loss.from_logits
                else (head.output.activation in PROBABILITY_ACTIVATIONS)
            ):
                sound.append(head)
        if sound and len(sound) == len(evidence.facts.outputs):
            what = "logits" if sound[0].loss is not None and sound[0].loss.from_logits else "probabilities"
            yield RuledOut(Cause.LOGITS_MISMATCH, f"the output gives {what}, and the loss takes {what}")

    def _finding(self, evidence: Evidence, head: Head) -> Finding:
        facts, start = evidence.facts, _start(evidence, head)
        loss = head.loss.name if head.loss is not None else ""
        known = head.output.activation in PLAIN
        activation = "softmax" if loss in EXCLUSIVE_LOSSES and (head.units or 0) > 1 else "sigmoid"
        statements = [*_seen(evidence, head, start)]
        statements.append(
            Statement(f"activation {head.output.activation or 'not known'}, loss {loss}, from_logits=False", "facts")
        )
        clipped = f": {start.outside_unit:.0%} of its predictions lie outside 0 to 1 and are clipped" if start is not None else ""
        return Finding(
            self.code,
            self.name,
            Cause.LOGITS_MISMATCH,
            f"{head.name} gives logits, but {loss} takes them for probabilities{clipped}",
            Severity.ERROR,
            # A contract broken on the real arrays. Of a head that could not be read only its numbers speak.
            0.93 if known else 0.75,
            where(head),
            (*statements, *likeness_statement(evidence, head)),
            (
                remedy(facts, head, "Tell the loss that it gets logits", loss=loss, from_logits=True),
                remedy(facts, head, f"Use a {activation} on the output", activation=activation),
            ),
        )


def _start(evidence: Evidence, head: Head) -> OutputStart | Predicted | None:
    """What the untrained model was seen to give: by the first steps on two seeds, else on one batch."""
    start = evidence.of(FirstBatchExperiment)
    seen = start.outputs.get(head.output.name) if start is not None else None
    return seen if seen is not None else predicted_by(evidence, head)


def _seen(evidence: Evidence, head: Head, start: OutputStart | Predicted | None) -> Iterable[Statement]:
    if start is not None:
        first = evidence.of(FirstBatchExperiment) if isinstance(start, OutputStart) else None
        reach = f"from {start.minimum:.3g} to {start.maximum:.3g}"
        text = f"the untrained model's predictions run {reach}, {start.outside_unit:.0%} outside 0 to 1"
        values = {"outside_unit": start.outside_unit, "minimum": start.minimum, "maximum": start.maximum}
        rung, trials = (FirstBatchExperiment.name, first.trials) if first is not None else (LossAndMetrics.name, ())
        yield Statement(text, rung, values, trials)
    predicted = predicted_by(evidence, head)
    if predicted is not None and predicted.no_gradient > 0:
        rows = f", on {predicted.rows_without_gradient:.0%} of the rows all of them" if predicted.rows_without_gradient else ""
        text = f"on the first batch {predicted.no_gradient:.0%} of the predictions get a gradient of exactly zero{rows}"
        yield Statement(text, LossAndMetrics.name, {"no_gradient": predicted.no_gradient})


def _gives_logits(head: Head, seen: OutputStart | Predicted | None) -> bool:
    if head.output.activation in PLAIN:
        return seen is None or seen.minimum < 0 or seen.maximum > 1
    unknown = head.output.activation in (None, "custom")
    return unknown and seen is not None and seen.minimum < 0 and seen.outside_unit >= CLEARLY_OUTSIDE
