"""What a random search draws from: every kind of edit that remedies are made of, where it applies, with random parameters.

Scales are drawn log-uniformly where orders of magnitude are unknown. Edits that only break data for the sake of a measurement
(random labels, a teacher, zeroed inputs, another model) are left out, as they are of remedies.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dnndoctor.edits.hidden_layers import hidden_layers
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit

MOST = 3
"""Edits in a set: the longest prescriptions have three parts."""

OPTIMIZERS = ("Adam", "AdamW", "SGD", "RMSprop", "Nadam")
ACTIVATIONS = ("relu", "elu", "selu", "gelu", "silu", "tanh", "leaky_relu")
HEADS = ("linear", "sigmoid", "softmax")

Maker = Callable[[Facts, random.Random], Edit | None]
"""Draws an edit of one kind; None where the kind does not apply."""


def _plain(name: str, applies: Callable[[Facts], bool] = lambda _: True) -> Maker:
    return lambda facts, _rng: Edit(name) if applies(facts) else None


def _scaled(name: str, parameter: str, low: float, high: float) -> Maker:
    return lambda _facts, rng: Edit(name, {parameter: _between(rng, low, high)})


def _between(rng: random.Random, low: float, high: float) -> float:
    """Log-uniform, with three digits."""
    return float(f"{math.exp(rng.uniform(math.log(low), math.log(high))):.3g}")


def _has(*kinds: str) -> Callable[[Facts], bool]:
    return lambda facts: any(layer.kind in kinds for layer in facts.layers)


def _optimizer(_facts: Facts, rng: random.Random) -> Edit:
    kind = rng.choice(OPTIMIZERS)
    more = {"momentum": 0.9} if kind == "SGD" and rng.random() < 0.5 else {}
    return Edit("optimizer", {"class_name": kind, "learning_rate": _between(rng, 1e-5, 1.0), **more})


def _batch_size(facts: Facts, rng: random.Random) -> Edit | None:
    sizes = [2**power for power in range(3, 9) if 2**power <= facts.data.rows_sampled]
    return Edit("batch_size", {"size": rng.choice(sizes)}) if sizes else None


def _hidden_activation(facts: Facts, rng: random.Random) -> Edit | None:
    heads = {output.layer for output in facts.outputs}
    layers = [layer.path for layer in facts.layers if layer.activation is not None and layer.path not in heads]
    return Edit("hidden_activation", {"activation": rng.choice(ACTIVATIONS), "layers": ",".join(layers)}) if layers else None


def _output_activation(facts: Facts, rng: random.Random) -> Edit | None:
    if not facts.outputs:
        return None
    return Edit("output_activation", {"output": rng.choice(facts.outputs).name, "activation": rng.choice(HEADS)})


LOSSES: Mapping[str, Sequence[tuple[str, bool]]] = {
    "class_ids": (("sparse_categorical_crossentropy", False), ("sparse_categorical_crossentropy", True)),
    "one_hot": (("categorical_crossentropy", False), ("categorical_crossentropy", True), ("binary_crossentropy", False)),
    "multi_hot": (("binary_crossentropy", False), ("binary_crossentropy", True), ("mean_squared_error", False)),
    "binary": (("binary_crossentropy", False), ("binary_crossentropy", True), ("mean_squared_error", False)),
    "continuous": (("mean_squared_error", False), ("mean_absolute_error", False), ("huber", False)),
}
"""By the encoding of the targets: losses that take it, on logits or not."""


def _loss(facts: Facts, rng: random.Random) -> Edit | None:
    known = [target for target in facts.data.targets if target.encoding in LOSSES]
    if not known:
        return None
    target = rng.choice(known)
    name, logits = rng.choice(LOSSES[target.encoding])
    extra: dict[str, Any] = {"from_logits": logits} if "crossentropy" in name else {}
    return Edit("loss", {"output": target.output, "name": name, **extra})


def _two_phases(_facts: Facts, rng: random.Random) -> Edit:
    return Edit("two_phases", {"share": rng.choice((0.5, 0.7, 0.9)), "factor": _between(rng, 1e-3, 1.0)})


def _batch_norm_momentum(facts: Facts, rng: random.Random) -> Edit | None:
    return Edit("batch_norm_momentum", {"momentum": rng.choice((0.5, 0.8, 0.9))}) if _batch_normalised(facts) else None


_batch_normalised = _has("BatchNormalization")


def _scheduled(facts: Facts) -> bool:
    takes_part = any(callback.takes_part for callback in facts.recipe.callbacks)
    return takes_part or any(optimizer.schedule for optimizer in facts.recipe.optimizers)


def _stretched_schedule(facts: Facts, rng: random.Random) -> Edit | None:
    return Edit("stretched_schedule", {"factor": _between(rng, 2, 30)}) if _scheduled(facts) else None


def _add_biases(facts: Facts, _rng: random.Random) -> Edit | None:
    without = [layer.path for layer in facts.layers if layer.use_bias is False]
    return Edit("add_biases", {"layers": ",".join(without)}) if without else None


def _add_normalization(facts: Facts, rng: random.Random) -> Edit | None:
    layers = [layer.path for layer in hidden_layers(facts) if layer.kind in _AFFINE]
    return Edit("add_normalization", {"kind": rng.choice(("batch", "layer")), "layers": ",".join(layers)}) if layers else None


_AFFINE = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})


def _permute_for_reshape(facts: Facts, rng: random.Random) -> Edit | None:
    found = [layer for layer in facts.layers if layer.kind == "Reshape" and layer.output_shape and len(layer.output_shape) > 1]
    if not found:
        return None
    layer = rng.choice(found)
    axes = [str(axis) for axis in range(1, len(layer.output_shape or ()) + 1)]
    rng.shuffle(axes)
    return Edit("permute_for_reshape", {"layer": layer.path, "axes": ",".join(axes)})


def _shift_labels(facts: Facts, rng: random.Random) -> Edit | None:
    ids = any(target.encoding == "class_ids" for target in facts.data.targets)
    return Edit("shift_labels", {"by": rng.choice((-1, 1))}) if ids else None


def _transpose_inputs(facts: Facts, rng: random.Random) -> Edit | None:
    found = [array.shape for array in facts.data.inputs if len(array.shape) > 1]
    if not found:
        return None
    shape = rng.choice(found)
    axes = list(range(1, len(shape) + 1))
    rng.shuffle(axes)
    sizes = [shape[axes.index(axis)] for axis in sorted(axes)]  # so that the order gives the shape that the model is given
    return Edit("transpose_inputs", {"sizes": ",".join(map(str, sizes)), "axes": ",".join(map(str, axes))})


def _clipped(facts: Facts) -> bool:
    settings = [(each.clipnorm, each.clipvalue, each.global_clipnorm) for each in facts.recipe.optimizers]
    return any(value is not None for values in settings for value in values)


POOL: Mapping[str, Maker] = {
    "add_biases": _add_biases,
    "add_normalization": _add_normalization,
    "augmentation_off": _plain("augmentation_off", lambda facts: any(layer.kind.startswith("Random") for layer in facts.layers)),
    "batch_norm_momentum": _batch_norm_momentum,
    "batch_norm_off": _plain("batch_norm_off", _batch_normalised),
    "batch_size": _batch_size,
    "class_weights": _plain(
        "class_weights", lambda facts: any(target.task in ("binary", "multiclass") for target in facts.data.targets)
    ),
    "constant_rate": _plain("constant_rate", _scheduled),
    "depth": lambda facts, rng: Edit("depth", {"layers": rng.choice((1, 2))}) if hidden_layers(facts) else None,
    "dropout_off": _plain("dropout_off", lambda facts: any("rop" in layer.kind for layer in facts.layers)),
    "epochs": lambda _facts, rng: Edit("epochs", {"factor": float(rng.choice((2, 4)))}),
    "fill_missing": _plain("fill_missing", lambda facts: any(each.nan_count or each.inf_count for each in facts.data.inputs)),
    "gradient_clipping": _scaled("gradient_clipping", "global_clipnorm", 1e-1, 1e2),
    "gradient_clipping_off": _plain("gradient_clipping_off", _clipped),
    "hidden_activation": _hidden_activation,
    "learning_rate": _scaled("learning_rate", "factor", 1e-4, 1e4),
    "log_inputs": _plain("log_inputs"),
    "loss": _loss,
    "min_max_inputs": _plain("min_max_inputs"),
    "normalization_off": _plain("normalization_off", _has("Normalization")),
    "optimizer": _optimizer,
    "output_activation": _output_activation,
    "permute_for_reshape": _permute_for_reshape,
    "quantile_inputs": _plain("quantile_inputs"),
    "regularization_off": _plain("regularization_off"),
    "shift_labels": _shift_labels,
    "shuffle": _plain("shuffle", lambda facts: facts.recipe.shuffle is False),
    "squash_inputs": _scaled("squash_inputs", "scale", 1e-1, 1e3),
    "standardize_inputs": _plain("standardize_inputs"),
    "standardize_targets": _plain(
        "standardize_targets", lambda facts: any(target.encoding == "continuous" for target in facts.data.targets)
    ),
    "stretched_schedule": _stretched_schedule,
    "transpose_inputs": _transpose_inputs,
    "two_phases": _two_phases,
    "unfreeze": _plain("unfreeze", lambda facts: any(not layer.trainable for layer in facts.layers)),
    "value_clipping_off": _plain("value_clipping_off", lambda facts: bool(facts.clips)),
    "variance_scaled_init": _plain("variance_scaled_init"),
    "weight_constraints_off": _plain(
        "weight_constraints_off",
        lambda facts: any(
            value is not None for layer in facts.layers for name, value in layer.settings.items() if "onstr" in name
        ),
    ),
    "weight_decay_off": _plain("weight_decay_off", lambda facts: any(each.weight_decay for each in facts.recipe.optimizers)),
    "width": lambda facts, rng: Edit("width", {"factor": rng.choice((0.5, 2.0, 4.0))}) if hidden_layers(facts) else None,
}
"""By the edit's name."""


def draw(facts: Facts, rng: random.Random) -> tuple[Edit, ...]:
    """One to three edits of different kinds that apply.

    Args:
        facts: Of the subject.
        rng: Draws.
    """
    names = list(POOL)
    rng.shuffle(names)
    wanted = rng.randint(1, MOST)
    found: list[Edit] = []
    for name in names:
        if len(found) == wanted:
            break
        edit = POOL[name](facts, rng)
        if edit is not None:
            found.append(edit)
    return tuple(found)
