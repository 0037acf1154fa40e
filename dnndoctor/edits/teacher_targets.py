"""Targets that are known to be learnable: a control, never a remedy."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class TeacherTargets(EditKind):
    """Replaces all targets by what a small fixed network gives for the standardised inputs.

    They keep the encoding, the shares of classes and the distribution of the user's own. For what a model does not learn of
    these, the user's labels are not to blame.
    """

    name = "teacher_targets"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence edit and facts
        """See `EditKind.sentence`."""
        return "replace all targets by those of a small fixed teacher network"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch edit and facts
        """See `EditKind.patch`."""
        return (
            "y = teacher.predict(standardised(x))  # a small network with fixed random weights, its output binned to y's classes"
        )
