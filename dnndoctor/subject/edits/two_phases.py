"""Another rate for the last part of a trial."""

from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, Run, number


class TwoPhases(AppliedEdit):
    """After `share` of the trial's steps every rate is multiplied by `factor`, and the optimizers go on as they are."""

    name = "two_phases"

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`."""
        share, factor = number(parameters, "share", above=0), number(parameters, "factor", above=0)
        if share >= 1:
            raise CannotApplyError(f"The edit needs 'share' to be below 1; it is {share:g}.")
        return replace(run, phases=(*run.phases, (share, factor)))
