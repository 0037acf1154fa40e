"""Probabilities under a loss that was promised logits."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import PROBABILITY_ACTIVATIONS, Head
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_evidence import known_heads, likeness_statement, predicted_by
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

REMEMBERED = frozenset({"softmax", "sigmoid"})
"""Activations whose logits Keras 3 keeps with their answer, for the loss to find."""


class ProbabilitiesWithFromLogits(Rule):
    """The output gives probabilities, and the cross-entropy takes them for logits.

    What was looked at:
        The activation of every output with a cross-entropy of Keras' own, or a loss that is a multiple of one, and
        `from_logits=True`; and whether the loss finds the logits behind it: by its gradient on the first batch, or by whether
        a layer that only moves values (Reshape, Flatten, ...) stands there.

    Why it matters:
        The loss applies its own softmax or sigmoid to numbers that are already between 0 and 1. For ten classes no answer
        then exceeds e / (e + 9) = 0.23. Keras 3 keeps the logits of a softmax or sigmoid and quietly uses them, so that
        the slip has no effect while that activation is the very last operation. A Reshape behind it breaks that without a
        word, and `tf.nn`'s functions in a loss of one's own never find them: of 64 rows in four classes the loss came down to
        0.65 in 60 steps without the Reshape and to 1.07 with it.

    What to do:
        Take the activation away, or write `from_logits=False`.

    When it is not a fault:
        With nothing behind the activation the training is the same bit by bit; that is a note, since the next edit of the
        model may end it.

    References:
        Keras API, CategoricalCrossentropy (`from_logits`). The figures were measured with Keras 3.15 on TensorFlow 2.21:
        Dense(32, relu), Adam at 0.01.
    """

    code = "DD202"
    name = "probabilities-with-from-logits"
    causes = (Cause.LOGITS_MISMATCH,)
    covers = ("contract: probabilities",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        for head in known_heads(evidence):
            activation = head.output.activation
            if head.loss is None or not head.loss.from_logits or activation not in PROBABILITY_ACTIVATIONS:
                continue
            behind = facts.layer(head.output.activation_behind)
            lost = _logits_are_lost(evidence, head)
            reason = f"; Keras does not find the logits behind {head.output.activation_behind}" if behind is not None else ""
            yield Finding(
                self.code,
                self.name,
                Cause.LOGITS_MISMATCH,
                f"{head.name} ends in {activation}, but {head.loss.name} was told to expect logits{reason}",
                Severity.ERROR if lost else Severity.NOTE,
                0.85 if lost else 0.05,  # measured: with the logits found, nothing changes at all
                (*where(head), *((Where(behind.path, behind.place),) if behind is not None else ())),
                (
                    Statement(f"activation {activation}, loss {head.loss.name}, from_logits=True", "facts"),
                    *likeness_statement(evidence, head),
                ),
                (
                    remedy(facts, head, "Tell the loss that it gets probabilities", loss=head.loss.name),
                    remedy(facts, head, "Take the activation away", activation="linear"),
                ),
            )


def _logits_are_lost(evidence: Evidence, head: Head) -> bool:
    """Whether the loss works on the probabilities: as seen where its gradient went, else by what Keras keeps."""
    predicted = predicted_by(evidence, head)
    if predicted is not None:
        return not predicted.finds_logits
    return head.output.activation_behind is not None or head.output.activation not in REMEMBERED
