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
        layers = batch_norm_layers(facts)
        if not layers:
            return "remove every BatchNormalization layer"
        kinds = " and ".join(dict.fromkeys(layer.kind for layer in layers))
        many = f"the {len(layers)} {kinds} layers" if len(layers) > 1 else f"the {kinds} layer"
        lines = dict.fromkeys(f"{layer.place.file}:{layer.place.line}" for layer in layers if layer.place is not None)
        return f"remove {many}: {', '.join(lines or (layer.path for layer in layers))}"


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
