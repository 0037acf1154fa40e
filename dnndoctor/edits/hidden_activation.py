"""Another activation of hidden layers."""

from collections.abc import Iterable
from dataclasses import replace

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit

_SHOWN = 3
"""Layers that a sentence names; a patch names all."""


class HiddenActivation(EditKind):
    """Gives the named layers another activation, an `Activation` layer included; initial weights stay."""

    name = "hidden_activation"
    parameters = {  # noqa: RUF012  declared as a ClassVar by the base
        "activation": Expected(str),
        "layers": Expected(str),
    }

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        layers = str(edit.parameters["layers"]).split(",")
        named = ", ".join(layers[:_SHOWN]) + (f" and {len(layers) - _SHOWN} more" if len(layers) > _SHOWN else "")
        return f"give {named} the activation {edit.parameters['activation']}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        lines = []
        for path in str(edit.parameters["layers"]).split(","):
            layer = facts.layer(path)
            width = f"{layer.units}, " if layer is not None and layer.units else ""
            kind = layer.kind if layer is not None else "Dense"
            at = f"  # {layer.place.file}:{layer.place.line}" if layer is not None and layer.place is not None else f"  # {path}"
            lines.append(f'keras.layers.{kind}({width}activation="{edit.parameters["activation"]}", ...){at}')
        return "\n".join(lines)

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:
        """See `EditKind.afterwards`."""
        changed = str(edit.parameters["layers"]).split(",")
        activation = str(edit.parameters["activation"])
        layers = (replace(each, activation=activation) if each.path in changed else each for each in facts.layers)
        return replace(facts, layers=tuple(layers))


def activation_edits(facts: Facts, activation: str, paths: Iterable[str]) -> tuple[Edit, ...]:
    """The edit that gives an activation to those of the layers that have one to set; empty where none has.

    Args:
        facts: Of the subject.
        activation: By Keras' name.
        paths: Of the layers.
    """
    settable = [path for path in paths if (layer := facts.layer(path)) is not None and layer.activation is not None]
    return (hidden_activation(activation, settable),) if settable else ()


def hidden_activation(activation: str, paths: Iterable[str]) -> Edit:
    """The edit that gives these layers an activation.

    Args:
        activation: By Keras' name.
        paths: Of the layers.
    """
    return Edit("hidden_activation", {"activation": activation, "layers": ",".join(paths)})
