"""Inputs that say nothing: the control for what a model can learn from its targets alone."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit


class ZeroInputs(AppliedEdit):
    """Every input is zeros (whole numbers too, and empty text); targets stay."""

    name = "zero_inputs"

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters, reference
        return tf.zeros_like(leaf)
