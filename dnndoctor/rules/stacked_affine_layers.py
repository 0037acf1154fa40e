"""Two affine layers with nothing nonlinear between them, in a net that bends elsewhere."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.topology import LINEAR_ROLES, Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import SicknessKind, has
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

FACTORS = ("Depthwise", "Transpose")
"""Parts of the names of layers that are meant to be followed by another affine one: a filter for each channel before a mix of the
channels, and an enlargement before it is smoothed."""


@dataclass(frozen=True, slots=True)
class _Pair:
    first: LayerFacts
    second: LayerFacts


class StackedAffineLayers(Rule):
    """Two affine layers follow each other with nothing nonlinear between them, so they are one.

    What was looked at:
        The forward pass, traced as a graph: every affine layer (dense, convolution) without an activation, and what its values
        come to first, past dropout, reshapes, averages and batch normalisation.

    Why it matters:
        The product of two matrices is one matrix: the second layer adds parameters and noise, and no expressiveness. Most often
        one `activation="relu"` was forgotten.

    What to do:
        Give the first of the two an activation, or leave one of them out.

    When it is not a fault:
        Two narrow matrices in the place of a wide one (a bottleneck, a factorisation), a depthwise before a pointwise
        convolution, a column of weights before a row, a residual branch, projections of attention: these are left out. What
        remains is a note unless the model is seen not to learn.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 6.1. M. Sandler et al., "MobileNetV2: inverted
        residuals and linear bottlenecks" (2018), for bottlenecks that are linear on purpose.
    """

    code = "DD113"
    name = "stacked-affine-layers"
    causes = (Cause.HIDDEN_ACTIVATION,)
    covers = ("structure: linear stack",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        pairs = tuple(_pairs(topology))
        bends = any(not topology.is_linear(step) and not topology.gives_output(step) for step in range(len(topology.calls)))
        if not pairs or not bends:  # a model that is linear throughout is another finding
            return
        sick = has(evidence, SicknessKind.NO_BETTER_THAN_CONSTANT, SicknessKind.CANNOT_MEMORISE)
        first = pairs[0].first
        several = f" and in {len(pairs) - 1} more places" if len(pairs) > 1 else ""
        yield Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"Nothing nonlinear between {first.path} and {pairs[0].second.path}{several}: together they are one linear map",
            Severity.WARNING if sick else Severity.NOTE,
            # A part of the 43 % of faults that lie in an activation; healthy models carry such pairs, too.
            0.35 if sick else 0.15,
            tuple(Where(pair.first.path, pair.first.place) for pair in pairs),
            tuple(
                Statement(f"{pair.first.path} has no activation, and its values come to {pair.second.path}", "facts")
                for pair in pairs[:3]
            ),
            (
                Remedy(
                    f"Give {first.path} an activation",
                    (hidden_activation("relu", dict.fromkeys(pair.first.path for pair in pairs)),),
                    patch=f'keras.layers.{first.kind}({first.units or "..."}, activation="relu")',
                ),
            ),
        )


def _pairs(topology: Topology) -> Iterator[_Pair]:
    for step in range(len(topology.calls)):
        first = topology.layer(step)
        if first is None or topology.role(step) is not Role.AFFINE or not topology.is_linear(step) or topology.gives_output(step):
            continue
        met = topology.ahead(step, lambda number: topology.role(number) in LINEAR_ROLES)
        seconds = [topology.layer(each.step) for each in met if topology.role(each.step) is Role.AFFINE]
        if seconds and len(seconds) == len(met) and all(_adds_nothing(first, second) for second in seconds if second is not None):
            yield from (_Pair(first, second) for second in seconds[:1] if second is not None)


def _adds_nothing(first: LayerFacts, second: LayerFacts) -> bool:
    """Whether the two are no factorisation of one that would be larger."""
    if any(part in layer.kind for part in FACTORS for layer in (first, second)):
        return False
    fields = (first.settings.get("kernel_size"), second.settings.get("kernel_size"))
    if fields[0] != fields[1] and all(field is not None and "1" in str(field).strip("()").split(", ") for field in fields):
        return False  # a column and a row, or a pointwise layer beside another
    incoming = _inputs(first)
    narrow = first.units is not None and incoming is not None and first.units < min(incoming, second.units or math.inf)
    return not narrow


def _inputs(layer: LayerFacts) -> int | None:
    """How many values, or channels, one unit of a layer weights; None where its kernel does not tell."""
    shapes = [weight.shape for weight in layer.weights if weight.name == "kernel" and len(weight.shape) >= 2]
    return shapes[0][-2] if shapes else None
