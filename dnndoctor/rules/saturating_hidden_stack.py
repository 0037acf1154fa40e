"""Sigmoid or tanh in many hidden layers on top of each other."""

import math
from collections.abc import Iterable, Sequence

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import AFFINE, activation_after
from dnndoctor.evidence.topology import Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_gradients import first_gradients
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

DEEP = 4
"""Layers from which the slope of the sigmoid alone, at most 1/4, takes more than two orders of magnitude (4**-4 =
0.004)."""

STEEP = 1e-3
"""Gradient of the first over that of the last of them, from which the first layers learn a thousand times slower. Relu
and tanh stacks with variance-preserving weights keep it within 0.1 to 10 (Glorot and Bengio 2010, figures 6 and 7)."""

HOPELESS = 1e-5
"""The same, where float32 ends: a healthy update is 1e-3 of a weight, and 1e-5 of that is below its resolution of
6e-8."""


class SaturatingHiddenStack(Rule):
    """Sigmoid or tanh in a stack of hidden layers, whose gradient vanishes towards the inputs.

    What was looked at:
        The longest run of hidden layers with a saturating activation (sigmoid, tanh and their like); where the first
        steps were run, the norm of the gradient in the first of these layers over that in the last, at the first step,
        over two seeds.

    Why it matters:
        The slope of a sigmoid is at most 1/4, and near 0 where the unit is saturated. On the way back the gradient is
        multiplied by it once a layer, so that the layers next to the inputs hardly learn, and what they pass on stays
        what it was by chance.

    What to do:
        Relu, or a smooth relative of it (gelu, silu), with He initialisation in hidden layers. Normalisation between the
        layers or skip connections also carry the gradient.

    When it is not a fault:
        A few tanh layers with variance-preserving weights carry the gradient well; the measured ratio decides, and
        without it this is a note. Gates of recurrent layers are not counted.

    References:
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010). V. Nair,
        G. Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).
    """

    code = "DD107"
    name = "saturating-hidden-stack"
    causes = (Cause.HIDDEN_ACTIVATION,)
    covers = ("H2",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        stack = _longest_run(evidence.facts)
        if len(stack) < DEEP:
            if _all_rectify(evidence.facts):
                yield RuledOut(Cause.HIDDEN_ACTIVATION, "every hidden layer has an activation, and none of them saturates")
            return
        start = first_gradients(evidence)
        gradients = start.norms if start is not None else {}
        first, last = gradients.get(stack[0].path), gradients.get(stack[-1].path)
        statements = [Statement(f"{len(stack)} hidden layers in a row saturate", "facts", {"layers": float(len(stack))})]
        ratio = math.nan
        if start is not None and first is not None and last is not None and last > 0:
            ratio = first / last
            profile = tuple(gradients[layer.path] for layer in stack if layer.path in gradients)
            text = (
                f"the gradient shrinks from {last:.2g} in {stack[-1].path} to {first:.2g} in {stack[0].path}, {ratio:.1g} times"
            )
            measured = Statement(text, start.rung, {"ratio": ratio, "gradient": profile}, start.trials)
            statements.insert(0, measured)
        # What the optimizer makes up for is no fault of this run.
        ratio = math.nan if learns_well(evidence) else ratio
        yield self._finding(stack, _saturating(evidence.facts, stack), ratio, tuple(statements))

    def _finding(
        self, stack: Sequence[LayerFacts], saturating: Sequence[str], ratio: float, statements: tuple[Statement, ...]
    ) -> Finding:
        steep = ratio <= STEEP
        width = stack[0].units or "..."
        ending = f", and the gradient shrinks to {ratio:.1g} of itself on the way" if steep else ""
        return Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"{len(stack)} hidden layers in a row have a saturating activation{ending}",
            Severity.ERROR if ratio <= HOPELESS else Severity.WARNING if steep else Severity.NOTE,
            # 0.43 of real faults lie in an activation, of the output's or of a hidden layer's; a measured collapse says which.
            0.75 if ratio <= HOPELESS else 0.6 if steep else 0.15,
            tuple(Where(layer.path, layer.place) for layer in stack),
            statements,
            (
                Remedy(
                    "Use relu with He initialisation in the hidden layers",
                    (hidden_activation("relu", saturating), Edit("variance_scaled_init")),
                    patch=f'keras.layers.{stack[0].kind}({width}, activation="relu", kernel_initializer="he_normal")',
                ),
            ),
        )


def _saturating(facts: Facts, stack: Sequence[LayerFacts]) -> list[str]:
    """Paths of the layers that hold the stack's activations: its own, or `Activation` layers behind them."""
    own = {layer.path for layer in stack}
    outputs = {output.layer for output in facts.outputs}
    return [
        layer.path
        for layer in facts.layers
        if layer.activation in SATURATING_ACTIVATIONS
        and (layer.path in own or (layer.kind == "Activation" and layer.path not in outputs))
    ]


def _hidden(facts: Facts) -> list[tuple[LayerFacts, str | None]]:
    """The hidden affine layers and the activations they meet, in order; None for an activation that is not known."""
    outputs = {output.layer for output in facts.outputs}
    affine = [index for index, layer in enumerate(facts.layers) if layer.kind in AFFINE]
    hidden = [index for index in affine[:-1] if facts.layers[index].path not in outputs]
    topology = Topology(facts)

    def met(index: int) -> str | None:
        steps = topology.steps(facts.layers[index].path)
        return topology.activation_behind(steps[0]) if steps else activation_after(facts.layers, index)

    return [(facts.layers[index], met(index)) for index in hidden]


def _longest_run(facts: Facts) -> tuple[LayerFacts, ...]:
    """The longest run of hidden affine layers with a saturating activation; may be empty."""
    runs: list[list[LayerFacts]] = [[]]
    for layer, activation in _hidden(facts):
        if activation in SATURATING_ACTIVATIONS:
            runs[-1].append(layer)
        else:
            runs.append([])
    longest = max(runs, key=len)
    return tuple(longest)


def _all_rectify(facts: Facts) -> bool:
    """Whether all layers are Keras' own and every hidden one has an activation that does not saturate on both sides."""
    hidden = [activation for _, activation in _hidden(facts)]
    fit = all(activation not in SATURATING_ACTIVATIONS | {None, "linear", "custom"} for activation in hidden)
    return bool(hidden) and fit and all(layer.built_in for layer in facts.layers)
