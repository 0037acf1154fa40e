"""Facts: what can be said of the user's model, recipe and data without training."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dnndoctor.evidence.call_facts import CallFacts
from dnndoctor.evidence.data_facts import DataFacts
from dnndoctor.evidence.place import Place as Place  # what facts are made of is read from here
from dnndoctor.evidence.save_facts import SaveFacts


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """One variable of a layer, as it stands before any training.

    Attributes:
        name: The variable's name in its layer ("kernel").
        shape: Its shape.
        initializer: Class name of its initializer, None where it has none that Keras knows of.
        mean, std, minimum, maximum: Moments and range of the finite values; NaN where there are none.
        zero_share: Share of values that are exactly zero, 0 to 1.
        nonfinite: How many values are NaN or infinite.
        trainable: Whether the optimizer updates it.
        constraint: Class name of what bounds its values after every step, None where nothing does.
        loaded: Whether the factory loads or assigns its values, the same ones for every seed.
    """

    name: str
    shape: tuple[int, ...]
    initializer: str | None
    mean: float
    std: float
    minimum: float
    maximum: float
    zero_share: float
    nonfinite: int
    trainable: bool
    constraint: str | None = None
    loaded: bool = False


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """One layer of the model; nested models are walked, and their own layers listed.

    Attributes:
        path: Names from the model down to the layer, joined by "/"; unique.
        kind: Class name ("Dense").
        built_in: Whether the class is Keras' own.
        activation: Name of the activation ("relu", "linear", "custom"); None where the layer has none to set.
        units: Width of the output (units, filters), None where it has none.
        use_bias: Whether it has a bias, None where it could not.
        output_shape: Without the batch axis; None entries are unknown sizes; None where it is not known at all.
        parameters: Number of values in its own variables.
        trainable: As the layer says.
        weights: Its own variables.
        place: Where the user created it, None where that was not seen.
        settings: Further scalar settings from the layer's config (rate, momentum, axis, strides, ...).
    """

    path: str
    kind: str
    built_in: bool
    activation: str | None
    units: int | None
    use_bias: bool | None
    output_shape: tuple[int | None, ...] | None
    parameters: int
    trainable: bool
    weights: tuple[WeightFacts, ...] = ()
    place: Place | None = None
    settings: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A place inside the model where values are cut off at bounds.

    Attributes:
        name: Path of the layer, or name of the operation.
        what: Its class ("ReLU", "Lambda", "Clip"), or the activation ("relu6").
        low, high: The bounds, None where there is none on that side.
        place: Where the user created the layer, None where that was not seen.
    """

    name: str
    what: str
    low: float | None
    high: float | None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class LossFacts:
    """The loss of one output.

    Attributes:
        name: Keras' own snake-case name where it is Keras' own, with aliases resolved ("mean_squared_error"),
            otherwise the name of the user's function or class.
        built_in: Whether it is Keras' own.
        from_logits: As set; None where the loss has no such setting.
        label_smoothing: As set, 0 where the loss has no such setting.
        reduction: "sum_over_batch_size", "sum", "mean", ...; None where unknown.
        weight: Its entry in `loss_weights`, 1 by default.
        place: Where the user created it (by name or function: where `compile` was called), or the config key that it comes from.
    """

    name: str
    built_in: bool
    from_logits: bool | None = None
    label_smoothing: float = 0.0
    reduction: str | None = None
    weight: float = 1.0
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """One output of the model.

    Attributes:
        name: Its name as Keras gives it.
        shape: Without the batch axis, None entries are unknown sizes.
        dtype: Its dtype.
        activation: The last activation on the way to this output, looked for behind layers that only move values
            (Reshape, Flatten, Permute, Activation("linear"), Dropout); "softmax", "sigmoid", "linear", "relu", "tanh",
            ..., "custom", or None where it could not be told (custom layers, subclassed models).
        activation_behind: Path of the moving layer that lies between the activation and the output, None where
            none does. Keras then no longer finds the logits.
        layer: Path of the layer that holds the activation, None where it could not be told.
        loss: Its loss; None where the loss is not attached to an output (custom `train_step`, `add_loss`).
        metrics: Names of its metrics as Keras resolved them ("sparse_categorical_accuracy"), in order.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    activation: str | None
    activation_behind: str | None
    layer: str | None
    loss: LossFacts | None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptimizerFacts:
    """One optimizer.

    Attributes:
        kind: Class name ("Adam").
        learning_rate: The rate at step 0.
        schedule: Class name of its schedule, None for a constant rate.
        schedule_settings: The schedule's config.
        momentum: As set, None where it has none.
        clipnorm, clipvalue, global_clipnorm, weight_decay: As set, None where not set.
        place: Where the user created it (by name: where `compile` was called), or the config key that it comes from.
    """

    kind: str
    learning_rate: float
    schedule: str | None = None
    schedule_settings: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    momentum: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    weight_decay: float | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class CallbackFacts:
    """One callback of the user's recipe, and what the doctor does with it.

    Attributes:
        kind: Class name.
        settings: Its scalar settings (monitor, mode, factor, patience, save_weights_only, ...).
        treatment: "per step" (a schedule turned into rates), "at epoch ends", "at chunk ends", "read, not run"
            (writers) or "not run".
        why: The reason where it is not run, else empty.
        place: Where the user created it, or the config key that it comes from.
    """

    kind: str
    settings: Mapping[str, str | int | float | bool | None]
    treatment: str
    why: str = ""
    place: Place | None = None

    @property
    def takes_part(self) -> bool:
        """Whether it acts in trials with callbacks."""
        return self.treatment in ("per step", "at epoch ends", "at chunk ends")


@dataclass(frozen=True, slots=True)
class RecipeFacts:
    """How the user trains.

    Attributes:
        optimizers: The compiled optimizer first; more where the model holds further ones.
        batch_size: Samples a step.
        epochs: Epochs asked for.
        steps_per_epoch: Optimizer steps an epoch of the user's full data; None where the data has no known end.
        shuffle: Whether the order changes from epoch to epoch, by `fit` or by the user's pipeline; None if unknown.
        callbacks: In order.
        dtype_policy: "float32", "mixed_float16", ...
        run_eagerly: As compiled.
        jit_compile: As compiled ("auto" resolved).
        custom_train_step: Whether the class overrides `train_step`.
        class_weighted: Whether class weights are used.
        rates: The compiled optimizer's rate as configured, by its schedule and by `LearningRateScheduler`, at 101 evenly
            spaced steps of the whole course, the first and the last among them; empty where that cannot be told. What
            callbacks do that hang on the training itself is not in it.
        saves: How the model is saved, by callbacks and by the user's source files.
    """

    optimizers: tuple[OptimizerFacts, ...]
    batch_size: int
    epochs: int
    steps_per_epoch: int | None
    shuffle: bool | None
    callbacks: tuple[CallbackFacts, ...] = ()
    dtype_policy: str = "float32"
    run_eagerly: bool = False
    jit_compile: bool = False
    custom_train_step: bool = False
    class_weighted: bool = False
    rates: tuple[float, ...] = ()
    saves: tuple[SaveFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """How the trials are run.

    Attributes:
        path: The way of the fallback chain that was chosen: "replicas", "loop", "step_function", "train_on_batch", "fit".
        why: Why the ways above it were not taken; empty for the first.
        step_seconds: Measured seconds a step at the user's batch size.
        first_call_seconds: Seconds that the trace and the first call took.
        replicas: How many trials run side by side.
        self_seeded: Whether the factory gives the same initial weights for every seed, so that the doctor
            draws them anew through the initializers.
        repeatable: Whether the graph holds nothing that cannot be reset (stateful random ops, Python state).
    """

    path: str
    why: str
    step_seconds: float
    first_call_seconds: float
    replicas: int
    self_seeded: bool
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of the subject before the first trial.

    Attributes:
        model_name: The model's name.
        model_kind: "Sequential", "Functional" or "subclassed".
        parameters: Number of trainable values.
        layers: In the order of the forward pass where it is known, else of creation.
        outputs: In the model's order.
        recipe, data, engine: See their classes.
        fingerprint: Hash of the config, the user's source files and the sample: same fingerprint, same trials.
        environment: Versions and devices ("tensorflow": "2.21.0", "keras": ..., "python": ..., "devices": "CPU x2").
        not_seen: What could not be examined, as (what, why).
        clips: Where values are cut off at bounds inside the model, as far as that was seen.
        calls: The forward pass in inference, in its order; empty where it could not be traced. See `evidence.topology`.
        place: Where the model's factory begins, or the config key that names its file.
        config_places: Where each key of the config is written, by its dotted path ("fit.batch_size").
    """

    model_name: str
    model_kind: str
    parameters: int
    layers: tuple[LayerFacts, ...]
    outputs: tuple[OutputFacts, ...]
    recipe: RecipeFacts
    data: DataFacts
    engine: EngineFacts
    fingerprint: str
    environment: Mapping[str, str] = field(default_factory=dict)
    not_seen: tuple[tuple[str, str], ...] = ()
    clips: tuple[ClipFacts, ...] = ()
    calls: tuple[CallFacts, ...] = ()
    place: Place | None = None
    config_places: Mapping[str, Place] = field(default_factory=dict)

    def layer(self, path: str | None) -> LayerFacts | None:
        """The layer of that path.

        Args:
            path: A `LayerFacts.path`, or None.

        Returns:
            The layer, None where there is no such layer.
        """
        return next((layer for layer in self.layers if layer.path == path), None)
