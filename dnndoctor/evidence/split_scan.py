"""How batches stand to all rows, and validation rows to training rows.

A row is an index in the sample, counted from 0: the user's own wherever the sample holds all rows. A column is an index on the
last axis.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchMix:
    """The classes of one output in batches of consecutive rows.

    Attributes:
        output: Its name.
        batches: How many were looked at.
        classes: How many classes there are.
        single: Share of batches with a single class.
        single_if_shuffled: What that share would be with rows in random order.
        distance: Mean total variation distance between the classes of a batch and those of all rows, 0 to 1.
        distance_if_shuffled: What it would be with rows in random order, from one seeded shuffle.
    """

    output: str
    batches: int
    classes: int
    single: float
    single_if_shuffled: float
    distance: float
    distance_if_shuffled: float


@dataclass(frozen=True, slots=True)
class ClassSplit:
    """The classes of one output in training and validation rows.

    Attributes:
        output: Its name.
        unseen: Share of validation rows whose class no training row has.
        unseen_by_chance: What that share would be on average with rows split at random.
        unseen_classes: These classes, the first ten.
        first_unseen: The first validation row with such a class, None where there is none.
        missing: Share of training rows whose class no validation row has.
        missing_by_chance: What that share would be on average with rows split at random.
        distance: Total variation distance between the shares of the classes, 0 to 1.
        distance_by_chance: Its mean with rows split at random.
        distance_noise: Its standard deviation with rows split at random.
    """

    output: str
    unseen: float
    unseen_by_chance: float
    unseen_classes: tuple[int, ...]
    first_unseen: int | None
    missing: float
    missing_by_chance: float
    distance: float
    distance_by_chance: float
    distance_noise: float = 0.0


@dataclass(frozen=True, slots=True)
class ColumnShift:
    """A column with another mean in the validation rows.

    Attributes:
        column: Which.
        difference: Of the means, in the training rows' standard deviations.
        noise: The standard error of that, were the rows drawn alike.
    """

    column: int
    difference: float
    noise: float


@dataclass(frozen=True, slots=True)
class InputSplit:
    """One input in training and validation rows.

    Attributes:
        array: Its name among the training inputs.
        scale_ratio: Root mean square of the validation values over that of the training values.
        far_share: Share of the columns whose spread differs by a factor of five or more, or whose mean lies ten spreads away;
            NaN where the columns were not looked at one by one.
        own_statistics: "mean and deviation" or "minimum and maximum" where training and validation rows were each scaled by
            their own, as the exact values of these show; empty where not.
        shifts: The columns whose means differ most, three at most, and only beyond noise.
    """

    array: str
    scale_ratio: float
    far_share: float
    own_statistics: str = ""
    shifts: tuple[ColumnShift, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Validation rows whose inputs are those of a training row.

    Attributes:
        share: Of the validation rows.
        pair: The first such validation row and its training row, None where there is none.
    """

    share: float
    pair: tuple[int, int] | None = None
