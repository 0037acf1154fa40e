"""Biases where layers have none."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.reworked import AFFINE, renew_optimizers

_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)


class AddBiases(AppliedEdit):
    """Each of the named layers adds a trained bias that starts at zero, so that the model gives at first what it gave."""

    name = "add_biases"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        layers: dict[str, Any] = {walked.path: walked.layer for walked in walk_layers(model)}
        for path in str(parameters.get("layers")).split(","):
            layer: Any = layers.get(path)
            layer = getattr(layer, "cell", layer)  # of a recurrent layer
            if not _lacks_bias(layer):
                raise CannotApplyError(f"The model has no layer {path!r} that lacks a bias and could have one.")
            if isinstance(layer, keras.layers.EinsumDense):
                layer.bias_axes = layer.equation[-1]
            else:
                layer.use_bias = True
            layer.bias_initializer = keras.initializers.Zeros()
            if hasattr(layer, "unit_forget_bias"):
                layer.unit_forget_bias = False  # some of an LSTM's would start at one
            if layer.built:
                with private.open_for_state(layer):
                    layer.bias = layer.add_weight(
                        name="bias",
                        shape=_shape(layer),
                        initializer="zeros",
                        regularizer=layer.bias_regularizer,
                        constraint=layer.bias_constraint,
                    )
        renew_optimizers(model)


def _lacks_bias(layer: Any) -> bool:
    """Whether a layer could have a bias along its last axis, and has none."""
    if isinstance(layer, keras.layers.EinsumDense):
        return layer.bias_axes is None and layer.equation[-1] in _kernel_axes(layer)
    return getattr(layer, "use_bias", None) is False and _shape(layer) is not None


def _shape(layer: Any) -> tuple[int, ...] | None:
    """Of a layer's bias, built or not; None where it is none that takes one."""
    match layer:
        case keras.layers.Dense() | keras.layers.SimpleRNNCell():
            return (layer.units,)
        case keras.layers.LSTMCell():
            return (4 * layer.units,)
        case keras.layers.GRUCell():
            return (2, 3 * layer.units) if layer.reset_after else (3 * layer.units,)
        case keras.layers.EinsumDense():
            kernel = _kernel_axes(layer)
            return (layer.kernel.shape[kernel.index(layer.equation[-1])],) if layer.built else ()
    if isinstance(layer, _DEPTHWISE):
        return (layer.kernel.shape[-2] * layer.kernel.shape[-1],) if layer.built else ()
    return (layer.filters,) if isinstance(layer, AFFINE) else None


def _kernel_axes(layer: Any) -> str:
    """The letters of an einsum's kernel."""
    return str(layer.equation.split(",")[1].split("->")[0])
