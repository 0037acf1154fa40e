"""Facts of the sample that all trials see: arrays, targets, and how they were drawn."""

import math
from dataclasses import dataclass, field

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.place import Place


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """One array of the sample.

    Attributes:
        name: "x", "x[1]", "x['image']", "y", "sample_weight", ...
        rows: Rows in the sample.
        shape: Of one row.
        dtype: As the user gave it.
        minimum, maximum, mean, std: Over the finite values; NaN where there are none or the dtype is not numeric.
        nan_count, inf_count: How many values are NaN, infinite.
        first_bad_row: Row of the first value that is not finite, None where all are.
        integer_valued: Whether all values are whole numbers.
        distinct: Number of different values, counted up to 1001 (then 1001).
        zero_share: Share of exact zeros.
        feature_std_minimum, feature_std_maximum: Smallest and largest std over the features (the last axis) that are not
            constant; NaN where there are none.
        feature_mean_maximum: Largest |mean| over the features; NaN where not numeric.
        constant_features: How many features never change.
        features: Size of the last axis (1 for plain numbers).
        magnitudes: Quantiles of the magnitudes of the finite values that are not zero, in steps of 5 % from the least to the
            largest; empty where there are none.
        codes: Of an input: whether the model reads its values as names and not as quantities (ids that are looked up or one-hot
            coded, values that mark padding, text, whole numbers by the `Input`'s dtype), so that they cannot be rescaled.
    """

    name: str
    rows: int
    shape: tuple[int, ...]
    dtype: str
    minimum: float
    maximum: float
    mean: float
    std: float
    nan_count: int
    inf_count: int
    first_bad_row: int | None
    integer_valued: bool
    distinct: int
    zero_share: float
    feature_std_minimum: float
    feature_std_maximum: float
    feature_mean_maximum: float
    constant_features: int
    features: int
    codes: bool = False
    magnitudes: tuple[float, ...] = ()

    def magnitude(self, share: float) -> float:
        """The magnitude below which that share of the values that are not zero lies; NaN where none is known.

        Args:
            share: 0 to 1.
        """
        if not self.magnitudes:
            return float("nan")
        return self.magnitudes[round(share * (len(self.magnitudes) - 1))]

    def share_above(self, magnitude: float) -> float:
        """The share of all values that are farther from zero than a magnitude, to a twentieth; NaN where none is known.

        Args:
            magnitude: Zero or more.
        """
        if not self.magnitudes:
            return float("nan")
        above = sum(quantile > magnitude for quantile in self.magnitudes[1:])
        return (1 - self.zero_share) * above / (len(self.magnitudes) - 1)


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """The targets of one output, understood.

    Attributes:
        output: Name of the output they belong to.
        array: Their plain facts.
        encoding: "class_ids" (whole numbers, one each), "one_hot" (rows that sum to one with a single 1),
            "multi_hot" (0/1 rows with any number of ones), "binary" (one 0/1 number), "signed_binary" (one -1/+1
            number), "probabilities" (rows in [0, 1] that sum to one), "continuous", or "unknown".
        task: "binary", "multiclass", "multilabel", "regression", "sequence_multiclass" (class ids or one-hot a step),
            or "unknown", from the targets and the output's shape together.
        classes: Number of classes seen; None where there are none.
        class_shares: Share of each class seen, by class id, at most 1000 of them.
        constant_error: Error of the best constant predictor in the units of the skill: wrong share for classes
            (0/1 errors an element for multi-label), mean squared error for numbers; None where it cannot be told.
        loss_floor: The smallest value that this output's loss can take on these targets (label smoothing,
            entropy); 0 where the loss is Keras' own and has none; None where unknown.
        constant_loss: Loss of the best constant predictor (entropy of the class shares, variance, ...) for Keras' own
            losses; None where unknown.
    """

    output: str
    array: ArrayFacts
    encoding: str
    task: str
    classes: int | None = None
    class_shares: tuple[float, ...] = ()
    constant_error: float | None = None
    loss_floor: float | None = None
    constant_loss: float | None = None


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The sample that all trials see, and what was noticed while it was drawn.

    Attributes:
        kind: "numpy", "tf.data", "PyDataset", "npz", "npy", "csv", "generator".
        rows_total: Training rows the user has; None where not known.
        rows_sampled: Training rows in the sample.
        validation_rows: Validation rows in the sample; 0 where there are none.
        validation_source: "given", "validation_split", or "none".
        inputs: Facts of the training inputs, in order.
        targets: One for each output; empty where there are no targets.
        validation_inputs: Facts of the validation inputs, in order.
        validation_targets: Facts of the validation targets, in the order of `targets`.
        sample_weight: Facts of the sample weights, None where there are none.
        augmented: Whether a second pass over the user's pipeline gave other values for the same row; None if not seen.
        reshuffled: Whether a second pass gave another order; None if not seen.
        label_runs: Longest run of equal labels as a share of the rows, in the user's own order; None where no classes.
        notes: What else a person should know ("the pipeline repeats for ever; 4,096 rows were drawn").
        place: Where the data's factory begins, or the config key that names the files.
        scan: What a closer look at cells, columns and rows found.
    """

    kind: str
    rows_total: int | None
    rows_sampled: int
    validation_rows: int
    validation_source: str
    inputs: tuple[ArrayFacts, ...]
    targets: tuple[TargetFacts, ...]
    validation_inputs: tuple[ArrayFacts, ...] = ()
    validation_targets: tuple[ArrayFacts, ...] = ()
    sample_weight: ArrayFacts | None = None
    augmented: bool | None = None
    reshuffled: bool | None = None
    label_runs: float | None = None
    notes: tuple[str, ...] = ()
    place: Place | None = None
    scan: DataScan = field(default_factory=DataScan)

    @property
    def gives_inputs_back(self) -> bool:
        """Whether a target has as many numbers as an input, as in an autoencoder: hidden layers are then narrow on purpose."""
        wanted = max((math.prod(target.array.shape) for target in self.targets), default=0)
        return any(math.prod(values.shape) <= wanted for values in self.inputs if not values.codes)
