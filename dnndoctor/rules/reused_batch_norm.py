"""One batch normalisation for two places."""

from collections.abc import Iterable, Iterator

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import BATCH_NORM, Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule


class ReusedBatchNorm(Rule):
    """One batch normalisation layer is called at several places of the model.

    What was looked at:
        The forward pass, traced as a graph: batch normalisation layers that are called more than once, and which layers their
        inputs come from.

    Why it matters:
        In training each call is normalised by its own batch. The running mean and variance are one pair for all calls: a
        mixture of them that fits none. In evaluation and prediction every call is normalised by that mixture, so that a model
        with a falling training loss predicts nonsense. Scale and offset are shared, too.

    What to do:
        A `BatchNormalization()` of its own for each place.

    When it is not a fault:
        Towers that share all their weights (siamese nets) see the same kind of values at each call, behind the same layer; they
        are left out.

    References:
        S. Ioffe, C. Szegedy, "Batch normalization" (2015), section 3.1 (inference with one pair of statistics for each
        activation).
    """

    code = "DD121"
    name = "reused-batch-norm"
    causes = (Cause.BATCH_NORM,)
    covers = ("structure: batch norm",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for layer, places in _reused(evidence.facts):
            yield Finding(
                self.code,
                self.name,
                Cause.BATCH_NORM,
                f"{layer.path} is one batch normalisation for {len(places)} places",
                Severity.NOTE if well else Severity.WARNING,
                0.1 if well else 0.5,  # the mixture is a fact, how far the places differ is not measured
                (Where(layer.path, layer.place),),
                (Statement(f"it is called behind {' and behind '.join(places)}", "facts", {"places": float(len(places))}),),
                (
                    Remedy(
                        "Give each place a batch normalisation of its own",
                        (Edit("batch_norm_off"),),
                        "keras.layers.BatchNormalization()",
                        note="tried without batch normalisation",
                    ),
                ),
            )


def _reused(facts: Facts) -> Iterator[tuple[LayerFacts, tuple[str, ...]]]:
    topology = Topology(facts)
    for layer in facts.layers:
        steps = topology.steps(layer.path) if layer.kind == BATCH_NORM and layer.trainable else ()
        places = dict.fromkeys(_place(topology, step) for step in steps)
        if len(places) > 1:
            yield layer, tuple(places)


def _place(topology: Topology, step: int) -> str:
    """What comes before a step; two inputs of the model are one place, as two operations of a kind are."""
    calls = [topology.calls[met.step] for met in topology.behind(step, topology.passes)]
    return ", ".join(sorted({call.layer or f"an operation ({call.operation})" for call in calls}))
