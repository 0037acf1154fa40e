"""Inputs by their orders of magnitude."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit
from dnndoctor.subject.edits.scaling import narrow, wide


class LogInputs(AppliedEdit):
    """sign(x) * log(1 + |x|)."""

    name = "log_inputs"
    rescaling = True

    def change_inputs(self, leaf: Any, parameters: Mapping[str, Parameter], reference: Any) -> Any:
        """See `AppliedEdit`."""
        del parameters, reference
        values = wide(leaf)
        return narrow(np.sign(values) * np.log1p(np.abs(values)), leaf)
