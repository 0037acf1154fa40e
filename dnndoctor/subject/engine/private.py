"""Every private corner of TensorFlow and Keras that the engine stands on, each with a test whether it is still there.

Where one is missing, the engine takes the next way of its fallback chain; see `fallback`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import keras
import tensorflow as tf

SINGLE_THREADED = "SINGLE_THREADED_EXECUTOR"
"""TensorFlow's executor that runs a graph's ops one after the other on the calling thread."""

_WATCHING = threading.RLock()
_SEEDING = threading.RLock()


@cache
def can_swap_handles() -> bool:
    """Whether one trace can be run on other variables than those it was traced with."""
    first, second = tf.Variable(1.0), tf.Variable(10.0)
    step = tf.function(lambda: first.assign_add(1.0), autograph=False).get_concrete_function()
    try:
        call_with(step, [], [second.handle if handle is first.handle else handle for handle in step.captured_inputs])
    except Exception:  # whatever a later TensorFlow raises, the answer is no
        return False
    return float(first) == 1.0 and float(second) == 11.0


@cache
def can_choose_executor() -> bool:
    """Whether functions can be run by the single-threaded executor."""
    try:
        with single_threaded(True):
            return float(tf.function(lambda: tf.constant(1.0) + 1.0, autograph=False)()) == 2.0
    except Exception:  # whatever a later TensorFlow raises, the answer is no
        return False


def call_with(function: Any, tensors: Sequence[Any], captures: Sequence[Any]) -> Any:
    """Calls a concrete function on its flat arguments, with other captured tensors than its own.

    Args:
        function: A `tf.types.experimental.ConcreteFunction`.
        tensors: Its flat arguments.
        captures: One for each of `function.captured_inputs`.

    Returns:
        Its structured outputs.
    """
    return function._call_flat(list(tensors), list(captures))


@contextmanager
def single_threaded(active: bool) -> Iterator[None]:
    """Has functions traced and called inside run by the single-threaded executor.

    It must be active at both times. It saves 20 to 50 % on tiny ops, and costs large convolutions and matrix
    products their fused kernels (measured on two cores: LSTM, b32 x0.86; CNN, b32 x2.4).

    Args:
        active: Whether to do it at all.
    """
    if not active:
        yield
        return
    from tensorflow.python.eager import context

    with context.function_executor_type(SINGLE_THREADED):
        yield


@contextmanager
def lasting_kernels() -> Iterator[None]:
    """Has `set_seed` inside leave TensorFlow's prepared kernels alone, unless an op that keeps random state in its kernel runs.

    `tf.random.set_seed`, which factories are called behind, throws away all prepared kernels so that those of random ops start
    anew, and with them every optimised function: the next call of each takes as long as its first (58 ms with an MLP, 470 ms with
    a transformer), and every eager op 0.25 ms more. Here they are thrown away right before the first op that could tell the
    difference, and never where there is none, as in Keras' own layers and initializers.
    """
    from tensorflow.python import pywrap_tfe
    from tensorflow.python.framework import random_seed

    clear, get_seed = getattr(pywrap_tfe, "TFE_ContextClearCaches", None), getattr(random_seed, "get_seed", None)
    if clear is None or get_seed is None:
        yield
        return
    put_off: list[Any] = []

    def get_seed_of_fresh_kernels(op_seed: Any) -> Any:
        if put_off and tf.executing_eagerly():
            clear(put_off[-1])
            put_off.clear()
        return get_seed(op_seed)

    with _SEEDING:
        pywrap_tfe.TFE_ContextClearCaches, random_seed.get_seed = put_off.append, get_seed_of_fresh_kernels
        try:
            yield
        finally:
            pywrap_tfe.TFE_ContextClearCaches, random_seed.get_seed = clear, get_seed


def build_symbolically(model: keras.Model, x: Any, y: Any, weight: Any) -> None:
    """Makes the variables of a model, its losses, metrics and its optimizer without running anything.

    Args:
        model: Compiled.
        x: A batch of inputs.
        y: Its targets.
        weight: Its sample weights.
    """
    model._symbolic_build(data_batch=(x, y, weight))


def all_layers(model: keras.Model) -> list[Any]:
    """The model's layers with all layers inside them, and the model itself.

    Args:
        model: Any model.
    """
    return list(model._flatten_layers())


@contextmanager
def open_for_state(layer: Any) -> Iterator[None]:
    """Lets a built layer have further variables and layers, which Keras forbids otherwise.

    Args:
        layer: Any layer.
    """
    tracker = layer._tracker
    locked = tracker.locked
    tracker.unlock()
    try:
        yield
    finally:
        if locked:
            tracker.lock()


def is_recurrent_cell(layer: Any) -> bool:
    """Whether a layer, or the recurrent layer around it, drops values step by step.

    Args:
        layer: Any layer.
    """
    from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

    return isinstance(layer, DropoutRNNCell)


@contextmanager
def watched_calls(note: Callable[[Any, Any, Any], None], begin: Callable[[Any], None] | None = None) -> Iterator[None]:
    """Reports every call of a Keras layer, the inner ones first, while it is active.

    All threads' calls are seen, so only one such watch is active at a time.

    Args:
        note: Called with the layer, its positional arguments and its result.
        begin: Called with the layer before it works, the outer ones first.
    """
    original = keras.layers.Layer.__call__

    @wraps(original)
    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if begin is not None:
            begin(layer)
        result = original(layer, *args, **kwargs)
        note(layer, args, result)
        return result

    with _WATCHING:
        keras.layers.Layer.__call__ = call
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original


def loss_tracker(model: keras.Model) -> Any:
    """The metric that carries the loss in Keras' own `train_step`, None where there is none.

    Args:
        model: Any model.
    """
    return getattr(model, "_loss_tracker", None)


def compile_arguments(model: keras.Model) -> dict[str, Any] | None:
    """The arguments that `compile` was called with, as objects.

    Args:
        model: Any model.

    Returns:
        By name; None where the model never went through Keras' own `compile`.
    """
    kept = getattr(model, "_compile_config", None)
    config = getattr(kept, "config", None)
    return dict(config) if config else None


def rate(optimizer: Any) -> Any:
    """What an optimizer takes its learning rate from: a variable, a schedule, or a callable.

    Args:
        optimizer: A Keras optimizer.
    """
    return optimizer._learning_rate


def set_rate(optimizer: Any, source: Any) -> None:
    """Has an optimizer take its learning rate from something else.

    Args:
        optimizer: A Keras optimizer.
        source: A schedule or a callable.
    """
    optimizer._learning_rate = source


def global_seed_state() -> Any:
    """The state variable of the generator behind `keras.random` functions that were given no seed."""
    from keras.src.random import seed_generator

    return seed_generator.global_seed_generator().state
