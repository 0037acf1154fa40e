"""Another learning rate for the last part of the course."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, optimizer_call
from dnndoctor.edits.constant_rate import rate_callbacks
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class TwoPhases(EditKind):
    """After `share` of the steps every rate is multiplied by `factor`, and training goes on with the optimizer as it is."""

    name = "two_phases"
    parameters: ClassVar[Mapping[str, Expected]] = {
        "share": Expected(float, above=0, below=1),
        "factor": Expected(float, above=0),
    }

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        share, factor = _numbers(edit)
        return f"after {share:.0%} of the steps go on at {factor:g} times the learning rate, the optimizer's state kept"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        share, factor = _numbers(edit)
        recipe = facts.recipe
        plain = len(recipe.optimizers) == 1 and recipe.optimizers[0].schedule is None and not rate_callbacks(facts)
        if plain and recipe.steps_per_epoch is not None:
            optimizer = recipe.optimizers[0]
            switch = round(share * recipe.epochs * recipe.steps_per_epoch)
            rates = f"[{optimizer.learning_rate:.3g}, {optimizer.learning_rate * factor:.3g}]"
            # The first rate is taken up to and with the boundary's own step.
            schedule = f"keras.optimizers.schedules.PiecewiseConstantDecay([{max(0, switch - 1)}], {rates})"
            call = optimizer_call(optimizer, optimizer.learning_rate)
            return f"optimizer={call.replace(f'learning_rate={optimizer.learning_rate:.3g}', f'learning_rate={schedule}', 1)}"
        rate = "multiply what the schedule gives" if not plain else "multiply model.optimizer.learning_rate"
        return f"{rate} by {factor:g} after {share:.0%} of the steps, without compiling again"


def _numbers(edit: Edit) -> tuple[float, float]:
    return float(edit.parameters["share"] or 0), float(edit.parameters["factor"] or 0)
