"""No weight decay."""

from dataclasses import replace

from dnndoctor.edits import EditKind, optimizer_call
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class WeightDecayOff(EditKind):
    """Switches off the weight decay of every optimizer alone; `regularization_off` takes the penalties of the loss away, too."""

    name = "weight_decay_off"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        decays = dict.fromkeys(f"{each.weight_decay:g}" for each in facts.recipe.optimizers if each.weight_decay)
        return f"switch off weight decay ({', '.join(decays)})" if decays else "switch off weight decay"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        changed = zip(facts.recipe.optimizers, self.afterwards(edit, facts).recipe.optimizers, strict=True)
        lines = [f"optimizer={optimizer_call(after, after.learning_rate)}" for before, after in changed if before.weight_decay]
        return "\n".join(lines) or "weight_decay=0.0"

    def afterwards(self, edit: Edit, facts: Facts) -> Facts:  # noqa: ARG002  the seam gives the edit
        """See `EditKind.afterwards`."""
        free = tuple(replace(each, weight_decay=0.0) if each.weight_decay else each for each in facts.recipe.optimizers)
        return replace(facts, recipe=replace(facts.recipe, optimizers=free))
