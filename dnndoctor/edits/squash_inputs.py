"""Inputs squashed by tanh."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, inputs
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class SquashInputs(EditKind):
    """Replaces every input that is a quantity by tanh(x / scale): values far below `scale` keep their proportions."""

    name = "squash_inputs"
    parameters: ClassVar[Mapping[str, Expected]] = {"scale": Expected(float, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        return f"squash {inputs.named(facts)} by tanh(x / {edit.parameters['scale']:g})"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        scale = f"{edit.parameters['scale']:g}"
        if facts.data.kind == "tf.data":
            return f"dataset = dataset.map(lambda x, y: (tf.tanh(x / {scale}), y))"
        return inputs.written(facts, f"{{x}} = np.tanh({{x}} / {scale})")
