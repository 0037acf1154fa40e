"""A second softmax or sigmoid on top of the first."""

from collections.abc import Iterable
from dataclasses import dataclass

from dnndoctor.edits.heads import remedy
from dnndoctor.evidence.contract import PROBABILITY_ACTIVATIONS, Head, heads
from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.evidence.layers import PASSING, activation_of
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

SEPARATE = ("Activation", "Softmax")
"""Layers that are an activation and nothing else."""


class RepeatedOutputActivation(Rule):
    """The output passes through a softmax or sigmoid twice.

    What was looked at:
        The forward pass, traced as a graph: the last step before each output that does more than move values, and whether what
        it takes has been through a softmax or sigmoid already. Where it could not be traced, the list of layers.

    Why it matters:
        The second one is given numbers between 0 and 1. A softmax over ten such numbers answers at most e / (e + 9) =
        0.23, so the model can never be sure, the loss never comes near 0, and the gradient passes two squashings. Of 64
        rows in four classes one softmax came down to 0.65 in 60 steps, two to 1.07.

    What to do:
        Keep one: `Dense(10)` and then `Softmax()`, or `Dense(10, activation="softmax")` alone.

    When it is not a fault:
        No use of two in a row on an output is known. Softmaxes elsewhere in the model (attention, gates) are not looked
        at.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4. The figures were measured with Keras
        3.15 on TensorFlow 2.21: Dense(32, relu), Adam at 0.01.
    """

    code = "DD109"
    name = "repeated-output-activation"
    causes = (Cause.OUTPUT_ACTIVATION,)
    covers = ("contract: double softmax",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        topology = Topology(facts)
        for number, head in enumerate(heads(facts)):
            found = _traced(topology, number) if topology else _listed(facts, head)
            if found is None:
                continue
            first, second = found
            said, again = (f"{each.path} is {each.activation}" for each in (first, second))
            yield Finding(
                self.code,
                self.name,
                Cause.OUTPUT_ACTIVATION,
                f"{head.name} passes through {first.activation} and then through {second.activation} again",
                Severity.ERROR,
                0.85,  # a bound that follows from the formula; somebody may have wanted soft answers
                tuple(Where(each.path, _place(facts, each.path)) for each in (second, first) if facts.layer(each.path)),
                (Statement(f"{said}, {again}", "facts"),),
                (remedy(facts, head, "Take the second activation away", activation="linear"),),
            )


@dataclass(frozen=True, slots=True)
class _Squashing:
    """One of the two activations, and the layer or operation that applies it."""

    path: str
    activation: str


def _traced(topology: Topology, output: int) -> tuple[_Squashing, _Squashing] | None:
    """The two activations on the way to an output, the first first; None where there are not two in a row."""
    giving = [number for number, call in enumerate(topology.calls) if output in call.outputs]
    while len(giving) == 1 and topology.passes(giving[0]):
        giving = list(topology.takes[giving[0]])
    if len(giving) != 1 or topology.role(giving[0]) is not Role.ACTIVATION:
        return None
    before = topology.behind(giving[0], topology.passes)
    if len(before) != 1:
        return None
    second, first = (_squashing(topology, number) for number in (giving[0], before[0].step))
    return None if first is None or second is None else (first, second)


def _squashing(topology: Topology, step: int) -> _Squashing | None:
    activation = topology.activation(step)
    if activation not in PROBABILITY_ACTIVATIONS:
        return None
    call = topology.calls[step]
    return _Squashing(call.layer or call.operation, activation)


def _listed(facts: Facts, head: Head) -> tuple[_Squashing, _Squashing] | None:
    """The same for a chain of layers, where the layer before in the list is also the one before in the forward pass."""
    if facts.model_kind == "subclassed" or head.several or head.layer is None or head.layer.kind not in SEPARATE:
        return None
    before = [layer for layer in facts.layers[: facts.layers.index(head.layer)] if layer.kind not in PASSING]
    first, second = activation_of(before[-1]) if before else None, head.output.activation
    if first not in PROBABILITY_ACTIVATIONS or second not in PROBABILITY_ACTIVATIONS:
        return None
    return _Squashing(before[-1].path, first), _Squashing(head.layer.path, second)


def _place(facts: Facts, path: str) -> Place | None:
    layer = facts.layer(path)
    return layer.place if layer is not None else None
