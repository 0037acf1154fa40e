"""Softmax as the activation of a hidden layer."""

from collections.abc import Iterable

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule


class HiddenSoftmax(Rule):
    """A hidden layer ends in a softmax, and the next layer weighs it like any other.

    What was looked at:
        The forward pass, traced as a graph: softmax activations whose values all come to dense layers or convolutions first, and
        are no output themselves.

    Why it matters:
        Softmax shares one unit of signal among all units of the layer: 64 units get 1/64 each at the start, where He's scale
        expects about one, and one that grows takes from all others. Signals and gradients shrink by that factor in every such
        layer, and the layer behind sees little but a constant.

    What to do:
        Relu in hidden layers; softmax belongs to the output of a classification.

    When it is not a fault:
        Attention and gates, where the shares are multiplied with something: these are left out. A softmax over a few codes that
        the next layer looks up is a choice; a model that is seen to learn well gets a note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 6.2.2.3 (softmax units inside a model).
    """

    code = "DD124"
    name = "hidden-softmax"
    causes = (Cause.HIDDEN_ACTIVATION,)
    covers = ("H2",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        layers = topology.layers(step for step in range(len(topology.calls)) if _is_hidden_softmax(topology, step))
        if not layers:
            return
        well = learns_well(evidence)
        first = layers[0]
        which = first.path if len(layers) == 1 else f"{len(layers)} hidden layers"
        yield Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"Softmax in {which}, which the next layer weighs again",
            Severity.NOTE if well else Severity.WARNING,
            # A part of the 43 % of faults that lie in an activation; hardly ever meant, and often survived.
            0.1 if well else 0.6 if sicknesses(evidence) else 0.5,
            tuple(Where(layer.path, layer.place) for layer in layers),
            tuple(
                Statement(f"{layer.path}: the {layer.units or 'its'} units share one unit of signal", "facts")
                for layer in layers[:3]
            ),
            (
                Remedy(
                    "Use relu in hidden layers",
                    (hidden_activation("relu", [layer.path for layer in layers]),),
                    patch=f'keras.layers.Dense({first.units or "..."}, activation="relu", kernel_initializer="he_normal")',
                ),
            ),
        )


def _is_hidden_softmax(topology: Topology, step: int) -> bool:
    if topology.activation(step) != "softmax" or topology.role(step) not in (Role.AFFINE, Role.ACTIVATION):
        return False
    met = topology.ahead(step, lambda number: topology.role(number) in (Role.PASSING, Role.POOLING, Role.LINEAR))
    return bool(met) and not topology.gives_output(step) and all(topology.role(each.step) is Role.AFFINE for each in met)
