"""Inputs put in the order that they had before a reshape."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from dnndoctor.edits.transpose_inputs import sizes_and_axes
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError


class TransposeInputs(AppliedEdit):
    """Each row read as `sizes` and transposed by `axes`, which gives the shape that it has already."""

    name = "transpose_inputs"

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`; inputs of other shapes are left as they are."""
        del reference
        try:
            sizes, axes = sizes_and_axes(parameters)
        except ValueError:
            named = f"{parameters.get('axes')!r} are no order of those of {parameters.get('sizes')!r}"
            raise CannotApplyError(f"The axes {named}.") from None
        if tuple(leaf.shape[1:]) != tuple(sizes[axis - 1] for axis in axes):
            return leaf
        return tf.transpose(tf.reshape(leaf, (-1, *sizes)), (0, *axes))
