"""The learning rate held where it is largest."""

from dataclasses import replace

from dnndoctor.edits import EditKind, optimizer_call
from dnndoctor.evidence.facts import CallbackFacts, Facts
from dnndoctor.evidence.trial import Edit

PLATEAU = "ReduceLROnPlateau"


class ConstantRate(EditKind):
    """Holds the largest rate of the course from the first step on, in place of schedules of optimizers and of callbacks."""

    name = "constant_rate"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        rate = largest_rate(facts)
        return "hold the learning rate at its largest from the first step on" + ("" if rate is None else f", {rate:.3g}")

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        rate = largest_rate(facts)
        gone = [callback.kind for callback in rate_callbacks(facts)]
        lines = []
        for place, optimizer in enumerate(facts.recipe.optimizers):
            if optimizer.schedule is not None or (place == 0 and gone):
                held = rate if place == 0 and rate is not None else optimizer.learning_rate
                lines.append(f"optimizer={optimizer_call(replace(optimizer, schedule=None), held)}")
        return "\n".join([*lines, *(f"callbacks=[...]: without {kind}" for kind in gone)])


def scheduled(facts: Facts) -> bool:
    """Whether anything is known to change the rate: a schedule of an optimizer, or one of Keras' own callbacks.

    What a callback of the user's own does to the rate shows only in a run (`EpochEnd.learning_rate`).

    Args:
        facts: Of the subject.
    """
    callbacks = rate_callbacks(facts)
    if any(callback.kind == PLATEAU for callback in callbacks) or any(each.schedule for each in facts.recipe.optimizers[1:]):
        return True
    if facts.recipe.rates:
        return min(facts.recipe.rates) < max(facts.recipe.rates)
    return bool(callbacks) or any(optimizer.schedule for optimizer in facts.recipe.optimizers)


def rate_callbacks(facts: Facts) -> tuple[CallbackFacts, ...]:
    """The callbacks of Keras' own, and those derived from `LearningRateScheduler`, that set the rate.

    Args:
        facts: Of the subject.
    """
    callbacks = facts.recipe.callbacks
    return tuple(each for each in callbacks if each.takes_part and (each.treatment == "per step" or each.kind == PLATEAU))


def largest_rate(facts: Facts) -> float | None:
    """The largest rate of the course; None where a schedule's course is not known.

    Args:
        facts: Of the subject.
    """
    recipe = facts.recipe
    if recipe.rates:
        return max(recipe.rates)
    followed = any(callback.treatment == "per step" for callback in rate_callbacks(facts))
    if len(recipe.optimizers) != 1 or recipe.optimizers[0].schedule is not None or followed:
        return None
    return recipe.optimizers[0].learning_rate
