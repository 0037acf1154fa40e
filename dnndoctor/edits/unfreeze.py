"""Frozen layers trained."""

from dnndoctor.edits import EditKind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class Unfreeze(EditKind):
    """Trains every layer that has weights to train."""

    name = "unfreeze"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        frozen = _frozen(facts)
        return f"train {len(frozen)} frozen layer{'s' * (len(frozen) != 1)}" if frozen else "train all layers"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        lines = [f'model.get_layer("{path}").trainable = True' for path in _frozen(facts)] or ["model.trainable = True"]
        return "\n".join([*lines, "# before model.compile(...)"])


def _frozen(facts: Facts) -> tuple[str, ...]:
    return tuple(layer.path for layer in facts.layers if not layer.trainable and layer.parameters)
