"""Augmentation off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit


class AugmentationOff(EditKind):
    """Makes every random preprocessing layer inside the model the identity."""

    name = "augmentation_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        kinds = ", ".join(dict.fromkeys(layer.kind for layer in augmenting_layers(facts)))
        return f"switch off augmentation ({kinds})" if kinds else "switch off all augmentation inside the model"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [f"{layer.path}: remove this {layer.kind} layer" for layer in augmenting_layers(facts)]
        return "\n".join(lines) or "remove every Random* layer"


def augmenting_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """Keras' own layers that change their inputs at random in training."""
    return tuple(
        layer for layer in facts.layers if layer.built_in and layer.kind.startswith(("Random", "AugMix", "CutMix", "MixUp"))
    )
