"""The activation of an output."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class OutputActivation(EditKind):
    """Sets the last activation on the way to one output; "linear" strips it."""

    name = "output_activation"
    parameters: ClassVar[Mapping[str, Expected]] = {
        "output": Expected(str),
        "activation": Expected(str, choices=("linear", "sigmoid", "softmax", "exponential")),
    }

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        name, activation = edit.parameters["output"], edit.parameters["activation"]
        output = next((output for output in facts.outputs if output.name == name), None)
        before = f" from {output.activation}" if output is not None and output.activation else ""
        place = f" of the output {name}" if len(facts.outputs) > 1 else " of the output"
        return f"change the activation{place}{before} to {activation}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        name, activation = edit.parameters["output"], edit.parameters["activation"]
        output = next((output for output in facts.outputs if output.name == name), None)
        layer = facts.layer(output.layer) if output is not None else None
        if layer is None:
            return f'activation="{activation}"'
        if not layer.weights:  # a layer that is an activation and nothing else takes none by name
            return f'keras.layers.Activation("{activation}")'
        units = f"{layer.units}, " if layer.units is not None else "..., "
        return f'keras.layers.{layer.kind}({units}activation="{activation}")'

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:
        """See `EditKind.afterwards`."""
        activation = str(edit.parameters["activation"])
        held = {output.layer for output in facts.outputs if output.name == edit.parameters["output"]}
        layers = (replace(each, activation=activation) if each.path in held else each for each in facts.layers)
        return replace(facts, layers=tuple(layers))
