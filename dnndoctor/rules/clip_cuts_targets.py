"""A clip on the output that is narrower than the targets."""

import math
from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import DISTANCE_LOSSES, Head, heads, share_outside
from dnndoctor.evidence.facts import ClipFacts
from dnndoctor.evidence.topology import Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

CLIPPING_OPS = frozenset({"ClipByValue", "Maximum", "Minimum"})
"""TensorFlow's operations that `keras.ops.clip` is traced as."""

NEGLIGIBLE = 0.05
"""How far targets may stick out, in their own standard deviations: rounding, and a few extremes of scaled data."""

PROVEN = 0.01
"""Share of targets out of reach, proven from their moments, from which it is an error and not just a warning."""


class ClipCutsTargets(Rule):
    """Values are cut off at bounds right before the output, and targets lie beyond these bounds.

    What was looked at:
        The places inside the model where values are cut off, those of them that the output comes from directly, and the least and
        the largest target.

    Why it matters:
        Beyond the bound the model cannot answer, and where it is cut off its gradient is zero: rows whose targets lie there
        pull the output against the bound until it no longer moves.

    What to do:
        Take the clip out of the model, or widen it beyond all targets. To keep predictions within bounds, cut them off after
        `predict`, not in training.

    When it is not a fault:
        Bounds that all targets lie within, as 0 to 1 for pixels; a few extremes just outside.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.2, on the output activation that belongs to each
        kind of target.
    """

    code = "DD116"
    name = "clip-cuts-targets"
    causes = (Cause.VALUE_CLIPPING,)
    covers = ("contract: head reach",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        topology = Topology(facts)
        for index, head in enumerate(heads(facts)):
            target = head.target
            if target is None or head.loss is None or head.loss.name not in DISTANCE_LOSSES or target.encoding != "continuous":
                continue
            clip = _clip_at(topology, index, facts.clips)
            if clip is None:
                continue
            low = -math.inf if clip.low is None else clip.low
            high = math.inf if clip.high is None else clip.high
            array = target.array
            out = max(array.maximum - high, low - array.minimum)
            if array.std > 0 and out / array.std > NEGLIGIBLE:
                yield self._finding(head, clip, share_outside(array, low, high))

    def _finding(self, head: Head, clip: ClipFacts, share: float) -> Finding:
        assert head.target is not None  # asked of by `judge`
        array = head.target.array
        bounds = " and ".join(
            f"{side} at {bound:g}" for side, bound in (("below", clip.low), ("above", clip.high)) if bound is not None
        )
        span = f"from {array.minimum:g} to {array.maximum:g}"
        clear = share >= PROVEN
        return Finding(
            self.code,
            self.name,
            Cause.VALUE_CLIPPING,
            f"{head.name} is cut off {bounds}, but its targets run {span}",
            Severity.ERROR if clear else Severity.WARNING,
            # Out of reach is a fact; that it is what hurts grows with the share.
            0.85 if share >= 0.2 else 0.7 if clear else 0.45,
            tuple(dict.fromkeys((Where(clip.name, clip.place), *where(head)))),
            (
                Statement(
                    f"the targets run {span}, mean {array.mean:.3g}; at least {share:.0%} of them lie beyond the bounds",
                    "facts",
                    {"minimum": array.minimum, "maximum": array.maximum, "least_share_outside": share},
                ),
            ),
            (Remedy("Take the bounds off", edits=(Edit("value_clipping_off"),)),),
        )


def _clip_at(topology: Topology, output: int, clips: Iterable[ClipFacts]) -> ClipFacts | None:
    """The clip that an output comes from directly; None where there is none, or it cannot be told which."""
    layers = {clip.name: clip for clip in clips if clip.what != "Clip"}
    operations = [clip for clip in clips if clip.what == "Clip"]
    front = {number for number, call in enumerate(topology.calls) if output in call.outputs}
    while front:
        for step in front:
            path = topology.calls[step].layer
            if path in layers:
                return layers[path]
            if topology.calls[step].operation in CLIPPING_OPS and len(operations) == 1:
                return operations[0]
        front = {maker for step in front if topology.passes(step) for maker in topology.takes[step]}
    return None
