"""Targets in another order: a control, never a remedy."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class ShuffledLabels(EditKind):
    """Gives every training row the targets (and weights) of another one.

    What then still predicts held-out rows was not learnt from the targets. `seed` draws the order. Held-out rows keep their own.
    """

    name = "shuffled_labels"
    parameters: ClassVar[Mapping[str, Expected]] = {"seed": Expected(int, above=-1)}

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence edit and facts
        """See `EditKind.sentence`."""
        return "shuffle the targets among the training rows"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the facts
        """See `EditKind.patch`."""
        return f"y_train = y_train[np.random.RandomState({edit.parameters['seed']}).permutation(len(y_train))]"
