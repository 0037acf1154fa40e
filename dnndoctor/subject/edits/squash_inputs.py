"""Inputs squashed into (-1, 1)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, number
from dnndoctor.subject.edits.scaling import narrow, wide


class SquashInputs(AppliedEdit):
    """tanh(x / scale)."""

    name = "squash_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del reference
        return narrow(np.tanh(wide(leaf) / number(parameters, "scale", above=0)), leaf)
