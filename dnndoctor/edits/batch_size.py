"""The number of rows a step."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class BatchSize(EditKind):
    """Takes `size` rows a step."""

    name = "batch_size"
    parameters: ClassVar[Mapping[str, Expected]] = {"size": Expected(int, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        return f"change the batch size from {facts.recipe.batch_size} to {edit.parameters['size']}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        size = edit.parameters["size"]
        return f"dataset.batch({size})" if facts.data.kind == "tf.data" else f"model.fit(..., batch_size={size})"
