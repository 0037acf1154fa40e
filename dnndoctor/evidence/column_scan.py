"""What a closer look at the cells and the columns of the sample found.

A row is an index in the sample, counted from 0: the user's own wherever the sample holds all rows. A column is an index on the
last axis.
"""

from dataclasses import dataclass


def cell(array: str, index: tuple[int, ...]) -> str:
    """How a person writes one value of an array: "x[17, 3]"."""
    return f"{array}[{', '.join(map(str, index))}]"


@dataclass(frozen=True, slots=True)
class BadCells:
    """Where one array holds values that are not finite.

    Attributes:
        array: Its name.
        rows: How many rows hold some.
        columns: How many columns hold some.
        first: Index of the first one: the row, then the place in the row.
        worst_column: The column that holds most of them.
        worst_share: That column's share of all of them.
    """

    array: str
    rows: int
    columns: int
    first: tuple[int, ...]
    worst_column: int
    worst_share: float


@dataclass(frozen=True, slots=True)
class Pile:
    """A column with many values that are exactly its smallest or its largest one, though it is continuous in between.

    Attributes:
        column: Which.
        value: Where they pile up.
        share: Of the column's values.
        top: Whether it is the largest value, else the smallest.
    """

    column: int
    value: float
    share: float
    top: bool


@dataclass(frozen=True, slots=True)
class Marker:
    """A number far away from all others of its column that people write for a missing value (-999).

    Attributes:
        column: Which.
        value: The number.
        share: Of the column's values.
        first_row: The first row that has it.
        low, high: Range of the column's other values.
    """

    column: int
    value: float
    share: float
    first_row: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class VarianceDivision:
    """Columns on whose grid of values a division by the variance has left its mark.

    A column in steps of q with deviation s has, divided by its variance, the deviation 1/s and steps of q/s^2: the new step
    is q times the new variance. For q a power of ten, as in tables, that holds by chance for one column in twelve.

    Attributes:
        tested: How many columns have steps.
        matching: For how many of these the step is a power of ten times the variance, within 10 %.
        column: The matching column whose deviation is farthest from one.
        deviation: That column's.
    """

    tested: int
    matching: int
    column: int
    deviation: float


@dataclass(frozen=True, slots=True)
class TwoScales:
    """Rows that were scaled beside rows that were not.

    Attributes:
        share: Of the rows on the rarer side.
        small, large: Median of the rows' largest magnitudes on either side.
        small_row, large_row: The first row of either side.
    """

    share: float
    small: float
    large: float
    small_row: int
    large_row: int


@dataclass(frozen=True, slots=True)
class ColumnScan:
    """The columns of one input.

    Attributes:
        array: Its name.
        columns: How many there are.
        per_row: Values of one column in a row: 1 for tables, the steps for sequences.
        constant: Columns that never change, the first ten.
        constant_count: How many never change.
        piles: Columns that pile up at a bound, the highest share first, ten at most.
        markers: Numbers that stand for missing values, ten at most.
        orders: Of the column that spans most, the orders of magnitude between the 5 % smallest and the 5 % largest of its
            magnitudes that are not zero; None where no column is continuous.
        orders_column: That column.
        orders_columns: How many columns span at least half as much.
        variance: The mark of a division by the variance, None where there is none.
    """

    array: str
    columns: int
    per_row: int = 1
    constant: tuple[int, ...] = ()
    constant_count: int = 0
    piles: tuple[Pile, ...] = ()
    markers: tuple[Marker, ...] = ()
    orders: float | None = None
    orders_column: int = 0
    orders_columns: int = 0
    variance: VarianceDivision | None = None

    def written(self, column: int) -> str:
        """How a person writes one of the columns: "x[:, 3]"."""
        return f"{self.array}[{'...' if self.per_row > 1 else ':'}, {column}]"
