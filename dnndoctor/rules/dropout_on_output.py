"""Dropout behind the last weights."""

from collections.abc import Iterable, Iterator

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

DROPPING = frozenset({"AlphaDropout", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})


class DropoutOnOutput(Rule):
    """Dropout is applied to the predictions themselves, or to the numbers that the last activation makes them from.

    What was looked at:
        The forward pass, traced as a graph: dropout layers behind the last layer with weights, for outputs that Keras' own loss
        works on.

    Why it matters:
        In training a share of the answers is set to zero, whatever the model says, and the others are made larger. A class with
        probability zero costs the largest loss there is, a logit of zero is a random class, a regression's value is gone: the
        model is punished for what it does not do, and predicts otherwise in training than later.

    What to do:
        Move the dropout in front of the last layer with weights, or leave it out.

    When it is not a fault:
        Embeddings that a loss of your own compares (contrastive learning with dropout as augmentation). A model that is seen to
        learn well gets a note.

    References:
        N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), section 4 (dropout on
        inputs and hidden units).
    """

    code = "DD120"
    name = "dropout-on-output"
    causes = (Cause.DROPOUT,)
    covers = ("structure: dropout on the output",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for layer in _on_outputs(evidence.facts):
            rate = float(layer.settings.get("rate") or 0)
            yield Finding(
                self.code,
                self.name,
                Cause.DROPOUT,
                f"{layer.path} sets {rate:.0%} of the outputs to zero in training",
                Severity.NOTE if well else Severity.WARNING,
                # No use of it under a loss of Keras' own is known; small rates are survived.
                0.1 if well else 0.6 if rate >= 0.3 else 0.4,
                (Where(layer.path, layer.place),),
                (Statement(f"{layer.path} ({layer.kind}, rate {rate:g}) has no weights behind it", "facts", {"rate": rate}),),
                (
                    Remedy(
                        "Move the dropout in front of the output's layer",
                        (Edit("dropout_off"),),
                        note="tried with all dropout off",
                    ),
                ),
            )


def _on_outputs(facts: Facts) -> Iterator[LayerFacts]:
    topology = Topology(facts)
    judged = {index for index, output in enumerate(facts.outputs) if output.loss is not None and output.loss.built_in}
    for step in range(len(topology.calls)):
        layer = topology.layer(step)
        if layer is None or layer.kind not in DROPPING or not layer.settings.get("rate"):
            continue
        behind = topology.effects(step) | {step}
        bare = all(topology.role(number) in (Role.PASSING, Role.ACTIVATION) for number in behind)
        if bare and any(judged & set(topology.calls[number].outputs) for number in behind):
            yield layer
