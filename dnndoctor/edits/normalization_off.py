"""Preprocessing normalisation off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class NormalizationOff(EditKind):
    """Makes every `Normalization` layer pass its input on as it is, so that the data can be scaled in another way instead."""

    name = "normalization_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        count = sum(layer.kind == "Normalization" for layer in facts.layers)
        return "leave out the Normalization layer" + ("s" if count > 1 else "")

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        layers = [layer for layer in facts.layers if layer.kind == "Normalization"]
        places = [f"{layer.place.file}:{layer.place.line}" if layer.place is not None else layer.path for layer in layers]
        return f"remove the Normalization layer{'s' * (len(layers) > 1)}: {', '.join(places)}"
