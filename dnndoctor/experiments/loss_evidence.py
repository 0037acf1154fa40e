"""What the look at losses tells about single outputs: read by several rules."""

from dataclasses import replace

from dnndoctor.evidence.contract import Head, heads
from dnndoctor.evidence.seen.loss import OutputLoss, Predicted
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.finding import Statement


def loss_of(evidence: Evidence, head: Head) -> OutputLoss | None:
    """What was seen of the loss of an output; None where it was not looked at.

    Args:
        evidence: Of all rungs.
        head: The output.
    """
    seen = evidence.of(LossAndMetrics)
    return next((each for each in seen.outputs if each.output == head.output.name), None) if seen is not None else None


def predicted_by(evidence: Evidence, head: Head) -> Predicted | None:
    """What the untrained model gave at an output; None where it was not looked at.

    Args:
        evidence: Of all rungs.
        head: The output.
    """
    seen = loss_of(evidence, head)
    return seen.predicted if seen is not None else None


def known_heads(evidence: Evidence) -> tuple[Head, ...]:
    """Every output, a loss of the user's own replaced by the one of Keras' that it was seen to be a multiple of.

    Args:
        evidence: Of all rungs.
    """
    return tuple(_known(evidence, head) for head in heads(evidence.facts))


def _known(evidence: Evidence, head: Head) -> Head:
    seen, loss = loss_of(evidence, head), head.output.loss
    if seen is None or seen.likeness is None or loss is None or loss.built_in:
        return head
    found = seen.likeness
    if found.swapped or found.factor <= 0:
        return head
    alike = replace(loss, name=found.name, built_in=True, from_logits=found.from_logits)
    return replace(head, output=replace(head.output, loss=alike))


def likeness_statement(evidence: Evidence, head: Head) -> tuple[Statement, ...]:
    """That a loss of the user's own is a multiple of one of Keras', as a piece of evidence; empty where it is not.

    Args:
        evidence: Of all rungs.
        head: The output.
    """
    seen = loss_of(evidence, head)
    if seen is None or seen.likeness is None:
        return ()
    found = seen.likeness
    logits = "" if found.from_logits is None else f"(from_logits={found.from_logits})"
    swapped = " with targets and predictions swapped" if found.swapped else ""
    text = f"{seen.loss} is {found.factor:.3g} times {found.name}{logits}{swapped} on all predictions that were tried"
    return (Statement(text, LossAndMetrics.name, {"factor": found.factor}),)
