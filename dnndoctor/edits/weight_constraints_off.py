"""Weight constraints off."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit


class WeightConstraintsOff(EditKind):
    """Lets every weight move where the optimizer takes it."""

    name = "weight_constraints_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        layers = constrained_layers(facts)
        kinds = ", ".join(dict.fromkeys(kind for layer in layers for _, kind in _constraints(layer)))
        count = f"{len(layers)} layer{'s' * (len(layers) != 1)}"
        return f"switch off weight constraints in {count} ({kinds})" if layers else "switch off all weight constraints"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [
            f"{layer.path}: remove " + ", ".join(f"{name}_constraint ({kind})" for name, kind in _constraints(layer))
            for layer in constrained_layers(facts)
        ]
        return "\n".join(lines) or "remove kernel_constraint, bias_constraint and recurrent_constraint"


def constrained_layers(facts: Facts) -> tuple[LayerFacts, ...]:
    """The layers with weights that something bounds after every step."""
    return tuple(layer for layer in facts.layers if _constraints(layer))


def _constraints(layer: LayerFacts) -> list[tuple[str, str]]:
    """Which weights of a layer are constrained, and by what; frozen ones never move and are left out."""
    names = ((weight.name.removesuffix("_kernel"), weight) for weight in layer.weights)
    return [(name, weight.constraint) for name, weight in names if weight.constraint is not None and weight.trainable]
