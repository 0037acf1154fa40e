"""The activation of an output: the last one on the way, also behind layers that only move values."""

from dataclasses import dataclass
from typing import Any

import keras

from dnndoctor.subject.layers import is_built_in, walk_layers

_LAYERS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}
"""Layers that are an activation."""

_MOVING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.RepeatVector,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Cropping3D,
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.UpSampling1D,
    keras.layers.UpSampling2D,
    keras.layers.UpSampling3D,
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalAveragePooling3D,
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
    keras.layers.MaxPooling1D,
    keras.layers.MaxPooling2D,
    keras.layers.MaxPooling3D,
    keras.layers.Maximum,
    keras.layers.Minimum,
    keras.layers.Average,
    keras.layers.Concatenate,
)
"""Layers behind which values stay in the range that an activation gave them."""

_UNTOUCHED = (keras.layers.Identity, keras.layers.ActivityRegularization, keras.layers.Masking)
"""Layers that give back the very tensor they took, so that Keras still finds the logits behind it."""

_LINEAR = (
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.GroupNormalization,
    keras.layers.Embedding,
    keras.layers.MultiHeadAttention,
    keras.layers.InputLayer,
    keras.layers.Add,
    keras.layers.Subtract,
)
"""Layers without an activation whose output is unbounded whatever came before."""

_OPERATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Gelu": "gelu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Exp": "exponential",
    "Absolute": "custom",
    "Abs": "custom",
    "Square": "custom",
    "Clip": "custom",
    "L2Normalize": "custom",
    "UnitNormalization": "custom",
}
"""Operations of `keras.ops` and of TensorFlow's graphs that are an activation."""

_MOVING_OPERATIONS = frozenset(
    {
        "Reshape",
        "Squeeze",
        "ExpandDims",
        "Transpose",
        "GetItem",
        "Concatenate",
        "ConcatV2",
        "StridedSlice",
        "Stack",
        "Pack",
        "Ravel",
    }
)
_UNTOUCHED_OPERATIONS = frozenset({"Identity", "Cast", "StopGradient", "EnsureShape"})
_LINEAR_OPERATIONS = frozenset(
    {"Matmul", "MatMul", "BatchMatMulV2", "Conv", "Conv1D", "Conv2D", "Conv3D", "Einsum", "FusedBatchNormV3"}
)
_BIASES = frozenset({"BiasAdd", "AddV2"})
"""Graph operations that add a bias, or anything else: linear only right behind a linear operation."""


@dataclass(frozen=True)
class OutputActivation:
    """What `OutputFacts` says of an output's activation; all None where it could not be told."""

    activation: str | None = None
    behind: str | None = None
    layer: str | None = None


def activation_name(layer: Any) -> str | None:
    """Name of a layer's own activation.

    Args:
        layer: A layer.

    Returns:
        Keras' name for Keras' own, "custom" for the user's functions, None where the layer has none to set.
    """
    if is_built_in(layer) and type(layer).__name__ in _LAYERS:
        return _LAYERS[type(layer).__name__]
    if not hasattr(layer, "activation"):
        return None
    function = layer.activation
    if function is None:
        return "linear"
    if isinstance(function, str):
        return function
    if isinstance(function, keras.layers.Layer):
        return activation_name(function) or "custom"
    module = getattr(function, "__module__", "") or ""
    if module.split(".")[0] in {"keras", "tensorflow"}:
        return str(getattr(function, "__name__", "custom"))
    return "custom"


def output_activations(model: keras.Model, inputs: Any) -> tuple[OutputActivation, ...]:
    """The activation of every output, in Keras' order.

    Functional and Sequential models say how their outputs are made. Of a subclassed model the forward pass is called with
    symbolic tensors, and where that cannot be, traced as a TensorFlow graph.

    Args:
        model: Built.
        inputs: A few rows of inputs as tensors, as the model takes them.
    """
    paths = {id(walked.layer): walked.path for walked in walk_layers(model)}
    outputs = _symbolic_outputs(model, inputs)
    found = [_by_history(tensor, paths) for tensor in outputs] if outputs else []
    if found and all(output.activation is not None for output in found):
        return tuple(found)
    traced = _by_graph(model, inputs, paths)
    if not found:
        return traced
    if len(traced) != len(found):
        return tuple(found)
    return tuple(one if one.activation is not None else other for one, other in zip(found, traced, strict=True))


def _symbolic_outputs(model: keras.Model, inputs: Any) -> list[Any]:
    if getattr(model, "outputs", None):
        return list(model.outputs)
    symbols = keras.tree.map_structure(lambda leaf: keras.KerasTensor((None, *leaf.shape[1:]), dtype=leaf.dtype.name), inputs)
    try:
        outputs = model.call(symbols)
    except Exception:  # whatever the user's code does not bear about symbolic tensors; the graph is tried next
        return []
    flat = keras.tree.flatten(outputs)
    return flat if all(hasattr(tensor, "_keras_history") for tensor in flat) else []


def _by_history(tensor: Any, paths: dict[int, str]) -> OutputActivation:
    """Walks back from a symbolic tensor over the operations that made it."""
    behind: str | None = None
    while True:
        history = getattr(tensor, "_keras_history", None)  # the functional API's own record; there is no public reader of it
        if history is None:
            return OutputActivation()
        operation, node_index, tensor_index = history
        while isinstance(operation, keras.Model) and getattr(operation, "outputs", None):
            inner = operation.outputs[tensor_index]
            operation, node_index, tensor_index = inner._keras_history
        node = operation._inbound_nodes[node_index]
        if isinstance(operation, keras.layers.TimeDistributed):
            operation = operation.layer
        path = paths.get(id(operation))
        arguments = [argument for argument in node.input_tensors if hasattr(argument, "_keras_history")]
        step = _step(operation)
        if step == "moving":
            behind = path or operation.name
        elif step != "untouched":
            return OutputActivation(step, behind if step is not None else None, path if step is not None else None)
        branches = {_by_history(argument, paths).activation for argument in arguments} if len(arguments) > 1 else set()
        if len(branches) > 1 or not arguments:
            return OutputActivation()
        tensor = arguments[0]


def _step(operation: Any) -> str | None:
    """What an operation means for the search: "moving", "untouched", an activation that ends it, or None if it cannot be told."""
    name = type(operation).__name__
    if not isinstance(operation, keras.layers.Layer):
        if name in _OPERATIONS:
            return _OPERATIONS[name]
        if name in _MOVING_OPERATIONS:
            return "moving"
        if name in _UNTOUCHED_OPERATIONS:
            return "untouched"
        return "linear" if name in _LINEAR_OPERATIONS else None
    if isinstance(operation, keras.layers.Bidirectional):
        return activation_name(operation.forward_layer) if operation.merge_mode == "concat" else None
    own = activation_name(operation)
    if isinstance(operation, keras.layers.Activation) and own == "linear":
        return "untouched"
    if own is not None:
        return own
    if isinstance(operation, _UNTOUCHED):
        return "untouched"
    if isinstance(operation, _MOVING):
        return "moving"
    return "linear" if isinstance(operation, _LINEAR) else None


def _by_graph(model: keras.Model, inputs: Any, paths: dict[int, str]) -> tuple[OutputActivation, ...]:
    """Walks back over the operations of the traced forward pass."""
    import tensorflow as tf

    specs = keras.tree.map_structure(lambda leaf: tf.TensorSpec((None, *leaf.shape[1:]), leaf.dtype), inputs)
    try:
        graph = tf.function(lambda given: model(given, training=False), autograph=False).get_concrete_function(specs)
    except Exception:  # the user's forward pass cannot be traced; the engine tells what that means
        return ()
    by_name = {path.split("/")[-1]: path for path in paths.values()}
    outputs = keras.tree.flatten(graph.structured_outputs)
    return tuple(_by_operations(tensor.op, by_name) for tensor in (graph.outputs if len(graph.outputs) == len(outputs) else []))


def _by_operations(operation: Any, by_name: dict[str, str]) -> OutputActivation:
    behind: str | None = None
    while True:
        kind = operation.type
        layer = next((by_name[scope] for scope in reversed(operation.name.split("/")) if scope in by_name), None)
        if kind in _OPERATIONS:
            return OutputActivation(_OPERATIONS[kind], behind, layer)
        if kind in _LINEAR_OPERATIONS or (kind in _BIASES and _producer(operation.inputs[0]).type in _LINEAR_OPERATIONS):
            return OutputActivation("linear", None, layer)
        if kind in _MOVING_OPERATIONS:
            behind = layer or operation.name
        elif kind not in _UNTOUCHED_OPERATIONS:
            return OutputActivation()
        if not operation.inputs:
            return OutputActivation()
        operation = operation.inputs[0].op


def _producer(tensor: Any) -> Any:
    """The operation that made a tensor's values, behind those that only move them."""
    operation = tensor.op
    while operation.inputs and (operation.type in _MOVING_OPERATIONS or operation.type in _UNTOUCHED_OPERATIONS):
        operation = operation.inputs[0].op
    return operation
