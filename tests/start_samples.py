"""Builders of what the look at the start sees: a healthy model of two layers by default, each detail to be overridden by name."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dnndoctor.evidence.seen.start import ModesSeen, SignalSeen, StartSeen, UnitsSeen, VariableSeen
from dnndoctor.experiments.starting_point import ActivationStart, DepthSlope, LayerSignal, StartingPoint, VariableStart


def signal(path: str = "dense", **details: Any) -> LayerSignal:
    """What a sound layer of 64 units gives."""
    sound = LayerSignal(path, rms=0.8, varies=0.9, received=1.0, varies_later=0.9, units=64, twins=0)
    return replace(sound, **details)


def activation(path: str = "dense", name: str = "relu", **details: Any) -> ActivationStart:
    """Units that are all in use."""
    sound = ActivationStart(path, name, units=64, dead=0, flat=0, flat_share=0.0, dead_later=0, flat_later=0)
    return replace(sound, **details)


def variable(layer: str = "dense", name: str = "kernel", **details: Any) -> VariableStart:
    """A kernel that gets a gradient and moves."""
    sound = VariableStart(
        layer,
        name,
        size=64 * 64,
        rms=0.1,
        handed=True,
        connected=True,
        gradient=1.0,
        reached=True,
        moved=True,
        ratio=0.01,
        units=64,
        twins=0,
    )
    return replace(sound, **details)


def depth(span: float, error: float = 0.01, layers: int = 10) -> DepthSlope:
    """A line over so many layers."""
    return DepthSlope(span / (layers - 1), error, span, "dense", f"dense_{layers - 1}", layers)


def starting_point(**details: Any) -> StartingPoint:
    """A healthy ten-class model before and after three steps, with two seeds."""
    healthy = StartingPoint(
        rows=128,
        seeds=(0, 1),
        losses=((2.4, 2.3, 2.2), (2.5, 2.4, 2.3)),
        rates=(1e-3,) * 3,
        signals=(signal(), signal("head", units=10)),
        activations=(activation(), activation("head", "softmax", units=10)),
        variables=(variable(), variable("head", units=10)),
        outputs=(0.3,),
        outputs_later=(0.3,),
        constant_loss=math.log(10),
        trials=("a", "b"),
    )
    return replace(healthy, **details)


def signal_seen(path: str = "dense", **details: Any) -> SignalSeen:
    """The same of one seed."""
    return replace(SignalSeen(path, rms=0.8, mean=0.4, std=0.7, varies=0.9, received=1.0, units=64, twins=0), **details)


def units_seen(path: str = "dense", **details: Any) -> UnitsSeen:
    """The same of one seed."""
    return replace(UnitsSeen(path, "relu", units=64, dead=0, flat=0, flat_share=0.0), **details)


def variable_seen(layer: str = "dense", gradients: Sequence[float] = (1.0, 0.9, 0.8), **details: Any) -> VariableSeen:
    """The same of one seed."""
    sound = VariableSeen(layer, "kernel", 4096, 0.1, True, tuple(gradients), (0.06, 0.05, 0.04), connected=True, units=64)
    return replace(sound, **details)


def start_seen(**details: Any) -> StartSeen:
    """What the look sees of one seed."""
    seen = StartSeen(
        rows=128,
        losses=(2.4, 2.3, 2.2),
        rates=(1e-3,) * 3,
        signals=(signal_seen(),),
        units=(units_seen(),),
        outputs=(0.3,),
        later_signals=(signal_seen(),),
        later_units=(units_seen(),),
        later_outputs=(0.4,),
        variables=(variable_seen(),),
        modes=ModesSeen(2.3, 2.1, 2.1, 2.0, 2.5, 2.5, 0.25),
    )
    return replace(seen, **details)
