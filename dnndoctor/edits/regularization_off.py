"""Regularization off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class RegularizationOff(EditKind):
    """Switches off kernel, bias and activity regularizers and weight decay; `weight_decay_off` does the latter alone."""

    name = "regularization_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        return "switch off all regularizers and weight decay"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = ["remove kernel_regularizer, bias_regularizer and activity_regularizer"]
        lines += ["weight_decay=None" for optimizer in facts.recipe.optimizers if optimizer.weight_decay]
        return "\n".join(lines)
