"""Targets drawn anew: a control, never a remedy."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class RandomLabels(EditKind):
    """Draws the targets of every training row (and their weights) from those of all of them; a whole model memorises these, too.

    `seed` draws them. Validation rows keep their targets.
    """

    name = "random_labels"
    parameters: ClassVar[Mapping[str, Expected]] = {"seed": Expected(int, above=-1)}

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence edit and facts
        """See `EditKind.sentence`."""
        return "draw the training rows' targets at random from all of them"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the facts
        """See `EditKind.patch`."""
        return f"y_train = y_train[np.random.RandomState({edit.parameters['seed']}).randint(len(y_train), size=len(y_train))]"
