"""More epochs."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Run, number


class Epochs(AppliedEdit):
    """A recipe of `factor` times the epochs: callbacks are told so. The steps to match are the trial's own."""

    name = "epochs"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        return replace(run, epochs_factor=run.epochs_factor * number(parameters, "factor", above=1))
