"""Builders of synthetic evidence: a healthy ten-class subject by default, each detail to be overridden by name.

The default subject: 1,000 rows of 20 standardised features, class ids 0 to 9, Dense(64, relu) and Dense(10, softmax),
sparse categorical cross-entropy, Adam at 1e-3, batch size 32, 10 epochs.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dnndoctor.evidence.data_facts import ArrayFacts, DataFacts, TargetFacts
from dnndoctor.evidence.facts import (
    CallbackFacts,
    EngineFacts,
    Facts,
    LayerFacts,
    LossFacts,
    OptimizerFacts,
    OutputFacts,
    Place,
    RecipeFacts,
    WeightFacts,
)
from dnndoctor.evidence.outcome import (
    FirstNonFinite,
    LayerCurve,
    Outcome,
    OutputScore,
    Score,
    Scores,
    State,
)
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Settings


def array(name: str = "x", **details: Any) -> ArrayFacts:
    """Plain facts of an array; by default 1,000 rows of 20 standardised float features."""
    standardised = ArrayFacts(
        name=name,
        rows=1000,
        shape=(20,),
        dtype="float32",
        minimum=-3.5,
        maximum=3.5,
        mean=0.0,
        std=1.0,
        nan_count=0,
        inf_count=0,
        first_bad_row=None,
        integer_valued=False,
        distinct=1001,
        zero_share=0.0,
        feature_std_minimum=0.9,
        feature_std_maximum=1.1,
        feature_mean_maximum=0.1,
        constant_features=0,
        features=20,
    )
    return replace(standardised, **details)


def target(encoding: str = "class_ids", classes: int | None = None, output: str = "output", **details: Any) -> TargetFacts:
    """Targets of one output in that encoding, with evenly distributed classes.

    Args:
        encoding: See `TargetFacts.encoding`.
        classes: How many; by default 10, 2 for binary encodings, 6 tags for multi-hot, None for numbers.
        output: The output they belong to.
        details: Of `TargetFacts`, and of its array as `array={"maximum": 3.0}`.
    """
    array_details: dict[str, Any] = {"shape": (), "features": 1, "feature_std_minimum": math.nan, "feature_std_maximum": math.nan}
    constants: tuple[float | None, float | None]
    count: int | None
    match encoding:
        case "class_ids" | "one_hot" | "probabilities":
            count = classes or 10
            task, shares = "multiclass", (1 / count,) * count
            constants = (1 - 1 / count, math.log(count))
            if encoding == "class_ids":
                ids = {"dtype": "int64", "minimum": 0.0, "maximum": count - 1.0, "mean": (count - 1) / 2, "std": count / 3.46}
                array_details |= ids | {"integer_valued": True, "distinct": count, "zero_share": 1 / count}
            else:
                rows = {"minimum": 0.0, "maximum": 1.0, "mean": 1 / count, "std": 0.3, "shape": (count,), "features": count}
                array_details |= rows | {"integer_valued": encoding == "one_hot", "distinct": 2, "zero_share": 1 - 1 / count}
        case "multi_hot":
            count = classes or 6
            task, shares, constants = "multilabel", (0.4,) * count, (0.4, 0.673)
            rows = {"minimum": 0.0, "maximum": 1.0, "mean": 0.4, "std": 0.49, "shape": (count,), "features": count}
            array_details |= rows | {"integer_valued": True, "distinct": 2, "zero_share": 0.6}
        case "binary" | "signed_binary":
            count = 2
            task, shares, constants = "binary", (0.5, 0.5), (0.5, math.log(2))
            low = 0.0 if encoding == "binary" else -1.0
            halves = {"minimum": low, "maximum": 1.0, "mean": (low + 1) / 2, "std": (1 - low) / 2, "integer_valued": True}
            array_details |= halves | {"distinct": 2, "zero_share": 0.5 if encoding == "binary" else 0.0}
        case "continuous":
            count = None
            task, shares, constants = "regression", (), (1.0, 1.0)
        case _:
            count, task, shares, constants = classes, "unknown", (), (None, None)
    array_details |= details.pop("array", {})
    targets = TargetFacts(
        output=output,
        array=array("y", **array_details),
        encoding=encoding,
        task=task,
        classes=count,
        class_shares=shares,
        constant_error=constants[0],
        loss_floor=0.0,
        constant_loss=constants[1],
    )
    return replace(targets, **details)


def keras_loss(name: str = "sparse_categorical_crossentropy", **details: Any) -> LossFacts:
    """A loss of Keras' own; cross-entropies take probabilities unless `from_logits` says otherwise."""
    takes_logits = name.endswith("crossentropy")
    return replace(
        LossFacts(name, built_in=True, from_logits=False if takes_logits else None, reduction="sum_over_batch_size"), **details
    )


def output(
    activation: str | None = "softmax",
    units: int = 10,
    loss: LossFacts | str | None = "sparse_categorical_crossentropy",
    **details: Any,
) -> OutputFacts:
    """An output with that head.

    Args:
        activation: See `OutputFacts.activation`.
        units: Width of its last axis.
        loss: Its loss or the name of one of Keras' own.
        details: Of `OutputFacts`.
    """
    loss_facts = keras_loss(loss) if isinstance(loss, str) else loss
    head = OutputFacts(
        name="output",
        shape=(units,),
        dtype="float32",
        activation=activation,
        activation_behind=None,
        layer="head",
        loss=loss_facts,
    )
    return replace(head, **details)


def weight(name: str = "kernel", shape: tuple[int, ...] = (64, 64), **details: Any) -> WeightFacts:
    """A freshly drawn Glorot kernel."""
    kernel = WeightFacts(
        name=name,
        shape=shape,
        initializer="GlorotUniform",
        mean=0.0,
        std=0.1,
        minimum=-0.2,
        maximum=0.2,
        zero_share=0.0,
        nonfinite=0,
        trainable=True,
    )
    return replace(kernel, **details)


def layer(path: str = "dense", kind: str = "Dense", **details: Any) -> LayerFacts:
    """A layer; by default Dense(64, activation="relu") at train.py:10."""
    dense = LayerFacts(
        path=path,
        kind=kind,
        built_in=True,
        activation="relu",
        units=64,
        use_bias=True,
        output_shape=(64,),
        parameters=4160,
        trainable=True,
        weights=(weight(), weight("bias", (64,), initializer="Zeros", std=0.0, minimum=0.0, maximum=0.0, zero_share=1.0)),
        place=Place("train.py", 10),
    )
    return replace(dense, **details)


def head_layer(head: OutputFacts) -> LayerFacts:
    """The Dense layer at train.py:20 that holds the head's activation."""
    return layer(
        head.layer or "head",
        activation=head.activation,
        units=head.shape[-1] if head.shape else None,
        place=Place("train.py", 20),
    )


def optimizer(kind: str = "Adam", learning_rate: float = 1e-3, **details: Any) -> OptimizerFacts:
    """An optimizer with a constant rate and no clipping."""
    return replace(OptimizerFacts(kind, learning_rate), **details)


def callback(kind: str, treatment: str = "at epoch ends", **settings: str | int | float | bool | None) -> CallbackFacts:
    """A callback and its settings."""
    return CallbackFacts(kind, settings, treatment)


def facts(
    outputs: Sequence[OutputFacts] | None = None,
    targets: Sequence[TargetFacts] | None = None,
    inputs: Sequence[ArrayFacts] | None = None,
    layers: Sequence[LayerFacts] | None = None,
    recipe: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    engine: Mapping[str, Any] | None = None,
    **details: Any,
) -> Facts:
    """Facts of a subject; see the module for the default one.

    Args:
        outputs: The heads.
        targets: Their targets, each named for its output by the caller.
        inputs: The input arrays.
        layers: All layers; by default one hidden layer and the heads'.
        recipe: Details of `RecipeFacts`.
        data: Details of `DataFacts`.
        engine: Details of `EngineFacts`.
        details: Of `Facts`.
    """
    heads = tuple(outputs) if outputs is not None else (output(),)
    recipe_facts = RecipeFacts((optimizer(),), batch_size=32, epochs=10, steps_per_epoch=32, shuffle=True)
    data_facts = DataFacts(
        kind="numpy",
        rows_total=1000,
        rows_sampled=1000,
        validation_rows=0,
        validation_source="none",
        inputs=tuple(inputs) if inputs is not None else (array(),),
        targets=tuple(targets) if targets is not None else (target(),),
    )
    engine_facts = EngineFacts("replicas", "", 0.001, 0.5, replicas=2, self_seeded=False, repeatable=True)
    subject = Facts(
        model_name="sequential",
        model_kind="Sequential",
        parameters=5000,
        layers=tuple(layers) if layers is not None else (layer(), *(head_layer(head) for head in heads)),
        outputs=heads,
        recipe=replace(recipe_facts, **(recipe or {})),
        data=replace(data_facts, **(data or {})),
        engine=replace(engine_facts, **(engine or {})),
        fingerprint="0123456789abcdef",
    )
    return replace(subject, **details)


def output_score(skill: float | None = None, **details: Any) -> OutputScore:
    """Scores of one output whose raw predictions are those of a fresh ten-class softmax."""
    fresh = OutputScore(
        error=None if skill is None else 1 - skill,
        skill=skill,
        minimum=0.02,
        maximum=0.4,
        mean=0.1,
        std=0.05,
        nonfinite=0,
        varies=0.3,
        outside_unit=0.0,
    )
    return replace(fresh, **details)


def score(loss: float = 2.3, skill: float | None = 0.0, outputs: Mapping[str, OutputScore] | None = None) -> Score:
    """One evaluation; `skill` is that of the only output unless `outputs` are given."""
    return Score(loss, outputs=outputs if outputs is not None else {"output": output_score(skill)})


def curve(path: str = "dense", gradient_norm: Iterable[float] = (1.0, 1.0, 1.0), **details: Any) -> LayerCurve:
    """What one layer did at the recorded steps."""
    norms = tuple(gradient_norm)
    steady = LayerCurve(path, norms, (1e-3,) * len(norms), (1.0,) * len(norms), (0.0,) * len(norms))
    return replace(steady, **details)


def outcome(trial: Trial | None = None, losses: Iterable[float] = (2.3, 2.2, 2.1), **details: Any) -> Outcome:
    """What came of a trial: finished, with these losses, and gradient norm 1 at each step.

    Args:
        trial: As asked for; by default as many steps of the user's own recipe as there are losses.
        losses: Of each step.
        details: Of `Outcome`.
    """
    curve_of_losses = tuple(losses)
    steps = len(curve_of_losses)
    finished = Outcome(
        trial=trial or Trial(steps=steps),
        state=State.FINISHED,
        path="replicas",
        batch_size=32,
        steps_run=steps,
        losses=curve_of_losses,
        gradient_norm=(1.0,) * steps,
        update_ratio=(1e-3,) * steps,
        scores=Scores(start=score(curve_of_losses[0] if curve_of_losses else math.nan)),
    )
    return replace(finished, **details)


def nonfinite(step: int = 1, where: str = "loss", layer: str | None = None) -> FirstNonFinite:
    """The first value that was NaN or infinite."""
    return FirstNonFinite(step, where, layer)


def evidence(
    subject: Facts | None = None,
    observations: Mapping[str, object] | None = None,
    outcomes: Iterable[Outcome] = (),
    **settings: Any,
) -> Evidence:
    """Evidence as rules judge it.

    Args:
        subject: Its facts; the default one where None.
        observations: By the experiment's name.
        outcomes: Of trials, from which the mapping by id is made.
        settings: Details of `Settings`.
    """
    return Evidence(
        facts=facts() if subject is None else subject,
        settings=replace(Settings(), **settings),
        observations=observations or {},
        outcomes={outcome.trial.id: outcome for outcome in outcomes},
    )
