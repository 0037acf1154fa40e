"""A simple model in the place of the user's: a control, never a remedy."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class ReferenceModel(EditKind):
    """Replaces the user's model by a small one that suits the kind of the inputs, and the recipe by Adam 1e-3 at batch size 32.

    Standardised numbers go through a line and a small perceptron, images and series through two convolutions and pooling, ids
    through an embedding; each output gets the head and the loss for its targets' encoding. It shows what there is to learn.
    """

    name = "reference_model"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence edit and facts
        """See `EditKind.sentence`."""
        return "train a small reference model in the place of yours, with Adam at 0.001 and batch size 32"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch edit and facts
        """See `EditKind.patch`."""
        return "model = reference  # standardised inputs, one hidden layer, the right head and loss; Adam(1e-3), batch_size=32"
