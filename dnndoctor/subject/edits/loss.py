"""Another loss for one output."""

from collections.abc import Mapping
from typing import Any

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, CannotApplyError
from dnndoctor.subject.engine import private


class Loss(AppliedEdit):
    """The loss of the output `output` replaced by Keras' own loss `name`, `from_logits` or not; its weight stays."""

    name = "loss"
    structural = True

    def change_model(self, model: keras.Model, parameters: Mapping[str, Parameter], inputs: Any) -> None:
        """See `AppliedEdit`."""
        del inputs
        fresh = _loss(str(parameters.get("name")), parameters.get("from_logits"))
        compiled = (private.compile_arguments(model) or {}).get("loss")
        if compiled is None:
            raise CannotApplyError("The model's loss was not given to compile, so it cannot be replaced.")
        output = str(parameters.get("output"))
        names = list(getattr(model, "output_names", None) or ())
        if isinstance(compiled, dict):
            if output not in compiled:
                raise CannotApplyError(f"No loss was compiled for an output called {output!r}.")
            recompile(model, loss={**compiled, output: fresh})
        elif isinstance(compiled, list | tuple) and len(compiled) > 1:
            if output not in names:
                raise CannotApplyError(f"The model has no output called {output!r}.")
            recompile(model, loss=[fresh if name == output else kept for name, kept in zip(names, compiled, strict=True)])
        elif len(names) > 1:
            if output not in names:
                raise CannotApplyError(f"The model has no output called {output!r}.")
            recompile(model, loss=[fresh if name == output else compiled for name in names])
        else:
            recompile(model, loss=fresh)


def recompile(model: keras.Model, **changes: Any) -> None:
    """Compiles a model anew with some arguments changed.

    Args:
        model: Compiled, not yet traced.
        changes: Arguments of `compile`.

    Raises:
        CannotApplyError: The model was compiled in a way of its own.
    """
    arguments = private.compile_arguments(model)
    if arguments is None:
        raise CannotApplyError("The model was compiled in a way of its own, so its recipe cannot be changed.")
    arguments |= changes
    # Keras wraps the optimizer of a mixed-precision model by itself; a second wrap of the same would scale twice.
    keras.Model.compile(model, **arguments)


def _loss(name: str, from_logits: Parameter) -> keras.losses.Loss:
    plain = name.replace("_", "").lower()
    for candidate in dir(keras.losses):
        kind = getattr(keras.losses, candidate)
        if candidate.lower() == plain and isinstance(kind, type) and issubclass(kind, keras.losses.Loss):
            if from_logits is None:
                return kind()
            try:
                return kind(from_logits=bool(from_logits))
            except TypeError:
                if from_logits:
                    raise CannotApplyError(f"The loss {name!r} takes no logits.") from None
                return kind()
    raise CannotApplyError(f"Keras has no loss called {name!r}.")
