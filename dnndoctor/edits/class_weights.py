"""Rows weighed by how rare their class is."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class ClassWeights(EditKind):
    """Weighs each training row by rows / (classes * rows of its class), so that every class has the same weight in the loss.

    The weights have mean 1 over the rows, and are multiplied with sample weights of the user's. Held-out rows keep theirs.
    """

    name = "class_weights"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        target = next((target for target in facts.data.targets if target.class_shares), None)
        shares = sorted(share for share in target.class_shares if share > 0) if target is not None else []
        were = f" (their shares are {shares[0]:.2%} to {shares[-1]:.1%})" if shares else ""
        return f"weigh the classes by how rare they are{were}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        if facts.data.sample_weight is None:
            return "fit: {class_weight: balanced}"
        # Keras' fit refuses class weights beside sample weights.
        return (
            "classes, ids, counts = np.unique(y, return_inverse=True, return_counts=True)\n"
            "sample_weight = sample_weight * (len(y) / (len(classes) * counts))[ids]"
        )
