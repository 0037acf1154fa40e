"""Where a finding points: the user's line that wrote what it is about, by what is known of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.finding import Cause, Finding, Where


def layer_where(facts: Facts, *paths: str) -> tuple[Where, ...]:
    """Layers, each with the line that created it, or the model's factory where that was not seen.

    Args:
        facts: Of the subject.
        paths: `LayerFacts.path` of each.
    """
    layers = (facts.layer(path) for path in paths)
    places = ((layer.place if layer is not None else None) or facts.place for layer in layers)
    return tuple(Where(path, place) for path, place in zip(paths, places, strict=True))


def model_where(facts: Facts) -> tuple[Where, ...]:
    """The model's factory, or the config's key that names its file.

    Args:
        facts: Of the subject.
    """
    return _at(facts.place)


def data_where(facts: Facts) -> tuple[Where, ...]:
    """The data's factory, or the config's key that names the files.

    Args:
        facts: Of the subject.
    """
    return _at(facts.data.place)


def optimizer_where(facts: Facts) -> tuple[Where, ...]:
    """The line that created the compiled optimizer; the model's factory where that was not seen.

    Args:
        facts: Of the subject.
    """
    return _at(*(optimizer.place for optimizer in facts.recipe.optimizers[:1])) or model_where(facts)


def loss_where(facts: Facts, output: str | None = None) -> tuple[Where, ...]:
    """The lines that set the losses; the model's factory where that was not seen.

    Args:
        facts: Of the subject.
        output: Only the loss of this output; of all where None.
    """
    losses = [each.loss for each in facts.outputs if output in (None, each.name) and each.loss is not None]
    return _at(*(loss.place for loss in losses)) or model_where(facts)


def recipe_where(facts: Facts, *keys: str) -> tuple[Where, ...]:
    """The config's lines of these keys of `fit:`; the line of `fit:` itself where none of them is written.

    Args:
        facts: Of the subject.
        keys: Names in the config's `fit:` section ("batch_size").

    Returns:
        Without a `fit:` section, the config's first line: there it has to be added. Empty where there is no config file.
    """
    written = facts.config_places
    found = _at(*(written.get(f"fit.{key}") for key in keys)) or _at(written.get("fit"))
    return found or _at(min(written.values(), key=lambda place: place.line, default=None))


def key_where(facts: Facts, *keys: str) -> tuple[Where, ...]:
    """The config's line of the first of these keys that is written; the data's factory where none is.

    Args:
        facts: Of the subject.
        keys: Dotted paths ("fit.shuffle").
    """
    return _at(next((facts.config_places[key] for key in keys if key in facts.config_places), None)) or data_where(facts)


def callback_where(facts: Facts, *kinds: str) -> tuple[Where, ...]:
    """The lines that created these callbacks; the config's line of `fit.callbacks` where that was not seen.

    Args:
        facts: Of the subject.
        kinds: `CallbackFacts.kind` of each; all callbacks where none is named.
    """
    callbacks = [callback for callback in facts.recipe.callbacks if not kinds or callback.kind in kinds]
    return _at(*(callback.place for callback in callbacks)) or recipe_where(facts, "callbacks")


def layers_where(facts: Facts, *kinds: str) -> tuple[Where, ...]:
    """The layers of these classes; the model's factory where there is none.

    Args:
        facts: Of the subject.
        kinds: `LayerFacts.kind`.
    """
    return layer_where(facts, *(layer.path for layer in facts.layers if layer.kind in kinds)) or model_where(facts)


def heads_where(facts: Facts) -> tuple[Where, ...]:
    """The layers that hold the outputs' activations; the model's factory where they could not be told.

    Args:
        facts: Of the subject.
    """
    return layer_where(facts, *(output.layer for output in facts.outputs if output.layer)) or model_where(facts)


def located(finding: Finding, facts: Facts) -> Finding:
    """A finding that says where to look in the user's files.

    Rules name what they know: layers, above all. To these comes the line that sets what is at fault, if that is another: the
    loss beside the layer that does not fit it, the data beside the layer that reads them. Entries whose place was not seen get
    the model's. This is for findings that are merged already: two of one cause are one if either leaves open where it is.

    Args:
        finding: Of any rule.
        facts: Of the subject.
    """
    named = tuple(Where(entry.layer, entry.place or facts.place) for entry in finding.where)
    set_at = cause_where(facts, finding.cause)
    if named:
        seen = {facts.place, *(entry.place for entry in named)}
        set_at = tuple(entry for entry in set_at if entry.layer is None and entry.place not in seen)
    in_order = (*set_at, *named) if finding.cause in _SET_FIRST else (*named, *set_at)
    return replace(finding, where=tuple(dict.fromkeys(in_order)))


def cause_where(facts: Facts, cause: Cause) -> tuple[Where, ...]:
    """Where one would begin to look for a cause, for findings that know no better.

    Args:
        facts: Of the subject.
        cause: What is at fault.

    Returns:
        At least one place, unless no file of the user's and no config was seen.
    """
    return _OF_CAUSE[cause](facts) or data_where(facts) or model_where(facts) or recipe_where(facts)


_SET_FIRST = (Cause.LOSS_FUNCTION, Cause.METRIC)
"""Causes of which the line that sets them tells more than a layer."""


def _at(*places: Place | None) -> tuple[Where, ...]:
    return tuple(Where(place=place) for place in dict.fromkeys(places) if place is not None)


def _batch_size_where(facts: Facts) -> tuple[Where, ...]:
    """Batches are made by `fit`, or by the user's own pipeline."""
    batched = "fit.batch_size" not in facts.config_places and facts.data.kind in ("tf.data", "PyDataset", "generator")
    return data_where(facts) if batched else recipe_where(facts, "batch_size")


def _order_where(facts: Facts) -> tuple[Where, ...]:
    return recipe_where(facts, "shuffle") if "fit.shuffle" in facts.config_places else data_where(facts)


def _rate_where(facts: Facts) -> tuple[Where, ...]:
    scheduling = [each.kind for each in facts.recipe.callbacks if each.kind in ("LearningRateScheduler", "ReduceLROnPlateau")]
    by_callback = callback_where(facts, *scheduling) if scheduling else ()
    return (*(optimizer_where(facts) if not by_callback or facts.recipe.optimizers[0].schedule else ()), *by_callback)


def _validation_where(facts: Facts) -> tuple[Where, ...]:
    return recipe_where(facts, "validation_split") if facts.data.validation_source == "validation_split" else data_where(facts)


def _augmentation_where(facts: Facts) -> tuple[Where, ...]:
    random_layers = [layer.path for layer in facts.layers if layer.kind.startswith("Random")]
    return layer_where(facts, *random_layers) or data_where(facts)


def _of_layers(*kinds: str) -> Callable[[Facts], tuple[Where, ...]]:
    return lambda facts: layers_where(facts, *kinds)


def _each(
    causes: Iterable[Cause], where: Callable[[Facts], tuple[Where, ...]]
) -> dict[Cause, Callable[[Facts], tuple[Where, ...]]]:
    return dict.fromkeys(causes, where)


_OF_CAUSE: dict[Cause, Callable[[Facts], tuple[Where, ...]]] = {
    **_each(
        (
            Cause.INPUT_SCALE,
            Cause.TARGET_SCALE,
            Cause.BAD_VALUES,
            Cause.LABELS,
            Cause.LABEL_NOISE,
            Cause.LEAKAGE,
            Cause.CLASS_IMBALANCE,
        ),
        data_where,
    ),
    **_each(
        (
            Cause.HIDDEN_ACTIVATION,
            Cause.MISSING_BIAS,
            Cause.CAPACITY_LOW,
            Cause.CAPACITY_HIGH,
            Cause.FROZEN_LAYERS,
            Cause.TRANSLATION_SENSITIVITY,
            Cause.ARCHITECTURE,
            Cause.CUSTOM_CODE,
            Cause.INITIALIZER,
            Cause.REGULARIZATION,
            Cause.VALUE_CLIPPING,
        ),
        model_where,
    ),
    **_each((Cause.OPTIMIZER, Cause.LEARNING_RATE_HIGH, Cause.LEARNING_RATE_LOW, Cause.GRADIENT_CLIPPING), optimizer_where),
    **_each((Cause.OUTPUT_ACTIVATION, Cause.OUTPUT_UNITS), heads_where),
    **_each((Cause.BATCH_SIZE_SMALL, Cause.BATCH_SIZE_LARGE), _batch_size_where),
    **_each((Cause.LOSS_FUNCTION, Cause.LOGITS_MISMATCH, Cause.METRIC), loss_where),
    Cause.RESHAPE: _of_layers("Reshape", "Permute", "Flatten"),
    Cause.DROPOUT: _of_layers("Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D"),
    Cause.BATCH_NORM: _of_layers("BatchNormalization"),
    Cause.AUGMENTATION: _augmentation_where,
    Cause.NOT_SHUFFLED: _order_where,
    Cause.TRAIN_VAL_MISMATCH: _validation_where,
    Cause.LR_SCHEDULE: _rate_where,
    Cause.EPOCHS: lambda facts: recipe_where(facts, "epochs"),
    Cause.CHECKPOINT: callback_where,
}
"""A model's `compile` sets its metrics, too, so their place is that of the loss."""
