"""A layer that lets through less than the answer needs."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

RECURRENT = frozenset({"GRU", "LSTM", "SimpleRNN"})

MOST_TIMES = 8
"""Times as wide at most: all hidden layers are widened together, which costs that squared."""

ONE_SIDED = frozenset({"relu", "relu6"})
"""Activations that give nothing at all for half of their inputs."""


@dataclass(frozen=True, slots=True)
class _Narrow:
    layer: LayerFacts
    width: int
    needed: int
    hard: bool


class NarrowBottleneck(Rule):
    """All that the model knows of a row passes through fewer units than the answer needs.

    What was looked at:
        The forward pass, traced as a graph: hidden layers that every way from the inputs to the output leads through, how many
        numbers they give for a row, and how many classes or values are asked for.

    Why it matters:
        C classes need log2 C units that are on or off, more for a boundary that is easy to learn. A relu unit passes nothing
        for half of its inputs: one or two of them in a row, and for many rows nothing arrives, nor does a gradient come back. A
        model that answers D numbers out of fewer than D has answers that hang together.

    What to do:
        Make hidden layers at least as wide as the output.

    When it is not a fault:
        Autoencoders, whose targets are as wide as their inputs, are narrow on purpose and left out; so are branches that a skip
        goes around. Two smooth units are enough for many classes in theory.

    References:
        L. Lu, Y. Shin, Y. Su, G. Karniadakis, "Dying ReLU and initialization" (2019), on narrow relu nets that are dead from the
        start. J. Johnson, "Deep, skinny neural networks are not universal approximators" (2019).
    """

    code = "DD119"
    name = "narrow-bottleneck"
    causes = (Cause.CAPACITY_LOW,)
    covers = ("structure: bottleneck",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        found = sorted(_narrow(evidence.facts), key=lambda each: (not each.hard, each.width))
        if not found:
            return
        well = learns_well(evidence)
        worst = found[0]
        certain = worst.hard or bool(sicknesses(evidence))
        layer, units = worst.layer, f"{worst.width} number{'s' * (worst.width != 1)}"
        yield Finding(
            self.code,
            self.name,
            Cause.CAPACITY_LOW,
            f"{layer.path} lets {units} for a row through, and the output has to tell {worst.needed} apart",
            Severity.WARNING if certain and not well else Severity.NOTE,
            0.1 if well else 0.45 if worst.hard else 0.3 if certain else 0.15,
            tuple(Where(each.layer.path, each.layer.place) for each in found),
            tuple(
                Statement(
                    f"all ways lead through {each.layer.path} ({each.layer.kind}, {each.layer.activation}): {each.width} wide",
                    "facts",
                    {"width": float(each.width), "needed": float(each.needed)},
                )
                for each in found[:3]
            ),
            (_remedy(worst),),
        )


def _remedy(worst: _Narrow) -> Remedy:
    width = max(16, 2 * worst.needed)
    factor = min(MOST_TIMES, math.ceil(width / worst.width))
    return Remedy(
        "Make the layer wider",
        (Edit("width", {"factor": float(factor)}),),
        f"keras.layers.{worst.layer.kind}({width}, ...)",
        note=f"tried with every hidden layer {factor} times as wide",
    )


def _narrow(facts: Facts) -> Iterator[_Narrow]:
    topology = Topology(facts)
    needed = _needed(facts)
    if not topology or needed is None:
        return
    for step in range(len(topology.calls)):
        layer = topology.layer(step)
        if layer is None or not (topology.role(step) is Role.AFFINE or layer.kind in RECURRENT):
            continue
        width = _width(layer)
        if width is None or not _is_weighted_again(topology, step) or not topology.is_cut(step):
            continue
        one_sided = topology.activation_behind(step) in ONE_SIDED
        hard = needed > 2 and (width == 1 or (one_sided and width == 2))
        if hard or width < math.log2(needed) or (width == 1 and one_sided):
            yield _Narrow(layer, width, needed, hard)


def _needed(facts: Facts) -> int | None:
    """Classes or values that the only output tells apart; None where not known, or where targets are as wide as inputs."""
    if len(facts.outputs) != 1 or len(facts.data.targets) != 1:
        return None
    target = facts.data.targets[0]
    if facts.data.gives_inputs_back or target.task.startswith("sequence"):
        return None
    size = math.prod(target.array.shape)
    if target.task == "multiclass":
        return target.classes
    return {"binary": 2, "regression": max(2, size), "multilabel": max(2, size)}.get(target.task)


def _width(layer: LayerFacts) -> int | None:
    """Numbers that a layer gives for one row; None where they are not known."""
    sizes = layer.output_shape
    return None if not sizes or None in sizes else math.prod(size or 1 for size in sizes)


def _is_weighted_again(topology: Topology, step: int) -> bool:
    """Whether a layer is hidden: one of the head has nothing but activations and scales behind it."""
    behind = topology.effects(step)
    return any(topology.role(number) in (Role.AFFINE, Role.OTHER) for number in behind)
