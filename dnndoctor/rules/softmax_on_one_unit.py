"""A softmax over a single unit."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, replaced_head, where
from dnndoctor.evidence.contract import BINARY_LOSSES, Head, heads
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class SoftmaxOnOneUnit(Rule):
    """The output is a softmax over a single unit, so it answers 1 for every input.

    What was looked at:
        Activation and width of every output; and, where the first steps were run, whether its predictions differ between
        rows.

    Why it matters:
        A softmax divides each exponential by the sum over the last axis. Over one unit that is 1, whatever the weights
        are. The loss may fall all the same, because Keras' cross-entropies use the numbers before the softmax; the
        predictions stay constant, and the accuracy is the share of one class.

    What to do:
        For a yes/no answer use one sigmoid unit with binary cross-entropy. For C classes use C units with the softmax.
        For a number use no activation and a regression loss.

    When it is not a fault:
        A softmax over another axis (`Softmax(axis=1)`, as in attention). If the predictions are seen to vary between rows
        nothing is reported.

    References:
        J. Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990), where the softmax
        is defined. Keras API, activations.softmax (`axis`).
    """

    code = "DD101"
    name = "softmax-on-one-unit"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("contract: softmax on one unit",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start = evidence.of(FirstBatchExperiment)
        for head in heads(evidence.facts):
            axis = head.layer.settings.get("axis", -1) if head.layer is not None else -1
            other_axis = axis not in (-1, len(head.output.shape))
            if head.output.activation != "softmax" or head.units != 1 or other_axis:
                continue
            seen = start.outputs.get(head.output.name) if start is not None else None
            if seen is not None and seen.maximum - seen.minimum > 1e-6:  # float32 keeps 1 exactly; anything more is another axis
                continue
            statements = [Statement("a softmax over one unit is exp(z) / exp(z) = 1 for every z", "facts", {"units": 1.0})]
            if seen is not None and start is not None:
                text = f"the untrained model's predictions run from {seen.minimum:g} to {seen.maximum:g}"
                values = {"minimum": seen.minimum, "maximum": seen.maximum}
                statements.insert(0, Statement(text, FirstBatchExperiment.name, values, start.trials))
            yield Finding(
                self.code,
                self.name,
                Cause.OUTPUT_ACTIVATION,
                f"{head.name} is a softmax over one unit: it answers 1 for every input",
                Severity.ERROR,
                0.95,  # an identity; what is left is an output that is not used
                where(head),
                tuple(statements),
                _remedies(evidence.facts, head),
            )


def _remedies(facts: Facts, head: Head) -> tuple[Remedy, ...]:
    target = head.target
    if target is not None and target.encoding == "continuous":
        return (remedy(facts, head, "Give the output no activation", activation="linear", loss="mean_squared_error"),)
    if target is not None and target.classes is not None and target.classes > 2:
        title = f"Give the output one unit for each of the {target.classes} classes"
        patch = replaced_head(head, target.classes, "softmax", "sparse_categorical_crossentropy")
        return (Remedy(title, patch=patch),)
    binary = head.loss is not None and head.loss.name in BINARY_LOSSES and not head.loss.from_logits
    if binary:
        return (remedy(facts, head, "Use a sigmoid on the output", activation="sigmoid"),)
    title = "Use a sigmoid on the output, with binary cross-entropy"
    return (remedy(facts, head, title, activation="sigmoid", loss="binary_crossentropy"),)
