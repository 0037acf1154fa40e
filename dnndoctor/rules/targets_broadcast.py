"""Targets that are compared with every prediction instead of their own."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import heads
from dnndoctor.evidence.seen.loss import Broadcast
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where, model_where


class TargetsBroadcast(Rule):
    """Targets of shape (N,) meet predictions of shape (N, 1), and every target is compared with every prediction.

    What was looked at:
        Every loss and metric object, called with the targets in the user's own shape and in the predictions': where a
        shuffle of the predictions changes the aligned value and leaves the other as it is, rows are no longer paired.

    Why it matters:
        (N,) minus (N, 1) is a table of N times N. Keras aligns the shapes for its own losses and for loss functions, but
        not for subclasses of `Loss` and not for metric functions. Such a loss is smallest where all predictions are the
        mean of the targets; nothing is learnt of the inputs, and there is no error message. A metric that broadcasts
        reads the spread of the targets, however good the model is.

    What to do:
        Give the targets the predictions' shape, `y = y[:, None]`, or reshape inside the loss.

    When it is not a fault:
        A loss that compares all pairs on purpose, as contrastive ones, does so in either shape, and one that drops the
        axis by itself is not moved; neither is reported.

    References:
        NumPy user guide, "Broadcasting". Measured with Keras 3.15 on TensorFlow 2.21: a squared error as a `Loss` subclass
        is 5.83 where it should be 0.
    """

    code = "DD207"
    name = "targets-broadcast"
    causes = (Cause.LOSS_FUNCTION, Cause.METRIC)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: broadcast", "contract: label rank")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(LossAndMetrics)
        if seen is None:
            return
        facts = evidence.facts
        for loss in seen.outputs:
            if loss.broadcast is not None and loss.broadcast.differs:
                # Rows are not paired: measured. The rest is for those who would name the shape of the labels.
                place = loss_where(facts, loss.output)
                own = [fit for head in heads(facts) if head.output.name == loss.output for fit in keras_own_loss(facts, head)]
                yield self._finding(Cause.LOSS_FUNCTION, f"The loss {loss.loss}", loss.broadcast, Severity.ERROR, 0.9, place, own)
        for metric in seen.metrics:
            if metric.broadcast is not None and metric.broadcast.differs:
                # As sure, and yet the training does not see it.
                place = model_where(facts)
                yield self._finding(Cause.METRIC, f"The metric {metric.called}", metric.broadcast, Severity.WARNING, 0.4, place)

    def _finding(
        self,
        cause: Cause,
        what: str,
        found: Broadcast,
        severity: Severity,
        confidence: float,
        where: tuple[Where, ...],
        own: Iterable[Remedy] = (),
    ) -> Finding:
        targets, outputs = (_shape(shape) for shape in (found.target_shape, found.output_shape))
        text = (
            f"where the targets themselves are predicted it is {found.given:.3g} with targets of shape {targets}, "
            f"and {found.aligned:.3g} with the same targets in the shape {outputs}; shuffled predictions leave the first as it is"
        )
        return Finding(
            self.code,
            self.name,
            cause,
            f"{what} compares every target with every prediction: targets {targets}, output {outputs}",
            severity,
            confidence,
            where,
            (Statement(text, LossAndMetrics.name, {"given": found.given, "aligned": found.aligned}),),
            (
                Remedy(
                    "Give the targets the output's shape",
                    patch="y = y[..., None]" if len(found.target_shape) < len(found.output_shape) else "y = y[..., 0]",
                ),
                Remedy("Or align them inside", patch="y_true = keras.ops.reshape(y_true, keras.ops.shape(y_pred))"),
                *own,
            ),
        )


def _shape(shape: tuple[int, ...]) -> str:
    return f"(N{',' if len(shape) == 1 else ''}{''.join(f', {size}' for size in shape[1:])})"
