"""Another optimizer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError, Held, Run, number
from dnndoctor.subject.edits.loss import recompile
from dnndoctor.subject.engine.state import optimizers_of


class Optimizer(AppliedEdit):
    """The compiled optimizer replaced by a fresh one of `class_name` with a constant `learning_rate`, callbacks or not.

    `momentum` and `weight_decay` are the class's defaults where they are not given.
    """

    name = "optimizer"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        rate = number(parameters, "learning_rate", above=0)
        kind = getattr(keras.optimizers, str(parameters.get("class_name")), None)
        if not (isinstance(kind, type) and issubclass(kind, keras.optimizers.Optimizer)):
            raise CannotApplyError(f"Keras has no optimizer called {parameters.get('class_name')!r}.")
        found = optimizers_of(model)
        if len(found) > 1 or not found or found[0] is not model.optimizer:
            raise CannotApplyError("The model trains with several optimizers of its own, so none can be put in the place of all.")
        settings = {name: number(parameters, name, above=0) for name in ("momentum", "weight_decay") if name in parameters}
        try:
            fresh = kind(learning_rate=rate, **settings)
        except (TypeError, ValueError) as error:  # a setting that the class does not know
            raise CannotApplyError(f"{kind.__name__} takes no {' and '.join(settings)}.") from error
        recompile(model, optimizer=fresh)

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`; callbacks would set the rates that were meant for the user's optimizer."""
        del parameters
        return replace(run, held=Held.COMPILED)
