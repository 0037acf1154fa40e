"""Another momentum of batch normalisation's moving statistics."""

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class BatchNormMomentum(EditKind):
    """Has the moving statistics follow the batches faster, or slower."""

    name = "batch_norm_momentum"
    parameters = {"momentum": Expected(float, above=0.0, below=1.0)}  # noqa: RUF012  declared as a ClassVar by the base

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        momenta = {layer.settings.get("momentum") for layer in facts.layers if layer.kind == "BatchNormalization"}
        was = f" from {momenta.pop():g}" if len(momenta) == 1 and all(isinstance(each, float) for each in momenta) else ""
        return f"set the momentum of batch normalisation{was} to {edit.parameters['momentum']:g}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the facts
        """See `EditKind.patch`."""
        return f"keras.layers.BatchNormalization(momentum={edit.parameters['momentum']:g})"
