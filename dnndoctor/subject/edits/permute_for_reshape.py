"""A permutation in the place of a reshape that scrambles axes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from dnndoctor.edits.permute_for_reshape import axes_of, splits, unpermuted
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.widths import followed


class PermuteForReshape(AppliedEdit):
    """The layer `layer` gives what it gave in shape, with its values moved as a permutation by `axes` moves them."""

    name = "permute_for_reshape"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        path = str(parameters.get("layer"))
        layer = next((walked.layer for walked in walk_layers(model) if walked.path == path), None)
        if not isinstance(layer, keras.layers.Reshape):
            raise CannotApplyError(f"The model has no Reshape layer {path!r}.")
        try:
            axes = axes_of(str(parameters.get("axes")))
        except ValueError:
            raise CannotApplyError(f"{parameters.get('axes')!r} is no order of axes.") from None

        given = {tuple(call.given[0].shape[1:]) for call in followed(model, inputs).calls if call.layer is layer and call.given}
        if len(given) != 1 or None in (sizes := given.pop()):
            raise CannotApplyError(f"What the layer {path!r} takes has no one shape that is known.")
        target = _target(layer.target_shape, sizes)
        split = splits(sizes, target)
        if sorted(axes) != list(range(1, len(target if split else sizes) + 1)):
            raise CannotApplyError(f"{axes} is no order of the axes between {sizes} and {target}.")
        stored = unpermuted(target, axes) if split else ()

        def call(values: Any) -> Any:
            if split:
                return keras.ops.transpose(keras.ops.reshape(values, (-1, *stored)), (0, *axes))
            return keras.ops.reshape(keras.ops.transpose(values, (0, *axes)), (-1, *target))

        layer.call = call


def _target(target: Sequence[int], given: Sequence[int]) -> tuple[int, ...]:
    """A target shape with its unknown size, where it has one, worked out."""
    known = math.prod(size for size in target if size != -1)
    return tuple(math.prod(given) // known if size == -1 else size for size in target)
