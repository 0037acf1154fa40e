"""Weight penalties larger than the loss they are added to."""

from collections.abc import Iterable

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

OUTWEIGHS = 5.0
"""Penalty over the rest of the loss, at the start, from which the first steps mostly shrink weights. A ResNet-50 for
ImageNet with its usual 1e-4 stands near 0.8: 26,560 filters of He variance make 2 * 26,560 * 1e-4 = 5.3 against log(1000)
= 6.9."""


class PenaltyOutweighsLoss(Rule):
    """The weight penalties at the start are several times the loss of the data.

    What was looked at:
        The loss of the first batch with and without the model's regularizers, on the same weights and the same dropout
        masks.

    Why it matters:
        The optimizer follows the sum. Where the penalty is most of it, the steps drive the weights to zero before the
        data can say which of them are needed; with relu, and without normalisation, the network then answers the same for
        every input.

    What to do:
        Coefficients of 1e-5 to 1e-3 for `L2`. Find the order of magnitude first with none.

    When it is not a fault:
        Penalties fade as weights shrink, and a model may still learn: if your own recipe is seen to learn well, this is a
        note. Weight decay inside the optimizer (AdamW) is not part of the loss and not counted.

    References:
        A. Krogh, J. Hertz, "A simple weight decay can improve generalization" (1992). K. He et al., "Deep residual
        learning" (2016), section 3.4, for the usual 1e-4.
    """

    code = "DD452"
    name = "penalty-outweighs-loss"
    causes = (Cause.REGULARIZATION,)
    covers = ("edit: regularisation",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        penalised = [
            layer
            for layer in facts.layers
            if any(value for name, value in layer.settings.items() if name.endswith("_regularizer") and value is not None)
        ]
        decays = any(optimizer.weight_decay for optimizer in facts.recipe.optimizers)
        if not penalised and not decays and all(layer.built_in for layer in facts.layers):
            yield RuledOut(Cause.REGULARIZATION, "there is no regularizer and no weight decay")
        start = evidence.of(FirstBatchExperiment)
        share = _ratio(start) if start is not None else None
        if start is None or share is None or not penalised:
            return
        penalty, data_loss = share
        if penalty < OUTWEIGHS * data_loss:
            if penalty < 0.1 * data_loss:
                yield RuledOut(Cause.REGULARIZATION, f"the penalties are {penalty / data_loss:.1%} of the loss at the start")
            return
        well = learns_well(evidence)
        text = f"of the first batch's loss {penalty:.3g} are penalties and {data_loss:.3g} are the data's"
        yield Finding(
            self.code,
            self.name,
            Cause.REGULARIZATION,
            f"Weight penalties are {penalty / data_loss:.3g} times the loss of the data at the start",
            Severity.NOTE if well else Severity.WARNING,
            # Rare among real faults, yet measured here: ten times the usual worst case leaves little else to explain the loss.
            0.1 if well else 0.6 if penalty >= 2 * OUTWEIGHS * data_loss else 0.4,
            tuple(Where(layer.path, layer.place) for layer in penalised),
            (Statement(text, FirstBatchExperiment.name, {"penalty": penalty, "data_loss": data_loss}, start.trials),),
            (
                Remedy(
                    "Lower the coefficients, to 1e-4 for a start",
                    edits=(Edit("regularization_off"),),
                    patch="kernel_regularizer=keras.regularizers.L2(1e-4)",
                    note="tried as no penalty at all",
                ),
            ),
        )


def _ratio(start: FirstBatch) -> tuple[float, float] | None:
    """Penalty and the data's own loss on the first batch of the first seed; None where they cannot be compared."""
    if start.penalty is None or not start.start_losses:
        return None
    data_loss = start.start_losses[0] - start.penalty
    return (start.penalty, data_loss) if data_loss > 0 else None
