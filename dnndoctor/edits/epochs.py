"""More epochs."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class Epochs(EditKind):
    """Trains for `factor` times the epochs. A trial of it has to take as many times the steps, as `recipe_trial` gives it."""

    name = "epochs"
    parameters: ClassVar[Mapping[str, Expected]] = {"factor": Expected(float, above=1)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        return f"train for {_epochs(edit, facts):,} epochs instead of {facts.recipe.epochs:,}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        return f"model.fit(..., epochs={_epochs(edit, facts)})"


def epochs_factor(edits: tuple[Edit, ...]) -> float:
    """What edits multiply the number of epochs by, 1 where none does.

    Args:
        edits: Of a trial.
    """
    factor = 1.0
    for edit in edits:
        if edit.name == Epochs.name:
            factor *= float(edit.parameters["factor"] or 1)
    return factor


def _epochs(edit: Edit, facts: Facts) -> int:
    own = facts.recipe.epochs
    return max(own + 1, round(own * epochs_factor((edit,))))
