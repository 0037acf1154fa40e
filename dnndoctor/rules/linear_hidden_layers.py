"""Hidden layers without any activation."""

from collections.abc import Iterable, Sequence

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import LINEAR_ROLES, Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import Sickness, SicknessKind, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

TELLING = frozenset({SicknessKind.NO_BETTER_THAN_CONSTANT, SicknessKind.CANNOT_MEMORISE, SicknessKind.GOAL_MISSED})
"""What a model that is too simple falls ill with. NaN, and what another recipe cures, have other causes."""


class LinearHiddenLayers(Rule):
    """No layer before the output has an activation, so all of them together are one linear map.

    What was looked at:
        The forward pass, traced as a graph: every layer and operation between the inputs and the head, whether any does
        something that is not linear. Where your own run was seen to fail, that is said with it.

    Why it matters:
        A product of matrices is a matrix: without something between them, ten layers can say no more than one, and cannot
        separate what a plane does not separate. `Dense(64)` has no activation unless it is given one.

    What to do:
        `activation="relu"` in the hidden layers.

    When it is not a fault:
        Linear autoencoders, factorisations and problems that are linear. Nothing in the model alone tells these from an
        oversight, so this is a note unless the model is seen not to learn.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 6.1 (why a linear model cannot learn XOR).
        Keras API, Dense (`activation=None`).
    """

    code = "DD108"
    name = "linear-hidden-layers"
    causes = (Cause.HIDDEN_ACTIVATION,)
    covers = ("structure: linear stack",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        hidden = _linear_hidden(evidence.facts)
        if not hidden:
            return
        sick = [sickness for sickness in sicknesses(evidence) if sickness.kind in TELLING]
        yield self._finding(hidden, sick)

    def _finding(self, hidden: Sequence[LayerFacts], sick: Sequence[Sickness]) -> Finding:
        patch = f'keras.layers.{hidden[0].kind}({hidden[0].units or "..."}, activation="relu")'
        return Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"No activation in {len(hidden)} hidden layer{'s' * (len(hidden) != 1)}: with the output they are one linear map",
            Severity.WARNING if sick else Severity.NOTE,
            # Below the 43 % of faults that lie in an activation, since linear models can be meant.
            0.45 if sick else 0.3,
            tuple(Where(layer.path, layer.place) for layer in hidden),
            (
                Statement("nothing between the inputs and the output is nonlinear", "facts", {"layers": float(len(hidden))}),
                *(sickness.as_evidence() for sickness in sick),
            ),
            (Remedy("Give the hidden layers a relu", (hidden_activation("relu", [layer.path for layer in hidden]),), patch),),
        )


def _linear_hidden(facts: Facts) -> tuple[LayerFacts, ...]:
    """The hidden layers of a model that is linear up to its heads; empty of others, and where the forward pass is not known."""
    topology = Topology(facts)
    steps = range(len(topology.calls))
    affine = [step for step in steps if topology.role(step) is Role.AFFINE]
    before = frozenset().union(*(topology.sources(step) for step in affine))
    hidden = [step for step in affine if step in before]
    at_the_head = LINEAR_ROLES | {Role.AFFINE, Role.ACTIVATION, Role.NORMALISING}
    if not all(topology.is_linear(step) if step in before else topology.role(step) in at_the_head for step in steps):
        return ()
    return topology.layers(hidden)
