"""From the recorded numbers of all steps to the curves of an outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dnndoctor.evidence.outcome import FirstNonFinite, LayerCurve
from dnndoctor.subject.engine.recording import Column


def curves(columns: Sequence[Column], records: np.ndarray[Any, Any], layer_order: Sequence[str]) -> dict[str, Any]:
    """The recorded curves as the fields of an `Outcome`.

    Args:
        columns: Of the records.
        records: (steps, columns).
        layer_order: Paths of the layers, in the order to list them.
    """
    by_what: dict[str, dict[str, np.ndarray[Any, Any]]] = {}
    for number, column in enumerate(columns):
        by_what.setdefault(column.what, {})[column.name] = records[:, number].astype(np.float64)
    gradient, update, weight = (by_what.get(what, {}) for what in ("gradient", "update", "weight"))
    rms, zeros = by_what.get("activation_rms", {}), by_what.get("activation_zero_share", {})
    layers = []
    for path in layer_order:
        moved = path in update and bool((weight[path] > 0).any() | ~np.isfinite(weight[path]).all())
        curve = LayerCurve(
            path,
            gradient_norm=_plain(gradient.get(path)),
            update_ratio=_plain(_ratio(update[path], weight[path])) if moved else (),
            activation_rms=_plain(rms.get(path)),
            activation_zero_share=_plain(zeros.get(path)),
        )
        if path in update or path in rms:
            layers.append(curve)
    return {
        "losses": _plain(by_what["loss"][""]),
        "gradient_norm": _plain(_together(gradient)),
        "update_ratio": _plain(_ratio(_together(update), _together(weight))) if update else (),
        "layers": tuple(layers),
    }


def first_nonfinite(
    columns: Sequence[Column], records: np.ndarray[Any, Any], layer_order: Sequence[str], *, scaled: bool, has_loss: bool
) -> FirstNonFinite | None:
    """The first value that was not finite: of the earliest step, in the order activation, loss, gradient, weights.

    Args:
        columns: Of the records.
        records: (steps, columns).
        layer_order: Paths of the layers in the order of the forward pass.
        scaled: Whether a LossScaleOptimizer works: its gradients overflow now and then by design, and the step is skipped.
        has_loss: Whether the step reports a loss.
    """
    stages = {"activation_rms": 0, "loss": 1, "gradient": 2, "update": 3}
    words = ("activation", "loss", "gradient", "weights")
    watched = [
        (number, column, stages[column.what])
        for number, column in enumerate(columns)
        if column.what in stages and not (scaled and column.what == "gradient") and (has_loss or column.what != "loss")
    ]
    bad = ~np.isfinite(records[:, [number for number, _, _ in watched]]) if watched else np.zeros((0, 0), bool)
    steps = np.flatnonzero(bad.any(axis=1))
    if not len(steps):
        return None
    rank = {path: place for place, path in enumerate(layer_order)}

    def place(column: Column, stage: int) -> tuple[int, int]:
        forward = rank.get(column.name, len(rank))
        return stage, -forward if stage == 2 else forward  # gradients arise from the last layer to the first

    step = int(steps[0])
    _, column, stage = min(
        (entry for entry, is_bad in zip(watched, bad[step], strict=True) if is_bad), key=lambda entry: place(entry[1], entry[2])
    )
    return FirstNonFinite(step, words[stage], column.name or None)


def _together(norms: Mapping[str, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any] | None:
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt(np.sum(np.square(list(norms.values())), axis=0))) if norms else None


def _ratio(update: Any, weight: Any) -> np.ndarray[Any, Any]:
    """Update over weight, 0 where the weights are all 0 and there is nothing to compare with."""
    with np.errstate(all="ignore"):
        return np.asarray(np.where(weight == 0, update * 0.0, update / np.where(weight == 0, 1.0, weight)))


def _plain(curve: np.ndarray[Any, Any] | None) -> tuple[float, ...]:
    return () if curve is None else tuple(curve.tolist())
