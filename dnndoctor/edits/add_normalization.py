"""A normalisation between layers' affine maps and their activations."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.hidden_layers import at
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit

_CLASSES = {"batch": "BatchNormalization", "layer": "LayerNormalization"}
_SHOWN = 3
"""Layers that a sentence names; a patch names all."""


class AddNormalization(EditKind):
    """Normalises what the weights of the named layers give, before their activations: over the batch, or over the features."""

    name = "add_normalization"
    parameters: ClassVar[Mapping[str, Expected]] = {"kind": Expected(str, choices=tuple(_CLASSES)), "layers": Expected(str)}

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        paths = str(edit.parameters["layers"]).split(",")
        named = ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
        return f"add {edit.parameters['kind']} normalisation in {named}, before the activation"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        lines = []
        for path in str(edit.parameters["layers"]).split(","):
            layer = facts.layer(path)
            activated = layer is not None and layer.activation not in (None, "linear")
            width = f"{layer.units}, " if layer is not None and layer.units else ""
            without = "activation=None, " if activated else ""
            lines.append(f"keras.layers.{layer.kind if layer else 'Dense'}({width}{without}...),{at(layer, path)}")
            lines.append(f"keras.layers.{_CLASSES[str(edit.parameters['kind'])]}(),")
            if layer is not None and activated:
                activation = "..." if layer.activation == "custom" else f'"{layer.activation}"'
                lines.append(f"keras.layers.Activation({activation}),")
        return "\n".join(lines)


def add_normalization(kind: str, paths: Iterable[str]) -> Edit:
    """The edit that adds a normalisation to these layers.

    Args:
        kind: "batch" or "layer".
        paths: Of the layers.
    """
    return Edit("add_normalization", {"kind": kind, "layers": ",".join(paths)})
