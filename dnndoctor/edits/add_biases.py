"""Biases where layers have none."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.hidden_layers import at
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit

_SHOWN = 3
"""Layers that a sentence names; a patch names all."""


class AddBiases(EditKind):
    """Gives the named layers the bias that they lack; it starts at zero."""

    name = "add_biases"
    parameters: ClassVar[Mapping[str, Expected]] = {"layers": Expected(str)}

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        paths = str(edit.parameters["layers"]).split(",")
        named = ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
        return f"give {named} a bias"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        lines = []
        for path in str(edit.parameters["layers"]).split(","):
            layer = facts.layer(path)
            width = f"{layer.units}, " if layer is not None and layer.units else ""
            bias = "use_bias=True"
            if layer is not None and layer.kind == "EinsumDense":
                bias = 'bias_axes="..."'
            lines.append(f"keras.layers.{layer.kind if layer else 'Dense'}({width}{bias}, ...){at(layer, path)}")
        return "\n".join(lines)


def add_biases(paths: Iterable[str]) -> Edit:
    """The edit that gives these layers a bias.

    Args:
        paths: Of the layers.
    """
    return Edit("add_biases", {"layers": ",".join(paths)})
