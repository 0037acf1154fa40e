"""One training step on a throw-away model: what Keras refuses at the user's first step is told before any trial."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.errors import SubjectError
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.trees import map_tree, named_leaves, take
from dnndoctor.subject.loading import UserCode

_STAGE = "taking the first training step"


def try_first_step(model: keras.Model, sample: Sample, batch_size: int, code: UserCode) -> None:
    """Takes one step, eagerly, so that nothing is traced for it.

    Args:
        model: Compiled, and thrown away afterwards.
        sample: The training sample.
        batch_size: Rows of the step, or fewer where the sample has fewer.
        code: Cuts tracebacks to the user's frames.

    Raises:
        SubjectError: The step failed; the message has the shapes of inputs, outputs and targets.
    """
    rows = slice(0, min(batch_size, sample.rows))
    x, y, weight = (take(tree, rows) for tree in (sample.x, sample.y, sample.weight))
    model.run_eagerly, model.jit_compile = True, False
    try:
        with code.guarded("The first training step", _STAGE, named=False):
            data = map_tree(tf.convert_to_tensor, (x, y, weight))
            model.train_step(keras.utils.pack_x_y_sample_weight(*data))
    except SubjectError as error:
        raise SubjectError(
            f"{str(error).rstrip('.')}. Here {_shapes(x, y)}, {_output_shapes(model, x)}.",
            stage=_STAGE,
            advice=_advice(error.__cause__, model, x, y),
            frames=error.frames,
        ) from error.__cause__


def _shapes(x: Any, y: Any) -> str:
    shown = [
        f"`{name}` is {leaf.shape} {leaf.dtype}"
        for tree, called in ((x, "x"), (y, "y"))
        for name, leaf in named_leaves(tree, called)
    ]
    return ", ".join(shown if y is not None else [*shown, "there is no `y`"])


def _output_shapes(model: keras.Model, x: Any) -> str:
    gives = _gives(model, x)
    if gives is not None:
        return f"and the model gives {gives}"
    takes = ", ".join(str(tuple(tensor.shape)) for tensor in getattr(model, "inputs", None) or [])
    return f"and the model takes {takes or 'others'}"


def _gives(model: keras.Model, x: Any) -> str | None:
    """Shapes of what the model gives for these inputs, None where it takes no such inputs."""
    try:
        outputs = keras.tree.flatten(model(map_tree(tf.convert_to_tensor, x), training=False))
    except Exception:  # the step may have failed for this very reason
        return None
    return ", ".join(str(tuple(output.shape)) for output in outputs)


def _weighs_losses_by_names(model: keras.Model) -> bool:
    """Whether the model was compiled with words where each loss has its weight."""
    try:
        weights = (model.get_compile_config() or {}).get("loss_weights")
    except Exception:  # what the user compiled with need not be serialisable
        return False
    return any(isinstance(weight, str) for weight in keras.tree.flatten(weights))


def _advice(cause: BaseException | None, model: keras.Model, x: Any, y: Any) -> str:
    text = str(cause)
    if y is None and type(model).train_step is keras.Model.train_step:
        return "The data has no targets: return (x, y), or give the model a loss of its own (`add_loss` or `train_step`)."
    if "label value" in text and "valid range" in text:
        ids = [leaf for _, leaf in named_leaves(y, "y")]
        least, top = min(int(np.min(leaf)) for leaf in ids), max(int(np.max(leaf)) for leaf in ids)
        shift = f"Subtract {least} from the labels, or widen" if least > 0 else "Widen"
        return f"The class ids go up to {top}; they must be 0 to units - 1. {shift} the output layer."
    if "indices" in text and "is not in [0" in text:
        return (
            "An id of the inputs has no place in the embedding: its `input_dim` must be the largest id plus one. "
            "print(x.min(), x.max()) shows the ids, and ids that begin at 1 need one place more than there are."
        )
    if _gives(model, x) is None:
        return "Give the inputs the shape that the model takes, or change its input layer; model(x[:1]) shows the same error."
    if "loss_weights" in text or ("dtype='string'" in text and _weighs_losses_by_names(model)):
        return (
            "Give `loss_weights` in `compile` one number a loss. It is the third argument of `compile`: metrics need their name, "
            "as in metrics=[...]."
        )
    if isinstance(cause, tf.errors.InvalidArgumentError | ValueError | TypeError):
        return (
            "Make the output and the targets fit the loss: class ids go with sparse_categorical_crossentropy, one column a class "
            "with categorical_crossentropy, 0 and 1 with binary_crossentropy and one unit, numbers with mse and as many units."
            if model.loss is not None
            else "Give the model a loss in `compile`."
        )
    return "Call model.train_on_batch on a few rows by itself to see the same error, and mend it there."
