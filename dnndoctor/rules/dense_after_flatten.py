"""One dense layer behind a Flatten that holds nearly all parameters."""

from collections.abc import Iterable

from dnndoctor.evidence.topology import Topology
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

NEARLY_ALL = 0.9
"""Share of the trainable parameters from which it is said."""

MANY = 100_000
"""Parameters below which it hardly matters where they sit."""


class DenseAfterFlatten(Rule):
    """Nearly all parameters sit in the dense layer behind a Flatten.

    What was looked at:
        The forward pass, traced as a graph: dense layers whose values come from a Flatten behind convolutions or recurrent
        layers, and their share of the trainable parameters.

    Why it matters:
        The convolutions, which know about places, are a small part of such a model; its size, its time and its overfitting lie
        in one matrix that treats every place anew.

    What to do:
        Pool more before the Flatten, or take `GlobalAveragePooling2D` in its place.

    When it is not a fault:
        Where the place is what counts. The net often trains well: this is a note.

    References:
        M. Lin, Q. Chen, S. Yan, "Network in network" (2014), section 3.2.
    """

    code = "DD126"
    name = "dense-after-flatten"
    causes = (Cause.CAPACITY_HIGH,)
    covers = ("H9",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        topology = Topology(facts)
        for step in range(len(topology.calls)):
            dense = topology.layer(step)
            if dense is None or dense.kind != "Dense" or dense.parameters < max(MANY, NEARLY_ALL * facts.parameters):
                continue
            before = topology.layers(met.step for met in topology.behind(step, lambda _: False))
            weighted = [layer for layer in topology.layers(topology.sources(step)) if layer.parameters]
            if not any(layer.kind == "Flatten" for layer in before) or not weighted:
                continue
            share = dense.parameters / max(1, facts.parameters)
            yield Finding(
                self.code,
                self.name,
                Cause.CAPACITY_HIGH,
                f"{dense.path}, behind a Flatten, holds {share:.0%} of all parameters",
                Severity.NOTE,
                0.05,  # many nets that do well look so
                (Where(dense.path, dense.place),),
                (
                    Statement(
                        f"{dense.parameters:,} of {facts.parameters:,} trainable parameters",
                        "facts",
                        {"parameters": float(dense.parameters), "share": share},
                    ),
                ),
                (Remedy("Pool before the Flatten, or in its place", patch="keras.layers.GlobalAveragePooling2D()"),),
            )
            return
