"""Targets outside the values that the head can give."""

import math
from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import DISTANCE_LOSSES, RANGES, Head, share_outside
from dnndoctor.evidence.data_facts import ArrayFacts, TargetFacts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_evidence import known_heads
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

NEGLIGIBLE = 0.05
"""How far targets may stick out, in their own standard deviations, before anything is said: rounding, and a few extremes
of scaled data."""

PROVEN = 0.01
"""Share of targets out of reach, proven from their moments, from which it is an error and not just a warning."""

LIKELY, FAR = 0.1, 0.5
"""The same for a share that is only likely, because a normal distribution of this mean and deviation would have it; the
farthest target must then lie half a deviation out, or a lopsided distribution inside the range would be taken for it."""


class HeadCannotReachTargets(Rule):
    """The activation of a regression output cannot give the values that the targets take.

    What was looked at:
        The range of the output's activation against the least and the largest target, and the share of targets that must
        lie outside it by their mean and standard deviation.

    Why it matters:
        A relu never answers below 0, a sigmoid stays in 0 to 1, a tanh in -1 to 1. Targets beyond are never met: the
        units sit at their bound, where their gradient is zero, and a relu head that has gone to zero for all rows does
        not come back.

    What to do:
        No activation on the output of a regression (`Dense(1)`). Or scale the targets into the range on purpose, and undo
        it for predictions.

    When it is not a fault:
        Targets inside the range, as pixels of 0 to 1 under a sigmoid; a few extremes just outside it.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2, on the output activation that belongs
        to each kind of target.
    """

    code = "DD103"
    name = "head-cannot-reach-targets"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("H3", "contract: head reach", "contract: bounded head")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in known_heads(evidence):
            target, activation = head.target, head.output.activation
            judged = head.loss is not None and head.loss.name in DISTANCE_LOSSES and activation in RANGES
            if target is None or not judged or target.encoding not in ("continuous", "signed_binary") or head.units is None:
                continue
            if activation == "softmax" and head.units == 1:
                continue  # worse than a range: it can give one value only
            low, high = RANGES[activation or "linear"]
            array = target.array
            if not (array.minimum < low or array.maximum > high):
                continue
            out = max(array.maximum - high, low - array.minimum) / array.std if array.std > 0 else math.inf
            if out > NEGLIGIBLE:
                strip = remedy(evidence.facts, head, "Give the output no activation", activation="linear")
                yield self._finding(head, target, out, strip)

    def _finding(self, head: Head, target: TargetFacts, out: float, strip: Remedy) -> Finding:
        low, high = RANGES[head.output.activation or "linear"]
        array = target.array
        proven = share_outside(array, low, high)
        likely = _normal_share(array, low, high) if out >= FAR else 0.0
        share = max(proven, likely)
        clear = proven >= PROVEN or likely >= LIKELY
        bounds = f"below {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"
        reach = f"above {low:g}" if math.isinf(high) else bounds
        span = f"from {array.minimum:g} to {array.maximum:g}"
        least = f", {'at least' if proven >= likely else 'about'} {share:.0%} of them out of reach" if clear else ""
        return Finding(
            self.code,
            self.name,
            Cause.OUTPUT_ACTIVATION,
            f"{head.name} ends in {head.output.activation} ({reach}), but its targets run {span}{least}",
            Severity.ERROR if clear else Severity.WARNING,
            # Out of reach is a fact; that it is what hurts grows with the share. 0.43 is the share of faults that lie in
            # an activation.
            0.85 if share >= 0.2 else 0.7 if clear else 0.43,
            where(head),
            (
                Statement(
                    f"the targets run {span}, mean {array.mean:.3g}, standard deviation {array.std:.3g}",
                    "facts",
                    {
                        "minimum": array.minimum,
                        "maximum": array.maximum,
                        "least_share_outside": proven,
                        "likely_share_outside": likely,
                    },
                ),
            ),
            (strip,),
        )


def _normal_share(array: ArrayFacts, low: float, high: float) -> float:
    """Share outside [low, high] of a normal distribution with the array's mean and deviation."""
    if array.std <= 0:
        return 0.0
    above = math.erfc((high - array.mean) / array.std / math.sqrt(2)) / 2
    below = math.erfc((array.mean - low) / array.std / math.sqrt(2)) / 2
    return above + below
