"""Another number of rows a step."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Run, number


class BatchSize(AppliedEdit):
    """`size` rows a step; a set with fewer rows is taken whole."""

    name = "batch_size"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        return replace(run, batch_size=int(number(parameters, "size", above=0)))
