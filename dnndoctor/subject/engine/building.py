"""Making fresh models with all their variables, and looking at what they are made of."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.edits import applied, other_build
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.state import optimizers_of

SMALL_MODEL = 30_000
"""Trainable values up to which matrix products are small at usual batch sizes: under 0.1 ms on one core at batches of 32.
Norms of so
many are also measured without a branch (`measures.FEW_VALUES`, for gradients and weights together)."""

STATEFUL_RANDOM = frozenset(
    {
        "Multinomial",
        "ParameterizedTruncatedNormal",
        "RandomGamma",
        "RandomPoissonV2",
        "RandomShuffle",
        "RandomStandardNormal",
        "RandomUniform",
        "RandomUniformInt",
        "TruncatedNormal",
    }
)
"""TensorFlow ops whose random state lives in the kernel, out of reach of any reset."""

PYTHON_OPS = frozenset({"EagerPyFunc", "PyFunc", "PyFuncStateless"})

NESTED_CALLS = frozenset(
    {"Case", "If", "PartitionedCall", "StatefulPartitionedCall", "StatelessCase", "StatelessIf", *PYTHON_OPS}
)
"""Ops that wait for a function. The single-threaded executor may wait for ever there: seen with LossScaleOptimizer's branch."""


@contextmanager
def without_collection() -> Iterator[None]:
    """Pauses Python's search for cyclic garbage, while models are built and traced.

    They make so many objects that it is searched for again and again, among all objects of TensorFlow: a model of three layers
    took 32 ms of CPU time instead of 43 to 56.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@private.lasting_kernels()
def make_model(blueprint: Blueprint, edits: Sequence[Edit], seed: int, rows: Rows) -> keras.Model:
    """A fresh model with structural edits and all its weights.

    Args:
        blueprint: Of the subject.
        edits: The structural ones.
        seed: Of the initial weights.
        rows: Of the data, for their shapes.
    """
    x, y, weight = symbolic(rows)
    other = next((edit for edit in edits if applied(edit).overrides("other_model")), None)
    if other is None:
        model = other_build(blueprint.build, edits, x)(seed)
    else:
        model = applied(other).other_model(blueprint, rows, other.parameters, seed)
    for edit in edits:
        applied(edit).change_model(model, edit.parameters, x)
    try:
        private.build_symbolically(model, x, y, weight)
    except Exception:  # a model without a `call` of its own, or one that reads values: its variables come with the first trace
        if not model.built:
            make_all_variables(model, rows, fixed_batch(model))
    return model


@private.lasting_kernels()
def make_weights(
    blueprint: Blueprint, edits: Sequence[Edit], seed: int, rows: Rows, shapes: Sequence[tuple[int, ...]]
) -> keras.Model:
    """A fresh model for its initial weights only.

    Most models have all their variables when the factory returns; only the others are built by a symbolic call, which takes
    longer than the factory itself.

    Args:
        blueprint: Of the subject.
        edits: The structural ones.
        seed: Of the initial weights.
        rows: Of the data, for their shapes.
        shapes: Of all variables that the model has when it is built.
    """
    if not edits:
        model = blueprint.build(seed)
        if [tuple(variable.shape) for variable in model.variables] == list(shapes):
            return model
    return make_model(blueprint, edits, seed, rows)


def make_optimizer_variables(model: keras.Model, rows: Rows) -> None:
    """Makes the variables of optimizers that Keras itself does not know of.

    Args:
        model: Built.
        rows: Of the data, for their shapes.
    """
    if any(not optimizer.built for optimizer in optimizers_of(model)):
        try:
            make_all_variables(model, rows, fixed_batch(model))
        except Exception:  # the chain of fallbacks finds out what is wrong and says it
            return


def make_all_variables(model: keras.Model, rows: Rows, batch: int | None) -> None:
    """Makes every variable that a step makes, by tracing one without running it.

    Args:
        model: Compiled.
        rows: Of the data, for their shapes.
        batch: Rows in a batch where the model takes no other number.
    """
    specs = [tf.TensorSpec([batch, *leaf.shape[1:]], leaf.dtype) for leaf in rows.leaves]

    def step(leaves: Any) -> None:
        model.train_step(rows_data.batch(rows.template, leaves))

    tf.function(step, autograph=False).get_concrete_function(specs)


def has_small_ops(model: keras.Model) -> bool:
    """Whether handing ops from thread to thread costs more than most of them take.

    A rule, and no measurement: the executors differ in their fused kernels and so in the last bits of the losses, and the same
    trial has
    to give the same losses on a busy machine. Measured on one core at batches of 1 and 32: MLP x0.64 and x0.73, LSTM x0.59 and
    x0.86
    of the ordinary executor's time; convolutions x2.4 and attention x1.7 at batches of 32, whose kernels have more than two axes.

    Args:
        model: Built.
    """
    shapes = [variable.shape for variable in model.trainable_variables]
    return all(len(shape) <= 2 for shape in shapes) and sum(int(np.prod(shape)) for shape in shapes) <= SMALL_MODEL


def fixed_batch(model: keras.Model) -> int | None:
    """The only batch size that a model takes, None where it takes any.

    Args:
        model: Any model.
    """
    for tensor in getattr(model, "inputs", None) or ():
        if tensor.shape and tensor.shape[0] is not None:
            return int(tensor.shape[0])
    return None


def symbolic(rows: Rows) -> tuple[Any, Any, Any]:
    """Symbolic inputs, targets and weights, the batch size unknown.

    Args:
        rows: Of the data.
    """
    x, y, weight = (
        rows_data.map_tree(
            lambda number: keras.KerasTensor((None, *rows.leaves[number].shape[1:]), rows.leaves[number].dtype.name), tree
        )
        for tree in rows.template
    )
    return x, y, weight


def kinds_of_ops(function: Any) -> set[str]:
    """The kinds of ops in a concrete function and in all functions that it calls.

    Args:
        function: A `tf.types.experimental.ConcreteFunction`.
    """
    graph = function.graph.as_graph_def(add_shapes=False)
    kinds = {node.op for node in graph.node}
    for inner in graph.library.function:
        kinds |= {node.op for node in inner.node_def}
    return kinds


def drawn_values(model: keras.Model) -> list[Any]:
    """What a fresh model starts from: its variables and the state of Keras' global seed generator.

    Args:
        model: Just built.
    """
    return [tf.identity(variable.value) for variable in model.variables] + [tf.identity(private.global_seed_state().value)]
