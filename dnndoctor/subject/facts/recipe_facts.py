"""Facts of the recipe: optimizers, schedules, callbacks, precision."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.facts import OptimizerFacts, Place, RecipeFacts
from dnndoctor.subject.callbacks import describe_callbacks
from dnndoctor.subject.facts.rate_facts import course_rates
from dnndoctor.subject.frames import shown_path
from dnndoctor.subject.model_source import Built


def recipe_facts(
    built: Built, config: LoadedConfig, callbacks: Sequence[Any], batch_size: int, steps: int | None, shuffle: bool | None
) -> RecipeFacts:
    """Facts of how the user trains.

    Args:
        built: The compiled model, and what was seen while it was made.
        config: What the user asked for.
        callbacks: The user's.
        batch_size: Rows a step.
        steps: Steps an epoch over the user's full data, None where not known.
        shuffle: Whether the order changes from epoch to epoch, None where not known.
    """
    model = built.model
    return RecipeFacts(
        optimizers=tuple(_optimizer(optimizer, config, built) for optimizer in optimizers_of(model)),
        batch_size=batch_size,
        epochs=config.config.fit.epochs,
        steps_per_epoch=steps,
        shuffle=shuffle,
        callbacks=describe_callbacks(callbacks),
        dtype_policy=_policy(model),
        run_eagerly=bool(model.run_eagerly),
        jit_compile=bool(model.jit_compile),
        custom_train_step=type(model).train_step is not keras.Model.train_step,
        class_weighted=config.config.fit.class_weight is not None,
        rates=course_rates(model.optimizer, callbacks, config.config.fit.epochs, steps),
    )


def optimizers_of(model: keras.Model) -> list[Any]:
    """The compiled optimizer, then those that the model holds besides, as GANs do.

    Args:
        model: Compiled.
    """
    held = [value for value in vars(model).values() if isinstance(value, keras.optimizers.Optimizer)]
    found: list[Any] = [model.optimizer] if isinstance(model.optimizer, keras.optimizers.Optimizer) else []
    return found + [optimizer for optimizer in held if all(optimizer is not other for other in found)]


def _optimizer(optimizer: Any, config: LoadedConfig, built: Built) -> OptimizerFacts:
    compiled = optimizer is built.model.optimizer
    while isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    rate = getattr(optimizer, "_learning_rate", None)  # the schedule itself; the public attribute is its current value
    schedule = rate if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule) else None
    line = config.lines.get("compile.optimizer") if compiled and config.config.compile.optimizer is not None else None
    return OptimizerFacts(
        kind=type(optimizer).__name__,
        learning_rate=float(
            np.asarray(keras.ops.convert_to_numpy(schedule(0) if schedule is not None else optimizer.learning_rate))
        ),
        schedule=None if schedule is None else type(schedule).__name__,
        schedule_settings={} if schedule is None else _scalars(schedule),
        momentum=_number(getattr(optimizer, "momentum", None)),
        clipnorm=_number(optimizer.clipnorm),
        clipvalue=_number(optimizer.clipvalue),
        global_clipnorm=_number(optimizer.global_clipnorm),
        weight_decay=_number(optimizer.weight_decay),
        place=built.creation.place(optimizer) if line is None else Place(shown_path(config.file, config.folder), line),
    )


def _scalars(schedule: Any) -> dict[str, str | int | float | bool | None]:
    try:
        settings = schedule.get_config()
    except NotImplementedError:  # a schedule of the user's own that does not say what it was made with
        settings = {name: value for name, value in vars(schedule).items() if not name.startswith("_")}
    return {
        name: value if value is None or isinstance(value, str | int | float | bool) else str(value)
        for name, value in settings.items()
        if name != "name"
    }


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _policy(model: keras.Model) -> str:
    """The model's policy, or the one that its layers have where the model itself was left at the default."""
    own = str(model.dtype_policy.name)
    inner = {str(layer.dtype_policy.name) for layer in model.layers if layer.weights}
    return inner.pop() if own == "float32" and len(inner) == 1 else own
