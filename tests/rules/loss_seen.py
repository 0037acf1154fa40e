"""What the look at losses sees of a healthy loss of the user's own on ten one-hot classes, each detail to be overridden."""

from dataclasses import replace
from typing import Any

from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import Facts, OutputFacts
from dnndoctor.evidence.seen.loss import Broadcast, Course, Likeness, LossSeen, OutputLoss, Predicted
from tests.evidence_samples import facts, keras_loss, output, target


def predicted(**details: Any) -> Predicted:
    """An untrained softmax over ten classes whose logits the loss finds."""
    healthy = Predicted(0.02, 0.4, outside_unit=0.0, no_gradient=0.0, rows_without_gradient=0.0, finds_logits=True)
    return replace(healthy, **details)


def course(**details: Any) -> Course:
    """A cross-entropy: from 6 at the opposite over 2.2 at the constant to 0.02 at the targets."""
    return replace(Course(6.1, 2.2, 0.02, None, pull=0.92, finite_at_targets=True), **details)


def seen(**details: Any) -> LossSeen:
    """A look at one output whose loss is the user's own and healthy.

    Args:
        details: Of the output's `OutputLoss`, or `metrics`, `terms` and `added_growth` of the whole.
    """
    whole = {name: details.pop(name) for name in ("metrics", "terms", "added_growth") if name in details}
    healthy = OutputLoss(
        output="output",
        loss="own",
        built_in=False,
        rows=64,
        predicted=predicted(),
        growth=0.125,
        uses_targets=True,
        gradient_uses_targets=True,
        flat=False,
        constant_slope=False,
        course=course(),
    )
    return replace(LossSeen(outputs=(replace(healthy, **details),)), **whole)


def alike(name: str, from_logits: bool | None = None, factor: float = 1.0, *, swapped: bool = False) -> Likeness:
    """A multiple of one of Keras' losses."""
    return Likeness(name, from_logits, factor, swapped)


def broadcast(**details: Any) -> Broadcast:
    """Targets of shape (N,) that meet every one of the predictions of shape (N, 1)."""
    return replace(Broadcast((64,), (64, 1), given=5.83, aligned=0.0, differs=True), **details)


def own_loss(head: OutputFacts | None = None, targets: TargetFacts | None = None, **details: Any) -> Facts:
    """A subject with a loss of the user's own, by default on a softmax over ten one-hot classes.

    Args:
        head: The output; its loss is replaced by the user's.
        targets: Its targets.
        details: Of the facts.
    """
    own = replace(head or output(), loss=keras_loss("own", built_in=False))
    return facts([own], [targets or target("one_hot")], **details)
