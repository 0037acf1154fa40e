"""Another optimizer."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.constant_rate import rate_callbacks
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class Optimizer(EditKind):
    """Replaces the compiled optimizer by a fresh one of class `class_name` at a constant `learning_rate`, callbacks or not.

    `momentum` (of SGD and RMSprop) and `weight_decay` are the class's own where they are not given.
    """

    name = "optimizer"
    parameters: ClassVar[Mapping[str, Expected]] = {
        "class_name": Expected(str),
        "learning_rate": Expected(float, above=0),
        "momentum": Expected(float, above=0, below=1, optional=True),
        "weight_decay": Expected(float, above=0, optional=True),
    }

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        kinds = [optimizer.kind for optimizer in facts.recipe.optimizers]
        settings = "".join(f" and {name.replace('_', ' ')} {value:g}" for name, value in _settings(edit).items())
        if kinds == [edit.parameters["class_name"]] and not settings:
            before = facts.recipe.optimizers[0].learning_rate
            return f"change the learning rate of {kinds[0]} from {before:.3g} to {edit.parameters['learning_rate']:g}"
        rate = edit.parameters["learning_rate"]
        return f"replace {' and '.join(kinds) or 'the optimizer'} by {edit.parameters['class_name']} at {rate:g}{settings}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        rate = edit.parameters["learning_rate"]
        settings = "".join(f", {name}={value:g}" for name, value in _settings(edit).items())
        call = f"optimizer=keras.optimizers.{edit.parameters['class_name']}(learning_rate={rate:g}{settings})"
        # What sets the rates of the user's optimizer would set those of this one.
        return "\n".join([call, *(f"callbacks=[...]: without {callback.kind}" for callback in rate_callbacks(facts))])


def _settings(edit: Edit) -> dict[str, float]:
    """What is set beside the rate."""
    given = {name: edit.parameters.get(name) for name in ("momentum", "weight_decay")}
    return {name: float(value) for name, value in given.items() if value is not None}
