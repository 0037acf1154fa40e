"""The learning rate by a factor."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, optimizer_call
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class LearningRate(EditKind):
    """Multiplies every rate of every optimizer, schedules included, by `factor`."""

    name = "learning_rate"
    parameters: ClassVar[Mapping[str, Expected]] = {"factor": Expected(float, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        factor = _factor(edit)
        verb = "raise" if factor > 1 else "lower"
        optimizers = facts.recipe.optimizers
        if len(optimizers) != 1:
            return f"{verb} the learning rate of every optimizer by a factor of {factor:g}"
        rate = optimizers[0].learning_rate
        subject = "the learning-rate schedule's start" if optimizers[0].schedule else "the learning rate"
        return f"{verb} {subject} from {rate:.3g} to {rate * factor:.3g}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        return "\n".join(
            f"optimizer={optimizer_call(optimizer, optimizer.learning_rate * _factor(edit))}"
            for optimizer in facts.recipe.optimizers
        )


def _factor(edit: Edit) -> float:
    return float(edit.parameters["factor"] or 0)
