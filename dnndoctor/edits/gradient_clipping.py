"""Gradients clipped by their global norm."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, optimizer_call
from dnndoctor.edits.gradient_clipping_off import CLIPPINGS, clipped
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class GradientClipping(EditKind):
    """Scales all gradients down together where their norm is above `global_clipnorm`, in the place of any other clipping."""

    name = "gradient_clipping"
    parameters: ClassVar[Mapping[str, Expected]] = {"global_clipnorm": Expected(float, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        before = dict.fromkeys(
            f"{name}={value:g}"
            for optimizer in clipped(facts)
            for name in CLIPPINGS
            if (value := getattr(optimizer, name)) is not None
        )
        instead = f" instead of {', '.join(before)}" if before else ""
        return f"clip the gradients at a global norm of {edit.parameters['global_clipnorm']:g}{instead}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        optimizers = self.afterwards(edit, facts).recipe.optimizers
        lines = [f"optimizer={optimizer_call(optimizer, optimizer.learning_rate)}" for optimizer in optimizers]
        return "\n".join(lines) or f"global_clipnorm={edit.parameters['global_clipnorm']:g}"

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:
        """See `EditKind.afterwards`."""
        norm = float(edit.parameters["global_clipnorm"] or 0)
        changed = tuple(replace(each, clipnorm=None, clipvalue=None, global_clipnorm=norm) for each in facts.recipe.optimizers)
        return replace(facts, recipe=replace(facts.recipe, optimizers=changed))
