"""Hidden layers wider or narrower."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.hidden_layers import at, hidden_layers
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit

_VERBS = {0.5: "halve", 2.0: "double"}


class Width(EditKind):
    """Multiplies every hidden width by `factor`: units, filters, the vectors of embeddings; outputs and vocabularies stay."""

    name = "width"
    parameters: ClassVar[Mapping[str, Expected]] = {"factor": Expected(float, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        factor = _factor(edit)
        widths = dict.fromkeys(f"{layer.units} to {scaled(layer.units or 1, factor)}" for layer in hidden_layers(facts))
        shown = ", ".join(widths)
        what = "every hidden width" + (f" ({shown})" if shown else "")
        return f"{_VERBS[factor]} {what}" if factor in _VERBS else f"multiply {what} by {factor:g}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        lines = dict.fromkeys(
            f"keras.layers.{layer.kind}({_argument(layer, _factor(edit))}, ...){at(layer, layer.path)}"
            for layer in hidden_layers(facts)
        )
        return "\n".join(lines) or f"{_factor(edit):g} times as many units and filters in every hidden layer"

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:
        """See `EditKind.afterwards`."""
        hidden = {layer.path for layer in hidden_layers(facts)}
        changed = tuple(
            replace(layer, units=scaled(layer.units or 1, _factor(edit))) if layer.path in hidden else layer
            for layer in facts.layers
        )
        return replace(facts, layers=changed)


def scaled(width: int, factor: float) -> int:
    """A width times a factor, rounded, halves up, and at least 1.

    Args:
        width: Units or filters.
        factor: Above 0.
    """
    return max(1, math.floor(width * factor + 0.5))


def _argument(layer: LayerFacts, factor: float) -> str:
    width = scaled(layer.units or 1, factor)
    return f"..., {width}" if layer.kind == "Embedding" else str(width)


def _factor(edit: Edit) -> float:
    return float(edit.parameters["factor"] or 0)
