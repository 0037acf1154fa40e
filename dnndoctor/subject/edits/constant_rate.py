"""The largest rate of the course, held."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Held, Run


class ConstantRate(AppliedEdit):
    """Every optimizer keeps the largest rate of its course from the first step on, whatever schedules or callbacks set.

    Of schedules, and of `LearningRateScheduler`, that rate is known beforehand; of other callbacks it is the largest so far.
    """

    name = "constant_rate"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        del parameters
        return replace(run, held=run.held or Held.LARGEST)
