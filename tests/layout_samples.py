"""What the look `layout` saw, made up: a healthy picture by default, each detail to be overridden by name."""

from dataclasses import replace
from typing import Any

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.layout import (
    ArraySeen,
    LayoutRoughness,
    LayoutSeen,
    MixingSeen,
    OffsetSeen,
    OtherLayout,
    PaddingSeen,
    ReshapeSeen,
    SensitivitySeen,
)
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.finding import Finding
from dnndoctor.rules import Rule
from tests.evidence_samples import evidence, facts, layer


def layout(**details: Any) -> Layout:
    """An observation of these details of `LayoutSeen`."""
    return Layout(LayoutSeen(traced=True, **details), ("trial",))


def judged(rule: Rule, subject: Facts | None = None, **details: Any) -> tuple[Finding, ...]:
    """The findings of a rule on a subject with a convolution, of which the look saw these details."""
    return tuple(
        said
        for said in rule.judge(evidence(subject or patient(), {LayoutExperiment.name: layout(**details)}))
        if isinstance(said, Finding)
    )


def patient() -> Facts:
    """A subject with a reshape, a convolution and an LSTM in its model."""
    return facts(layers=[layer("reshape", "Reshape"), layer("conv", "Conv2D"), layer("lstm", "LSTM"), layer("head")])


def rough(*by_axis: float) -> LayoutRoughness:
    """Roughness along all axes of a row."""
    return LayoutRoughness(tuple(range(len(by_axis))), by_axis)


def other(order: tuple[int, ...] = (2, 0, 1), sizes: tuple[int, ...] = (3, 32, 32), **details: Any) -> OtherLayout:
    """Pictures whose values lie with the channels first."""
    smooth = OtherLayout(order, sizes, rough(0.12, 0.12, 0.57), score=20.0, score_all=-30.0, across=0.16, along=0.12)
    return replace(smooth, **details)


def pictures(**details: Any) -> ArraySeen:
    """Colour pictures that a convolution reads, and that are as they should be."""
    intact = ArraySeen("x", (32, 32, 3), "conv", "Conv2D", None, (0, 1), 256, rough(0.12, 0.12, 0.57))
    return replace(intact, **details)


def sequences(**details: Any) -> ArraySeen:
    """Series of five unrelated sensors that an LSTM reads, and that are as they should be."""
    rougher = other((1, 0), (5, 48), roughness=rough(1.0, 1.0), score=-40.0, across=1.0, along=0.9)
    intact = ArraySeen("x", (48, 5), "lstm", "LSTM", None, (0,), 200, rough(0.04, 1.0), rougher)
    return replace(intact, **details)


def padding(**details: Any) -> PaddingSeen:
    """Padded sequences that were reshaped."""
    return replace(PaddingSeen(rows=10, mixed=0.43, mixed_other=0.0, tails_other=1.0), **details)


def reshape(**details: Any) -> ReshapeSeen:
    """A reshape of pictures from channels first to channels last, as a convolution reads it."""
    seen = ReshapeSeen(
        layer="reshape",
        kind="Reshape",
        given=(31, 3, 32, 32),
        made=(31, 32, 32, 3),
        order=(0, 2, 3, 1),
        splits=False,
        reader="conv",
        reader_kind="Conv2D",
        spatial=(0, 1),
        patch=4,
        footprint=10,
        rows=31,
        before=rough(0.57, 0.12, 0.12),
        after=rough(0.26, 0.24, 0.13),
        meant=rough(0.12, 0.12, 0.57),
        score=12.0,
        score_all=-8.0,
    )
    return replace(seen, **details)


def mixing(**details: Any) -> MixingSeen:
    """A flip of the rows."""
    seen = MixingSeen(0, 1.4, (31, 10), 31, "head", "Lambda", "ReverseV2", (31, 16), (31, 16))
    return replace(seen, **details)


def offset(**details: Any) -> OffsetSeen:
    """A second channel that is the first, three pixels further down."""
    return replace(OffsetSeen("x", "x", (0, 1), (3, 0), aligned=0.4, moved=0.999), **details)


def sensitivity(**details: Any) -> SensitivitySeen:
    """Outputs that change as much with a shift by one pixel as from picture to picture."""
    return replace(SensitivitySeen("x", 0.9, 1.2, 1.0, 0.5, 31), **details)
