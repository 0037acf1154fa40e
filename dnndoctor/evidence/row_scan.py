"""What a closer look at the rows of the sample found: copies, targets that do not belong to them, padding, ids.

A row is an index in the sample, counted from 0: the user's own wherever the sample holds all rows. A column is an index on the
last axis.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows with equal inputs.

    Attributes:
        rows: Training rows looked at.
        distinct: How many different inputs they have.
        continuous: Whether the inputs can take so many values that equal rows are copies and no coincidence.
        pair: Two rows with equal inputs, None where there are none.
        shared: Share of the rows whose inputs some other row has: as likely, a further row drawn alike has them, too.
        conflicting: Share of the rows that have another target than most rows with the same inputs.
        conflict: Two rows with equal inputs and different targets, None where there are none.
        output: The output whose targets were compared, empty where there are none to compare.
        ceiling: For classes, the largest accuracy that any function of the inputs can reach on these rows; None for others.
        constant: For classes, the accuracy of the best constant predictor; None for others.
        unexplained: For numbers, the share of the variance that lies between rows with equal inputs; None for others.
    """

    rows: int
    distinct: int
    continuous: bool
    pair: tuple[int, int] | None = None
    shared: float = 0.0
    conflicting: float = 0.0
    conflict: tuple[int, int] | None = None
    output: str = ""
    ceiling: float | None = None
    constant: float | None = None
    unexplained: float | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """How well inputs tell the targets of their own row and of rows nearby.

    Two simple predictors, leave one out: the nearest neighbours, and a linear one. Distances are in standard deviations of the
    same figure over targets in random order.

    Attributes:
        output: Its name.
        rows: How many rows were looked at.
        own: Of the better predictor on the rows as given.
        best: Of the better predictor, for the best other order of the targets that was tried.
        shift: That order: input row i with target row i + shift; None for the targets from end to start.
        in_sequence: Whether rows continue the rows before them, as windows on a series do.
        sorted_inputs: Whether all columns of the inputs rise from row to row, and the targets do not.
    """

    output: str
    rows: int
    own: float
    best: float
    shift: int | None
    in_sequence: bool
    sorted_inputs: bool


@dataclass(frozen=True, slots=True)
class OddLabels:
    """Labels that the nearest neighbours contradict.

    Attributes:
        output: Its name.
        error: Share of rows whose label is not the most frequent one of their neighbours.
        constant: That share for the most frequent label of all.
        pure: The same as `error` over the quarter of the rows with the most unanimous neighbours. Where classes overlap it is far
            below the whole; wrong labels raise it as much there as anywhere.
        share: Share of rows of whose ten neighbours eight or more have another label in common.
        in_common_classes: The smaller such share of the two most frequent classes: an inseparable rare class leaves it at 0.
        rows: The first five such rows.
        labels: Their labels.
        of_neighbours: What most of their neighbours have.
    """

    output: str
    error: float
    constant: float
    pure: float
    share: float
    in_common_classes: float
    rows: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    of_neighbours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TellingColumn:
    """A column that is the target under another name.

    Attributes:
        output: Whose targets.
        array: Name of the input.
        column: Which.
        columns: How many columns the input has.
        others: How many of the others are the target, too.
        how: "has one value for each class" or "is a multiple of the target".
    """

    output: str
    array: str
    column: int
    columns: int
    others: int
    how: str


@dataclass(frozen=True, slots=True)
class Padding:
    """Zeros that fill up sequences.

    Attributes:
        array: Name of the input.
        steps: Length of the sequences.
        behind: Mean share of the steps that are filled up at the end.
        before: Mean share of the steps that are filled up at the beginning.
        empty_rows: Share of rows that are nothing but padding.
        first_empty: The first of these, None where there is none.
    """

    array: str
    steps: int
    behind: float
    before: float
    empty_rows: float = 0.0
    first_empty: int | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an input feeds that has places for so many ids only.

    Attributes:
        array: Name of the input.
        reader: Path of the layer, or name of the operation.
        kind: Its class ("Embedding"), or "one_hot".
        size: Ids from 0 to size - 1 have a place.
        least, largest: The ids that are there.
        outside: How many ids have no place.
        rows: How many rows hold such an id.
        first: Index of the first one, None where all have a place.
        validation: Whether the ids are those of the validation rows.
    """

    array: str
    reader: str
    kind: str
    size: int
    least: int
    largest: int
    outside: int
    rows: int
    first: tuple[int, ...] | None = None
    validation: bool = False


@dataclass(frozen=True, slots=True)
class WeightScan:
    """Sample weights.

    Attributes:
        negative: How many are below zero.
        first_negative: The first row of these, None where there is none.
        zero_share: Share of exact zeros.
    """

    negative: int
    first_negative: int | None
    zero_share: float
