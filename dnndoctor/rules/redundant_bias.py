"""A bias that the batch normalisation behind it takes away again."""

from collections.abc import Iterable

from dnndoctor.evidence.topology import BATCH_NORM, Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule


class RedundantBias(Rule):
    """A layer with a bias is followed directly by batch normalisation.

    What was looked at:
        The forward pass, traced as a graph: affine layers with a bias and no activation whose values all come to a batch
        normalisation first.

    Why it matters:
        Batch normalisation subtracts the mean of each unit, and the bias with it: it gets no gradient and changes nothing. The
        normalisation's own offset takes its place.

    What to do:
        `use_bias=False` in the layer before the normalisation.

    When it is not a fault:
        It never harms training: this is a note.

    References:
        S. Ioffe, C. Szegedy, "Batch normalization" (2015), section 3.2.
    """

    code = "DD115"
    name = "redundant-bias"
    causes = (Cause.BATCH_NORM,)
    covers = ("H4",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        redundant = topology.layers(step for step in range(len(topology.calls)) if _taken_away(topology, step))
        if not redundant:
            return
        first = redundant[0]
        which = first.path if len(redundant) == 1 else f"{len(redundant)} layers"
        count = sum(layer.units or 0 for layer in redundant)
        yield Finding(
            self.code,
            self.name,
            Cause.BATCH_NORM,
            f"The bias of {which} is taken away by the batch normalisation behind it",
            Severity.NOTE,
            0.02,  # no run fails by it
            tuple(Where(layer.path, layer.place) for layer in redundant),
            (Statement(f"{count:,} biases without effect", "facts", {"biases": float(count), "layers": float(len(redundant))}),),
            (Remedy("Leave the bias out", patch=f"keras.layers.{first.kind}({first.units or '...'}, use_bias=False)"),),
        )


def _taken_away(topology: Topology, step: int) -> bool:
    layer = topology.layer(step)
    if layer is None or topology.role(step) is not Role.AFFINE or layer.use_bias is not True or not topology.is_linear(step):
        return False
    met = [topology.layer(each.step) for each in topology.ahead(step, topology.passes)]
    # With another axis than the units' the normalisation subtracts a mean over units, which the bias survives.
    return bool(met) and all(
        norm is not None and norm.kind == BATCH_NORM and norm.settings.get("axis") in (-1, None) for norm in met
    )
