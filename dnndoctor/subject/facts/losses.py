"""Losses and metrics of a compiled model by output, under Keras' own names."""

import inspect
import re
from functools import partial
from typing import Any

import keras

from dnndoctor.evidence.facts import LossFacts


def loss_facts(loss: Any, weight: float | None) -> LossFacts:
    """Facts of one loss.

    Args:
        loss: A resolved loss, as the built model holds it.
        weight: Its entry in `loss_weights`, None where there is none.
    """
    function = getattr(loss, "fn", None)
    while isinstance(function, partial):
        function = function.func
    settings = dict(getattr(loss, "_fn_kwargs", None) or {})
    built_in = is_keras(type(loss)) and (function is None or is_keras(function))
    if function is not None and built_in:
        name = function.__name__
        defaults = {key: parameter.default for key, parameter in inspect.signature(function).parameters.items()}
        settings = {**defaults, **settings}
    elif function is not None and is_keras(type(loss)):
        name = getattr(function, "__name__", type(function).__name__)
        inner = getattr(loss.fn, "keywords", {}) if isinstance(loss.fn, partial) else {}
        settings = {**settings, **inner}
    else:
        name = snake(type(loss).__name__) if built_in else type(loss).__name__
        settings = {**{key: getattr(loss, key) for key in ("from_logits", "label_smoothing") if hasattr(loss, key)}, **settings}
    from_logits = settings.get("from_logits")
    smoothing = settings.get("label_smoothing")
    return LossFacts(
        name=name,
        built_in=built_in,
        from_logits=bool(from_logits) if isinstance(from_logits, bool | int) else None,
        label_smoothing=float(smoothing) if isinstance(smoothing, int | float) else 0.0,
        reduction=str(loss.reduction) if getattr(loss, "reduction", None) is not None else None,
        weight=1.0 if weight is None else float(weight),
    )


def is_plain(loss: Any) -> bool:
    """Whether the settings of one of Keras' losses that `LossFacts` does not hold are its defaults.

    Args:
        loss: A resolved loss.
    """
    function = getattr(loss, "fn", None)
    if function is None or not is_keras(function):
        return False
    given = {
        key: value
        for key, value in (getattr(loss, "_fn_kwargs", None) or {}).items()
        if key not in {"from_logits", "label_smoothing"}
    }
    parameters = inspect.signature(function).parameters
    return all(key in parameters and parameters[key].default == value for key, value in given.items())


def losses_by_output(model: keras.Model, outputs: Any) -> list[Any]:
    """The resolved loss of every output, in Keras' order.

    Args:
        model: Its losses built.
        outputs: What the model returns (structure only).

    Returns:
        Keras' record with `loss` and `loss_weights`, None for an output without a loss or whose loss is of several outputs.
    """
    compiled = getattr(model, "_compile_loss", None)  # where Keras keeps the losses it resolved; there is no public reader
    flat = [path for path, _ in keras.tree.flatten_with_path(outputs)]
    if compiled is None or not compiled.built:
        return [None] * len(flat)
    names = list(getattr(model, "output_names", None) or [])
    found: list[Any] = [None] * len(flat)
    for entry in compiled._flat_losses:
        position = _position(tuple(entry.path), flat, names)
        if position is not None and found[position] is None:
            found[position] = entry
    return found


def metrics_by_output(model: keras.Model, count: int) -> list[tuple[str, ...]]:
    """Names of the metrics of every output as Keras resolved them, in Keras' order.

    Args:
        model: Its metrics built.
        count: Number of outputs.
    """
    compiled = getattr(model, "_compile_metrics", None)
    found: list[list[str]] = [[] for _ in range(count)]
    if compiled is not None and compiled.built:
        for lists in (compiled._flat_metrics, compiled._flat_weighted_metrics):
            for position, metrics in enumerate(lists[:count]):
                found[position] += [metric_name(metric) for metric in (metrics.metrics if metrics else [])]
    return [tuple(names) for names in found]


def metric_name(metric: Any) -> str:
    """Keras' own name of a metric, whatever the user calls it; the name of the user's function or class for their own.

    Args:
        metric: A metric object.
    """
    function = getattr(metric, "_fn", None)
    if function is not None:
        return str(getattr(function, "__name__", type(function).__name__))
    return snake(type(metric).__name__) if is_keras(type(metric)) else type(metric).__name__


def is_keras(thing: Any) -> bool:
    """Whether a class or function is Keras' own.

    Args:
        thing: A class or function.
    """
    return (getattr(thing, "__module__", "") or "").split(".")[0] == "keras"


def snake(name: str) -> str:
    """A class name in Keras' snake case ("MeanSquaredError" -> "mean_squared_error", "AUC" -> "auc").

    Args:
        name: The class name.
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _position(path: tuple[Any, ...], flat: list[tuple[Any, ...]], names: list[str]) -> int | None:
    if path in flat:
        return flat.index(path)
    if len(path) == 1 and path[0] in names and len(names) == len(flat):
        return names.index(path[0])
    return 0 if not path and len(flat) == 1 else None
