"""Zeros for inputs: a control, never a remedy."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class ZeroInputs(EditKind):
    """Replaces every input by zeros of its dtype and leaves the targets; what is still learnt, is learnt without looking."""

    name = "zero_inputs"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        return "replace all inputs by zeros"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        if len(facts.data.inputs) > 1:
            return "x = keras.tree.map_structure(np.zeros_like, x)"
        return "x = np.zeros_like(x)"
