"""A picture of what was measured, as plain data; each format draws it as it can."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over a common horizontal axis.

    Attributes:
        title: What is shown, in a few words.
        x: Positions, ascending; all lines share them.
        lines: Heights by the line's name, each as long as `x`; NaN where nothing was measured.
        x_label, y_label: What the axes are, with the unit.
        log_x, log_y: Whether an axis is logarithmic; values of zero and below are then not drawn.
        marks: Positions on the horizontal axis that are pointed out, by what they are ("your rate").
        ticks: Names of positions, by position, where they are layers and no numbers; empty for plain numbers.
        spans: Heights that the vertical axis shows in any case, so that charts of one kind can be compared.
    """

    title: str
    x: tuple[float, ...]
    lines: Mapping[str, tuple[float, ...]]
    x_label: str
    y_label: str
    log_x: bool = False
    log_y: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)
    ticks: Mapping[float, str] = field(default_factory=dict)
    spans: tuple[float, ...] = ()
