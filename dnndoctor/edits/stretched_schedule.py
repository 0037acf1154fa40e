"""A learning-rate schedule with longer or shorter intervals."""

import ast
from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.constant_rate import PLATEAU, rate_callbacks
from dnndoctor.evidence.facts import CallbackFacts, Facts, OptimizerFacts
from dnndoctor.evidence.trial import Edit

INTERVALS = ("decay_steps", "first_decay_steps", "warmup_steps", "boundaries")
"""The settings of Keras' own schedules that are counted in steps."""


class StretchedSchedule(EditKind):
    """Multiplies the intervals of schedules, and the patience of `ReduceLROnPlateau`, by `factor`."""

    name = "stretched_schedule"
    parameters: ClassVar[Mapping[str, Expected]] = {"factor": Expected(float, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        kinds = [optimizer.schedule for optimizer in facts.recipe.optimizers if optimizer.schedule is not None]
        kinds += [callback.kind for callback in rate_callbacks(facts)]
        what = " and ".join(dict.fromkeys(kinds)) or "the learning-rate schedule"
        factor = _factor(edit)
        return f"make {what} {factor:.3g} times as slow" if factor >= 1 else f"make {what} {1 / factor:.3g} times as fast"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        factor = _factor(edit)
        lines = [_of_optimizer(optimizer, factor) for optimizer in facts.recipe.optimizers if optimizer.schedule is not None]
        lines += [_of_callback(callback, factor) for callback in rate_callbacks(facts)]
        return "\n".join(lines) or f"multiply every interval of the schedule by {factor:g}"


def _of_optimizer(optimizer: OptimizerFacts, factor: float) -> str:
    settings = {name: _times(optimizer.schedule_settings.get(name), factor) for name in INTERVALS}
    changed = ", ".join(f"{name}={value}" for name, value in settings.items() if value is not None)
    # A schedule of the user's own may count in anything.
    return f"learning_rate={optimizer.schedule}(..., {changed or f'every interval times {factor:g}'})"


def _of_callback(callback: CallbackFacts, factor: float) -> str:
    if callback.kind != PLATEAU:
        return (
            f"callbacks=[...]: the function of {callback.kind} asked for epoch / {factor:g}, whenever that reaches a whole number"
        )
    settings = {name: _times(callback.settings.get(name) or None, factor) for name in ("patience", "cooldown")}
    changed = ", ".join(f"{name}={value}" for name, value in settings.items() if value is not None)
    return f"keras.callbacks.{callback.kind}(..., {changed})"


def _times(interval: object, factor: float) -> str | None:
    """An interval, or the text of a list of them, times the factor; None where it is neither."""
    if isinstance(interval, str):
        try:
            interval = ast.literal_eval(interval)
        except (SyntaxError, ValueError):
            return None
    if isinstance(interval, list | tuple):
        return (
            str([round(each * factor) for each in interval]) if all(isinstance(each, int | float) for each in interval) else None
        )
    return str(round(interval * factor)) if isinstance(interval, int | float) and not isinstance(interval, bool) else None


def _factor(edit: Edit) -> float:
    return float(edit.parameters["factor"] or 0)
