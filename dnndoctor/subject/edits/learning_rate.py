"""Multiplying every learning rate."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Run, number


class LearningRate(AppliedEdit):
    """Every rate of every optimizer, schedules included, times `factor`."""

    name = "learning_rate"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        return replace(run, rate_factor=run.rate_factor * number(parameters, "factor", above=0))
