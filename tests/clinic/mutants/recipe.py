"""What a parent is made of, as plain data: the model's plan, what was done to its data, how it is fitted. No TensorFlow here."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """The knobs of a model; `factories.build_model` turns them into a compiled one.

    Attributes:
        architecture: Name of a builder in `factories`.
        dataset: Name of a loader in `datasets`; shapes and the head's size follow from it.
        width: Units of a hidden layer, or filters of a convolution.
        depth: Hidden layers (blocks, convolutions, ...).
        activation: Of the hidden layers.
        linear: Positions of hidden layers without an activation.
        output: Activation of the head; of each head where there are several.
        initializer: Of the hidden kernels.
        initial_scale: Factor on the standard deviation of a normal initializer; 0 starts at zero. None keeps `initializer`.
        use_bias: Whether hidden layers have one.
        output_bias: Whether the head has one.
        batch_norm: Whether hidden layers are normalised, by this momentum; None for no normalisation.
        dropout: Rate after each hidden layer.
        l2: Weight penalty of hidden kernels.
        frozen: How many hidden layers, from the first one, are not trainable.
        reshape: A stray `Reshape` of the inputs: "swapped" gives the two leading axes each other's length, "folded" makes
            half as many rows, twice as long.
        clip_output: Bounds of the values that leave the head, None for none.
        loss: Keras' name.
        from_logits: Whether the loss is told so.
        summed: Whether the loss is summed over the batch instead of averaged.
        optimizer: Keras' name.
        rate: The learning rate.
        decay_steps: Steps in which the rate halves; None for a constant rate.
        momentum: For SGD.
        clipnorm: Of each gradient; None for no clipping.
        clipvalue: Of each gradient's values; None for no clipping.
        metric: Keras' name.
        names: Prefix of the layers' names, empty for Keras' own.
    """

    architecture: str
    dataset: str
    width: int = 32
    depth: int = 2
    activation: str = "relu"
    linear: tuple[int, ...] = ()
    output: str = "softmax"
    initializer: str = "glorot_uniform"
    initial_scale: float | None = None
    use_bias: bool = True
    output_bias: bool = True
    batch_norm: float | None = None
    dropout: float = 0.0
    l2: float = 0.0
    frozen: int = 0
    reshape: str | None = None
    clip_output: tuple[float, float] | None = None
    loss: str = "sparse_categorical_crossentropy"
    from_logits: bool = False
    summed: bool = False
    optimizer: str = "adam"
    rate: float = 1e-3
    decay_steps: int | None = None
    momentum: float = 0.0
    clipnorm: float | None = None
    clipvalue: float | None = None
    metric: str = "accuracy"
    names: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done to the training data; the held-out part gets what a user's own code would have done to it too.

    Attributes:
        input_scale: Factor on all inputs, of both parts.
        column_scale: Factor on the first input column, of both parts.
        held_out_scale: Factor on the inputs of the held-out part alone.
        target_scale: Factor on the targets, of both parts.
        target_shift: Added to the targets after the factor, of both parts.
        wrong_labels: Share of the training labels that are another class's, or another row's target.
        misaligned: Rows by which the training labels are shifted against the inputs.
        lost_rows: Share of the training rows whose inputs are NaN.
        ordered: Whether the training rows stand in the order of their labels.
        kept_of_rare: Share of the rows kept of the upper half of the classes, in training only.
        kept: Share of the training rows that are kept.
        one_hot: Whether class labels are rows of zeros and a one.
    """

    input_scale: float = 1.0
    column_scale: float = 1.0
    held_out_scale: float = 1.0
    target_scale: float = 1.0
    target_shift: float = 0.0
    wrong_labels: float = 0.0
    misaligned: int = 0
    lost_rows: float = 0.0
    ordered: bool = False
    kept_of_rare: float = 1.0
    kept: float = 1.0
    one_hot: bool = False


@dataclass(frozen=True, slots=True)
class Fitting:
    """The keywords of `fit`.

    Attributes:
        epochs: Passes over the data.
        batch_size: Samples in a step.
        shuffle: Whether rows are drawn anew each epoch.
        callbacks: Callbacks as a config writes them.
    """

    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    callbacks: tuple[dict[str, Any], ...] = ()

    def keywords(self) -> dict[str, Any]:
        """As a config's `fit` section."""
        written: dict[str, Any] = {"epochs": self.epochs, "batch_size": self.batch_size, "shuffle": self.shuffle}
        return written | ({"callbacks": [dict(callback) for callback in self.callbacks]} if self.callbacks else {})


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of it.

    Attributes:
        plan: The model.
        fitting: How it is fitted.
        damage: What was done to the data.
        streamed: Whether the data comes as a `tf.data.Dataset`.
    """

    plan: Plan
    fitting: Fitting
    damage: Damage = field(default_factory=Damage)
    streamed: bool = False

    def model_args(self) -> dict[str, Any]:
        """What `factories.build_model` is called with: only what differs from the defaults."""
        return _said(self.plan, Plan(self.plan.architecture, self.plan.dataset), {"architecture", "dataset"})

    def data_args(self) -> dict[str, Any]:
        """What `factories.load_data` is called with."""
        args: dict[str, Any] = {"dataset": self.plan.dataset, **_said(self.damage, Damage(), set())}
        if self.streamed:
            args |= {"batch_size": self.fitting.batch_size, "shuffle": self.fitting.shuffle}
        return args

    def fit_args(self) -> dict[str, Any]:
        """The config's `fit` section; a dataset brings its batches and its order along."""
        return {
            key: value
            for key, value in self.fitting.keywords().items()
            if not (self.streamed and key in ("batch_size", "shuffle"))
        }


def _said(value: Any, usual: Any, always: set[str]) -> dict[str, Any]:
    """The fields that are not as usual, as plain data that survives JSON."""
    ordinary = asdict(usual)
    return {
        key: list(entry) if isinstance(entry, tuple) else entry
        for key, entry in asdict(value).items()
        if key in always or entry != ordinary[key]
    }
