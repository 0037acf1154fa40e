"""A learning-rate schedule with longer or shorter intervals."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, Run, number


class StretchedSchedule(AppliedEdit):
    """Schedules of optimizers, `LearningRateScheduler` and the patience of `ReduceLROnPlateau`, all `factor` times as long."""

    name = "stretched_schedule"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        return replace(run, stretch=run.stretch * number(parameters, "factor", above=0))
