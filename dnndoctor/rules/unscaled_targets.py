"""Regression targets far from order one."""

import math
from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import RANGES, Head, heads
from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

SCALED_LOSSES = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
"""Losses whose gradients grow with the targets, or that need weights which do. Relative and logarithmic errors do not."""

NOTABLE, LARGE, HUGE = 100.0, 1000.0, 10_000.0
"""Root mean squares of the targets. With Adam at 1e-3 a weight moves by about 1e-3 a step, so a bias needs 100,000,
1,000,000 and 10,000,000 steps to get there; hidden units share the way, 10 to 1,000 of them, which is why a hundred is a
note only."""


class UnscaledTargets(Rule):
    """Regression targets are far from order one, and the head has to grow to them.

    What was looked at:
        Mean and standard deviation of the targets of every output with a regression loss and a head without an upper
        bound.

    Why it matters:
        A fresh network answers with numbers of order one. Optimizers that normalise the gradient (Adam, RMSprop) change
        each weight by about the rate a step, whatever the error, so a target of a million is very far away; plain
        gradient descent takes steps in proportion to the error and explodes instead.

    What to do:
        Train on standardised targets and undo it for predictions, or let the head do it:
        `keras.layers.Rescaling(scale=std, offset=mean)` as the last layer. Targets over many orders of magnitude are
        better predicted as logarithms.

    When it is not a fault:
        Targets of a few hundred are often reached by a wide network and a long training: a note, and so is all of it
        where your own recipe is seen to learn well. A last layer that rescales is understood.

    References:
        C. Bishop, "Neural Networks for Pattern Recognition" (1995), section 8.2, on the scaling of inputs and targets. D.
        Kingma, J. Ba, "Adam" (2015), section 2.1, on the bound of a step.
    """

    code = "DD005"
    name = "unscaled-targets"
    causes = (Cause.TARGET_SCALE,)
    covers = ("data: unscaled targets", "edit: targets standardised")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        regressions = [
            (head, head.target)
            for head in heads(evidence.facts)
            if head.loss is not None
            and head.loss.name in SCALED_LOSSES
            and head.target is not None
            and head.encoding == "continuous"
            and RANGES.get(head.output.activation or "", (0.0, 0.0))[1] == math.inf
        ]
        large = [(head, target) for head, target in regressions if _scale(target) >= NOTABLE]
        well = learns_well(evidence)
        for head, target in large:
            yield self._finding(head, target, well)
        if regressions and not large:
            yield RuledOut(Cause.TARGET_SCALE, "the targets are of an order that a fresh network's answers reach")

    def _finding(self, head: Head, target: TargetFacts, well: bool) -> Finding:
        scale, array = _scale(target), target.array
        # Below the confidences of unscaled inputs at equal scale: in published labels the target's share of preprocessing
        # is the smaller.
        order = f"{float(f'{scale:.1g}'):,.0f}"
        confidence = 0.1 if well else 0.4 if scale >= HUGE else 0.3 if scale >= LARGE else 0.1
        moments = f"mean {array.mean:.3g}, standard deviation {array.std:.3g}"
        text = f"the targets run from {array.minimum:g} to {array.maximum:g}, {moments}"
        patch = f"keras.layers.Rescaling(scale={array.std:.4g}, offset={array.mean:.4g})  # behind the last layer"
        return Finding(
            self.code,
            self.name,
            Cause.TARGET_SCALE,
            f"{head.name} must grow to targets of order {order}, which are not scaled",
            Severity.WARNING if scale >= LARGE and not well else Severity.NOTE,
            confidence,
            where(head),
            (Statement(text, "facts", {"mean": array.mean, "std": array.std}),),
            (Remedy("Let the network predict standardised targets", (Edit("standardize_targets"),), patch),),
        )


def _scale(target: TargetFacts) -> float:
    scale = math.hypot(target.array.mean, target.array.std)
    return scale if math.isfinite(scale) else 0.0
