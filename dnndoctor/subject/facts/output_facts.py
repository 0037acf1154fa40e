"""Facts of the outputs: shape, activation, loss and metrics, each under the name that Keras gives it."""

from dataclasses import dataclass
from typing import Any

import keras

from dnndoctor.evidence.facts import OutputFacts
from dnndoctor.subject.facts.activations import OutputActivation, output_activations
from dnndoctor.subject.facts.losses import is_plain, loss_facts, losses_by_output, metrics_by_output


@dataclass(frozen=True)
class Outputs:
    """The outputs of a model.

    Attributes:
        facts: One each, in Keras' order.
        keys: How each is reached in the structure that the model returns, in the same order; () for a single tensor.
        plain_losses: See `is_plain`, in the same order.
        losses: The resolved losses themselves, in the same order, None where an output has none.
    """

    facts: tuple[OutputFacts, ...]
    keys: tuple[tuple[Any, ...], ...]
    plain_losses: tuple[bool, ...]
    losses: tuple[Any, ...] = ()


def output_facts(model: keras.Model, inputs: Any) -> Outputs:
    """Facts of all outputs.

    Args:
        model: Built, its losses and metrics, too.
        inputs: A few rows of inputs as tensors, as the model takes them.
    """
    own_step = type(model).train_step is not keras.Model.train_step
    if own_step and type(model).call is keras.Model.call:  # its `train_step` calls its parts, and nothing says what it gives
        return Outputs((), (), ())
    try:
        structure = _structure(model, inputs)
    except Exception:
        if not own_step:
            raise
        return Outputs((), (), ())  # `call` takes something else than the data, as a generator's does
    flat = keras.tree.flatten_with_path(structure)
    names = _names(model, [tuple(path) for path, _ in flat])
    activations = output_activations(model, inputs)
    if len(activations) != len(flat):
        activations = (OutputActivation(),) * len(flat)
    losses = losses_by_output(model, structure)
    metrics = metrics_by_output(model, len(flat))
    facts = tuple(
        OutputFacts(
            name=name,
            shape=tuple(None if size is None else int(size) for size in tensor.shape[1:]),
            dtype=str(keras.backend.standardize_dtype(tensor.dtype)),
            activation=found.activation,
            activation_behind=found.behind,
            layer=found.layer,
            loss=None if loss is None else loss_facts(loss.loss, loss.loss_weights),
            metrics=names_of_metrics,
        )
        for name, (_, tensor), found, loss, names_of_metrics in zip(names, flat, activations, losses, metrics, strict=True)
    )
    return Outputs(
        facts,
        tuple(tuple(path) for path, _ in flat),
        tuple(loss is not None and is_plain(loss.loss) for loss in losses),
        tuple(None if loss is None else loss.loss for loss in losses),
    )


def _structure(model: keras.Model, inputs: Any) -> Any:
    """What the model returns, as symbolic tensors."""
    batch = keras.tree.map_structure(lambda leaf: keras.KerasTensor((None, *leaf.shape[1:]), dtype=leaf.dtype.name), inputs)
    try:
        return model.compute_output_spec(batch)
    except Exception:  # a forward pass that needs values; a few rows are called for real
        return model(inputs, training=False)


def _names(model: keras.Model, paths: list[tuple[Any, ...]]) -> list[str]:
    if paths and all(len(path) == 1 and isinstance(path[0], str) for path in paths):
        return [str(path[0]) for path in paths]
    given = list(getattr(model, "output_names", None) or [])
    if isinstance(model, keras.Sequential):  # it has one output and does not name it
        given = [model.layers[-1].name]
    if len(given) != len(paths) or len(set(given)) != len(given):
        given = ["output"] if len(paths) == 1 else ["/".join(["output", *map(str, path)]) for path in paths]
    return [str(name) for name in given]
