"""Inputs put in the order that they had before a reshape."""

import math
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from dnndoctor.edits.transpose_inputs import whole_numbers
from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError


class TransposeInputs(AppliedEdit):
    """Each row read as `sizes` and transposed by `axes`, which gives the shape that it has already."""

    name = "transpose_inputs"

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`; inputs of other shapes are left as they are."""
        del reference
        sizes, axes = whole_numbers(parameters.get("sizes")), whole_numbers(parameters.get("axes"))
        if sorted(axes) != list(range(1, len(sizes) + 1)) or math.prod(sizes) == 0:
            raise CannotApplyError(f"The axes {parameters.get('axes')!r} are no order of those of {parameters.get('sizes')!r}.")
        if tuple(leaf.shape[1:]) != tuple(sizes[axis - 1] for axis in axes):
            return leaf
        return tf.transpose(tf.reshape(leaf, (-1, *sizes)), (0, *axes))
