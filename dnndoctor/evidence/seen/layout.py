"""What the look `layout` saw: neighbourhoods in arrays and in the model, rows that see each other, answers to small shifts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

OVER_ROWS = frozenset({"Cumsum", "Max", "Mean", "Min", "Prod", "Softmax", "Sum"})
"""TensorFlow's operations that gather several values in one, or weigh them against each other."""


@dataclass(frozen=True, slots=True)
class LayoutRoughness:
    """How unlike neighbours along the axes of an array are.

    Half the mean squared difference of neighbours, each position in its own standard deviations over the rows: 0 for equal
    neighbours, 1 for unrelated ones.

    Attributes:
        axes: The axes of a row with more than one value, counted from 0.
        by_axis: Along each of them; NaN where nothing varies.
    """

    axes: tuple[int, ...]
    by_axis: tuple[float, ...]

    def over(self, axes: Sequence[int] | None = None) -> float:
        """The mean over some axes.

        Args:
            axes: Of a row; None for all.

        Returns:
            NaN where nothing varies along any of them.
        """
        known = [
            value
            for axis, value in zip(self.axes, self.by_axis, strict=True)
            if (axes is None or axis in axes) and not math.isnan(value)
        ]
        return sum(known) / len(known) if known else math.nan


@dataclass(frozen=True, slots=True)
class OtherLayout:
    """Another order in which the values of an array may lie.

    Attributes:
        order: The axes of a row as it is given, in the order in which the values lie in memory if this layout is the right one.
        sizes: Their sizes in that order: what the rows' shape was before a reshape.
        roughness: Of the values put back in order.
        score: By how many standard errors the rows as given are rougher along the axes that are read as space or time.
        score_all: The same over all axes.
        across, along: Roughness between values next to each other in memory: where lines of this layout would meet, and where
            only lines as given meet. A line ends roughly, and only where it really ends.
    """

    order: tuple[int, ...]
    sizes: tuple[int, ...]
    roughness: LayoutRoughness
    score: float
    score_all: float
    across: float
    along: float


@dataclass(frozen=True, slots=True)
class PaddingSeen:
    """Where the zeros of padded sequences lie, as given and in another layout.

    Attributes:
        rows: With zeros.
        mixed: Share of the steps with a zero that have something else, too, as given.
        mixed_other: The same in the other layout.
        tails_other: Share of the rows whose steps of zeros are all at one end in the other layout.
    """

    rows: int
    mixed: float
    mixed_other: float
    tails_other: float


@dataclass(frozen=True, slots=True)
class ArraySeen:
    """An array of several axes, as a layer of the model reads it.

    Attributes:
        name: Of the user's array ("x", "y").
        shape: Of one row, as it is read.
        reader: Path of the first layer that reads it; empty where that is not a layer, and for targets.
        reader_kind: Its class; for targets that of the layer that gives the output; empty where not known.
        reshaped: Path of the layer in the model that gave it this shape; None where the user's array has it already.
        spatial: The axes of a row that are read as space or time.
        rows: Looked at.
        given: Roughness as it is.
        other: The smoothest other layout, None where the sizes leave none.
        padding: Where zeros lie in that layout, None where rows are not padded sequences.
    """

    name: str
    shape: tuple[int, ...]
    reader: str
    reader_kind: str
    reshaped: str | None
    spatial: tuple[int, ...]
    rows: int
    given: LayoutRoughness
    other: OtherLayout | None = None
    padding: PaddingSeen | None = None


@dataclass(frozen=True, slots=True)
class ReshapeSeen:
    """A reshape in the model whose sizes are those of a transpose.

    Attributes:
        layer: Path of the layer that it happens in, None where it is in none.
        kind: Class of that layer; empty where it is in none.
        given, made: Shapes with the row first.
        order: Axes of the side with more of them (0 is the row) in the order in which they make the other side's sizes: what
            should have been transposed.
        splits: Whether that side is `made`, and not `given`.
        reader: Path of the first layer that reads what was made; empty where that is not a layer.
        reader_kind: Its class, or TensorFlow's name of an operation.
        spatial: The axes of a row that it reads as space, time or positions.
        moves_rows: Whether the axis of the rows is among those that change places.
        patch: Positions next to each other, two along each of these axes, behind the transpose.
        footprint: Positions behind the reshape that hold values of theirs; 0 where rows move.
        rows: That the roughness is over; 0 where it could not be measured.
        before, after, meant: Roughness of the values in front of the reshape, behind it, and behind the transpose.
        score: By how many standard errors they are rougher behind it than behind the transpose, along the reader's axes.
        score_all: By how many they are rougher behind it than in front of it, over all axes.
    """

    layer: str | None
    kind: str
    given: tuple[int, ...]
    made: tuple[int, ...]
    order: tuple[int, ...]
    splits: bool
    reader: str
    reader_kind: str
    spatial: tuple[int, ...]
    moves_rows: bool = False
    patch: int = 0
    footprint: int = 0
    rows: int = 0
    before: LayoutRoughness | None = None
    after: LayoutRoughness | None = None
    meant: LayoutRoughness | None = None
    score: float = 0.0
    score_all: float = 0.0


@dataclass(frozen=True, slots=True)
class MixingSeen:
    """An output of the model that depends on other rows of the batch.

    Attributes:
        output: Number of the output, counted from 0.
        change: Of a row's output when the other rows were replaced, as a share of the spread of the outputs over the rows.
        output_shape: For `rows` rows.
        rows: In the batch.
        layer: Path of the first layer in which a row's values depend on others; None where it is in none.
        kind: Class of that layer; empty where it is in none.
        operation: TensorFlow's name of the operation.
        given, made: Shapes of what that operation took and gave.
    """

    output: int
    change: float
    output_shape: tuple[int, ...]
    rows: int
    layer: str | None = None
    kind: str = ""
    operation: str = ""
    given: tuple[int, ...] = ()
    made: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OffsetSeen:
    """Two stacked planes that fit each other best when one of them is moved.

    Attributes:
        name: Of the array with the first plane ("x", "x[0]").
        other: Of the array with the second; the same where they are channels of one array.
        channels: Their numbers; (-1, -1) where whole rows of two arrays are compared.
        offset: Pixels down and to the right; for whole rows (rows further, 0).
        aligned, moved: Correlation as they lie, and with that offset.
    """

    name: str
    other: str
    channels: tuple[int, int]
    offset: tuple[int, int]
    aligned: float
    moved: float


@dataclass(frozen=True, slots=True)
class SensitivitySeen:
    """How much the untrained model's outputs change when pictures change a little, as a share of their spread over the rows.

    Attributes:
        input: Name of the array with the pictures.
        shift_one, shift_two: Moved by one and by two pixels.
        rotation: Turned by ten degrees.
        scale: Five per cent larger.
        rows: Looked at.
    """

    input: str
    shift_one: float
    shift_two: float
    rotation: float
    scale: float
    rows: int


@dataclass(frozen=True, slots=True)
class LayoutSeen:
    """What the look `layout` saw.

    Attributes:
        traced: Whether the model's forward pass could be followed; without that nothing of the model is known.
        mixing: Outputs that depend on other rows.
        reshapes: Those whose sizes are those of a transpose.
        arrays: Inputs and targets with several axes.
        offsets: Stacked planes that do not lie on each other.
        sensitivity: Of a model of pictures.
    """

    traced: bool = False
    mixing: tuple[MixingSeen, ...] = ()
    reshapes: tuple[ReshapeSeen, ...] = ()
    arrays: tuple[ArraySeen, ...] = ()
    offsets: tuple[OffsetSeen, ...] = ()
    sensitivity: tuple[SensitivitySeen, ...] = ()
    kind: Literal["layout"] = "layout"
