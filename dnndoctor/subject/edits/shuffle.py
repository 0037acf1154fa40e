"""Rows in a new order every epoch."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Run


class Shuffle(AppliedEdit):
    """Batches are drawn from all rows, whatever order the user's recipe keeps."""

    name = "shuffle"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        del parameters
        return replace(run, shuffled=True)
