"""Dropout off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit

NOISE_LAYERS = frozenset(
    {
        "AlphaDropout",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
    }
)


class DropoutOff(EditKind):
    """Makes every dropout-like layer the identity, dropout inside recurrent and attention layers too."""

    name = "dropout_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        layers = dropping_layers(facts)
        return f"switch off dropout in {len(layers)} layer{'s' * (len(layers) != 1)}" if layers else "switch off all dropout"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [
            f"{layer.path}: remove this {layer.kind} layer"
            if layer.kind in NOISE_LAYERS
            else f"{layer.path}: "
            + ", ".join(f"{name}=0" for name in ("dropout", "recurrent_dropout") if layer.settings.get(name))
            for layer in dropping_layers(facts)
        ]
        return "\n".join(lines) or "set every dropout rate to 0"


def dropping_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """The layers that drop or disturb values in training, as far as Keras' own settings tell."""
    return tuple(
        layer
        for layer in facts.layers
        if layer.kind in NOISE_LAYERS or layer.settings.get("dropout") or layer.settings.get("recurrent_dropout")
    )
