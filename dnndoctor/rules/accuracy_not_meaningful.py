"""An accuracy that does not measure what its name says."""

from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import CLASS_ENCODINGS, Head, heads
from dnndoctor.evidence.seen.loss import MetricSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

DISAGREEMENT = 0.02
"""Difference of two accuracies on the same rows that no rounding explains: 20 rows of 1,000."""

THRESHOLDED = "binary_accuracy"
"""What Keras makes of "accuracy" on an output of one unit; it asks whether the output exceeds 0.5."""


class AccuracyNotMeaningful(Rule):
    """An accuracy is reported where it means nothing, or is computed with the wrong threshold.

    What was looked at:
        The metrics of every output as Keras resolved them, its targets and `from_logits`. Every accuracy is called on answers
        that are all right, though only just: logits a quarter above or below zero, the right class a quarter ahead. For one
        unit of logits also the accuracy that Keras reports for the untrained model against the share of its decoded answers
        that are right, on the same rows.

    Why it matters:
        "accuracy" on one unit counts outputs above 0.5 as yes. Logits say yes above 0: a perfect model was measured at
        0.79. `keras.metrics.Accuracy` counts answers that equal the target exactly, as "accuracy" does for a regression: that
        stays near 0 however good the model is, and people chase a fault that is not there.

    What to do:
        With logits, `keras.metrics.BinaryAccuracy(threshold=0.0)`; for classes `metrics=["accuracy"]`, which Keras resolves by
        the shapes. For a regression the mean absolute error, or `keras.metrics.R2Score()`.

    When it is not a fault:
        The training does not use metrics, unless a callback or a person decides by them. On a regression this is a note.

    References:
        Keras API, BinaryAccuracy (`threshold=0.5`), and Model.compile on how "accuracy" is resolved.
    """

    code = "DD206"
    name = "accuracy-not-meaningful"
    causes = (Cause.METRIC,)
    covers = ("contract: metric",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        start, looked = evidence.of(FirstBatchExperiment), evidence.of(LossAndMetrics)
        for head in heads(evidence.facts):
            accuracy = next((name for name in head.output.metrics if name.endswith("accuracy")), None)
            if accuracy is None:
                continue
            if head.encoding == "continuous":
                yield self._finding(
                    head,
                    f"{head.name} predicts numbers, but is measured by {accuracy.replace('_', ' ')}",
                    Severity.NOTE,
                    # The metric is wrong for sure, yet it is seldom why a training fails.
                    0.15,
                    (Statement(f"the targets take {_many(head)} values", "facts"),),
                    Remedy("Measure a regression by its error", patch='metrics=["mae", keras.metrics.R2Score()]'),
                )
            elif wrong := _wrong_where_right(looked.metrics if looked is not None else (), head):
                yield self._miscounting(head, wrong)
            elif accuracy == THRESHOLDED and head.encoding in CLASS_ENCODINGS and not head.several and start is not None:
                yield from self._threshold(head, start)

    def _miscounting(self, head: Head, metric: MetricSeen) -> Finding:
        share = metric.when_right or 0.0
        logits = metric.name == THRESHOLDED and head.output.activation == "linear"
        says = "gives logits, but its accuracy counts those above 0.5" if logits else f"is measured wrongly by {metric.called}"
        text = f"{metric.called} is {share:.3f} for answers that are all right, though only just"
        fit = (
            Remedy("Count logits above 0", patch="keras.metrics.BinaryAccuracy(threshold=0.0)")
            if logits
            else Remedy("Let Keras choose the accuracy by the shapes", patch='metrics=["accuracy"]')
        )
        statement = Statement(text, LossAndMetrics.name, {"when_right": share})
        # Measured, and a fault in what is read off; the training itself does not see it.
        return self._finding(head, f"{head.name} {says}", Severity.WARNING, 0.35, (statement,), fit)

    def _threshold(self, head: Head, start: FirstBatch) -> Iterable[Finding]:
        reported = [value for name, value in start.metrics.items() if "acc" in name.lower()]
        seen = start.outputs.get(head.output.name)
        if head.loss is None or not head.loss.from_logits or head.output.activation != "linear" or head.units != 1:
            return
        if len(reported) != 1 or seen is None or seen.accuracy is None or abs(reported[0] - seen.accuracy) < DISAGREEMENT:
            return
        right = f"{seen.accuracy:.3f} of its answers are right at threshold 0"
        text = f"Keras reports {reported[0]:.3f} for the untrained model, but {right}"
        yield self._finding(
            head,
            f"{head.name} gives logits, but its accuracy counts those above 0.5",
            Severity.WARNING,
            # Measured, and a fault in what is read off; the training itself does not see it.
            0.35,
            (Statement(text, FirstBatchExperiment.name, {"reported": reported[0], "right": seen.accuracy}, start.trials),),
            Remedy("Count logits above 0", patch="keras.metrics.BinaryAccuracy(threshold=0.0)"),
        )

    def _finding(
        self, head: Head, title: str, severity: Severity, confidence: float, statements: tuple[Statement, ...], fit: Remedy
    ) -> Finding:
        return Finding(self.code, self.name, Cause.METRIC, title, severity, confidence, where(head), statements, (fit,))


def _wrong_where_right(metrics: Iterable[MetricSeen], head: Head) -> MetricSeen | None:
    """The first accuracy of the output that does not count right answers as right."""
    of_output = (metric for metric in metrics if metric.output == head.output.name and metric.when_right is not None)
    return next((metric for metric in of_output if (metric.when_right or 0.0) < 1 - DISAGREEMENT), None)


def _many(head: Head) -> str:
    distinct = head.target.array.distinct if head.target is not None else 0
    return "more than 1,000" if distinct > 1000 else f"{distinct} different"
