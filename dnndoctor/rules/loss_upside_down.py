"""A loss that falls as predictions get worse."""

from collections.abc import Iterable

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.evidence.contract import Head, heads
from dnndoctor.evidence.seen.loss import Course, OutputLoss
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import likeness_statement, loss_of
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where

AWAY = -0.5
"""Cosine between the downhill direction and the way to the targets; measured: -0.92 for a cross-entropy upside down, -1.0 for
R2 and Dice."""

HOLLOW = 0.05
"""How far, as a share of its range, the loss must sag between the two ends of the line to count as bent downwards there."""


class LossUpsideDown(Rule):
    """The loss is largest at the targets: a minus is missing, or a score is minimised.

    What was looked at:
        A loss of the user's own, called on predictions that go from the opposite of the targets over the best constant to
        the targets; which way its gradient points there; and whether it is a negative multiple of one of Keras' losses.

    Why it matters:
        The optimizer goes downhill. If downhill leads away from the targets, training makes the model worse at every step,
        and the loss that falls so nicely measures it. R2, Dice, likelihoods and similarities want a minus, or 1 minus.

    What to do:
        Return the negative, or one minus the score.

    When it is not a fault:
        A distance that is small for equal pairs marked 1, or a rate that stands for the inverse of the targets, points away
        from them as well, but bends the other way: such losses have their smallest value between the ends, and are left
        alone. A critic's score has no largest value at the targets either.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 5.5, on the negative log-likelihood as loss.
    """

    code = "DD208"
    name = "loss-upside-down"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: custom loss",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in heads(evidence.facts):
            seen = loss_of(evidence, head)
            if seen is None or seen.built_in or not _is_upside_down(seen, head):
                continue
            statements = list(likeness_statement(evidence, head))
            if seen.course is not None:
                statements.insert(0, _statement(seen.course))
            negative = Remedy("Minimise its negative", patch=f"def {seen.loss}(y_true, y_pred):\n    ...\n    return -value")
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"The loss {seen.loss} is largest where the predictions are right: training drives them away from the targets",
                Severity.ERROR,
                0.93,  # measured on the user's own targets; what is left is a use of the output that its targets do not show
                loss_where(evidence.facts, head.output.name),
                tuple(statements),
                (negative, *keras_own_loss(evidence.facts, head)),
            )


def _is_upside_down(seen: OutputLoss, head: Head) -> bool:
    if seen.likeness is not None and not seen.likeness.swapped:
        return seen.likeness.factor < 0
    course = seen.course
    if course is None or course.pull > AWAY or not course.worst < course.constant < course.best:
        return False
    if course.beyond is not None:
        return course.best > course.beyond  # a peak at the targets, and not just a slope
    sags = course.worst + course.best < 2 * course.constant - HOLLOW * (course.best - course.worst)
    # One number a row could be a distance between pairs. Several answers a row, each with a target of its own, are none.
    return sags or (head.units or 0) > 1 or len(head.output.shape) > 1


def _statement(course: Course) -> Statement:
    text = (
        f"the loss is {course.best:.3g} where the targets are predicted, {course.constant:.3g} for their mean and "
        f"{course.worst:.3g} for their opposite"
    )
    values = {"at_targets": course.best, "at_constant": course.constant, "at_opposite": course.worst, "pull": course.pull}
    return Statement(text, LossAndMetrics.name, values)
