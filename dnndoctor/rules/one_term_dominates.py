"""A loss of several terms of which one has nearly all of the gradient."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where

DOMINATES = 100.0
"""Ratio of two gradient norms over the same weights: the smaller one turns the sum by half a degree."""


class OneTermDominates(Rule):
    """Of the terms that a loss adds up, one sends a hundred times the gradient of another into the weights.

    What was looked at:
        The loss of every output with its weight, and what layers add to it, on the first batch of the untrained model: the norm
        of the gradient over all weights, term by term.

    Why it matters:
        The optimizer sees the sum. Next to a term whose gradient is a hundred times as long, another one does not steer any
        more, and its output is trained by its own last layer alone.

    What to do:
        Scale the targets of each output, or give `loss_weights` in inverse proportion to the gradients. Drop terms down to the
        plain one, and put them back one by one.

    When it is not a fault:
        Auxiliary terms are meant to weigh little, penalties always do, and the balance moves during training. This is a note.

    References:
        Z. Chen et al., "GradNorm: gradient normalization for adaptive loss balancing in deep multitask networks" (2018).
    """

    code = "DD213"
    name = "one-term-dominates"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("D8",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(LossAndMetrics)
        terms = [term for term in seen.terms if term.gradient_norm > 0] if seen is not None else []
        if len(terms) < 2:
            return
        largest = max(terms, key=lambda term: term.gradient_norm)
        drowned = [term for term in terms if term.name and term.gradient_norm * DOMINATES <= largest.gradient_norm]
        if not drowned:
            return
        least = min(drowned, key=lambda term: term.gradient_norm)
        ratio = largest.gradient_norm / least.gradient_norm
        yield Finding(
            self.code,
            self.name,
            Cause.LOSS_FUNCTION,
            f"The gradient of {_called(largest.name)} is {ratio:.3g} times that of {_called(least.name)}",
            Severity.NOTE,
            0.15,  # how terms are to weigh is the user's to say, and only they know it
            loss_where(evidence.facts),
            (
                Statement(
                    "norms of the gradient over all weights: "
                    + ", ".join(f"{_called(term.name)} {term.gradient_norm:.3g}" for term in terms),
                    LossAndMetrics.name,
                    {term.name or "added": term.gradient_norm for term in terms},
                ),
            ),
            (Remedy("Weigh the terms alike", patch=f'loss_weights={{"{largest.name or "..."}": {1 / ratio:.1g}, ...}}'),),
        )


def _called(name: str) -> str:
    return f"the output {name}" if name else "what layers add"
