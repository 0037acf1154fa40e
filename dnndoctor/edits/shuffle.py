"""Rows in a new order every epoch."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class Shuffle(EditKind):
    """Draws every epoch's order of the training rows anew."""

    name = "shuffle"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        return "shuffle the training rows before every epoch"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        if facts.data.kind == "tf.data":
            rows = facts.data.rows_total or facts.data.rows_sampled
            return f"train = train.unbatch().shuffle({rows}).batch({facts.recipe.batch_size})"
        return "fit: {shuffle: true}" if facts.data.kind == "numpy" else "shuffle the rows where batches are made"
