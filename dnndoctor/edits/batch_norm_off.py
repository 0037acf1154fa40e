"""Batch normalisation off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit


class BatchNormOff(EditKind):
    """Makes every batch normalisation its scale and shift alone, so that signals and gradients show their own size."""

    name = "batch_norm_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        count = len(batch_norm_layers(facts))
        if not count:
            return "remove all batch normalisation"
        return f"remove batch normalisation ({count} layer{'s' * (count != 1)}; scale and shift stay)"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [f"{layer.path}: remove this {layer.kind} layer" for layer in batch_norm_layers(facts)]
        return "\n".join(lines) or "remove every BatchNormalization layer"


def batch_norm_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """The layers that normalise by the statistics of the batch and can be told not to.

    Subclasses of Keras' own are known by the moving statistics that they keep. A frozen layer scales by stored numbers, whatever
    the batch, and is none of them.
    """
    return tuple(
        layer
        for layer in facts.layers
        if layer.trainable and {"moving_mean", "moving_variance"} <= {weight.name for weight in layer.weights}
    )
