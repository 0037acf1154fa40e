"""Dropout in front of batch normalisation."""

from collections.abc import Iterable

from dnndoctor.evidence.topology import BATCH_NORM, Role, Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

DROPPING = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})


class DropoutBeforeBatchNorm(Rule):
    """Dropout comes right before batch normalisation, or before the weights in front of it.

    What was looked at:
        The forward pass, traced as a graph: dropout layers whose values come to a batch normalisation, directly or behind one
        affine layer.

    Why it matters:
        Dropout makes the variance of what passes larger in training, by 1 / (1 - rate), and does not in evaluation. The running
        variance that batch normalisation keeps is that of training, so that in evaluation everything comes out too small, layer
        by layer.

    What to do:
        Dropout behind the last batch normalisation, or one of the two alone.

    When it is not a fault:
        Small rates shift the variance little. A note: many such nets do well.

    References:
        X. Li, S. Chen, X. Hu, J. Yang, "Understanding the disharmony between dropout and batch normalization by variance shift"
        (2019).
    """

    code = "DD129"
    name = "dropout-before-batch-norm"
    causes = (Cause.DROPOUT,)
    covers = ("structure: batch norm",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        found = topology.layers(step for step in range(len(topology.calls)) if _comes_before(topology, step))
        if not found:
            return
        highest = max(float(layer.settings.get("rate") or 0) for layer in found)
        which = found[0].path if len(found) == 1 else f"{len(found)} dropout layers"
        yield Finding(
            self.code,
            self.name,
            Cause.DROPOUT,
            f"{which} in front of batch normalisation: the variance differs between training and evaluation",
            Severity.NOTE,
            0.05,  # the shift is by formula, and healthy nets carry it
            tuple(Where(layer.path, layer.place) for layer in found),
            (
                Statement(
                    f"at rate {highest:g} the variance in training is {1 / (1 - highest):.2g} times that in evaluation",
                    "facts",
                    {"rate": highest, "layers": float(len(found))},
                ),
            ),
            (
                Remedy(
                    "Put dropout behind the last batch normalisation", (Edit("dropout_off"),), note="tried with all dropout off"
                ),
            ),
        )


def _comes_before(topology: Topology, step: int) -> bool:
    layer = topology.layer(step)
    rate = layer.settings.get("rate") if layer is not None and layer.kind in DROPPING else None
    if not isinstance(rate, int | float) or not 0 < rate < 1:
        return False
    met = [each.step for each in topology.ahead(step, topology.passes)]
    weighted = [number for number in met if topology.role(number) is Role.AFFINE and topology.is_linear(number)]
    behind = [each.step for number in weighted for each in topology.ahead(number, topology.passes)]
    return any(norm.kind == BATCH_NORM for norm in topology.layers((*met, *behind)))
