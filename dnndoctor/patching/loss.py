"""The change of a loss: in the config, in the call of its class, or in the call of `compile`."""

import ast

from dnndoctor.edits import loss_call
from dnndoctor.evidence.facts import Facts, LossFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.arguments import argument, remove_arguments, set_argument
from dnndoctor.patching.code import Code, bare, code_at, import_keras, only
from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.yaml_text import set_key, written

_FROM_LOGITS = "from_logits"
_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "bce": "binary_crossentropy",
}
"""Keras' own short names."""


def loss(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes another loss for one output."""
    output = next((each for each in facts.outputs if each.name == edit.parameters["output"]), None)
    if output is None or output.loss is None:
        raise NotLocatedError("the output has no loss of its own")
    new = LossFacts(str(edit.parameters["name"]), built_in=True, from_logits=bool(edit.parameters.get(_FROM_LOGITS)))
    several = len(facts.outputs) > 1
    if draft.loaded.config.compile.loss is not None:
        _in_config(draft, output.name if several else None, new)
        return
    if new.from_logits and output.loss.place is not None:
        import_keras(draft, output.loss.place.file)
    code, expression = _expression(draft, output.loss, output.name if several else None)
    _write(code, expression, new)


def _in_config(draft: Draft, output: str | None, new: LossFacts) -> None:
    value: object = new.name
    if new.from_logits:
        value = {"class_name": loss_call(new).removeprefix("keras.losses.").partition("(")[0], _FROM_LOGITS: True}
    now = written(draft, ("compile", "loss"))
    by_output = isinstance(now, dict) and "class_name" not in now
    if by_output and output is not None and output in now:
        set_key(draft, ("compile", "loss", output), value)
    elif output is None and not by_output:
        set_key(draft, ("compile", "loss"), value)
    else:
        raise NotLocatedError("the config names the losses of several outputs")


def _expression(draft: Draft, before: LossFacts, output: str | None) -> tuple[Code, ast.expr]:
    """What makes the loss: a call of its class, or what `compile` was given for this output."""
    code, line = code_at(draft, before.place)
    calls = code.calls_at(line, before.name)
    if calls:
        return code, only(calls, before.name)
    given = argument(only(code.calls_at(line, "compile"), "compile"), "loss", 1)
    if isinstance(given, ast.Dict) and output is not None:
        keys = [key.value if isinstance(key, ast.Constant) else None for key in given.keys]
        given = given.values[keys.index(output)] if keys.count(output) == 1 else None
    elif output is not None:
        raise NotLocatedError("one loss is given for several outputs")
    match given:
        case ast.Constant(value=str(name)) if not before.built_in or _same(name, before.name):
            return code, given
        case ast.Attribute() if code.full_name(given).startswith("keras.losses."):
            return code, given
    raise NotLocatedError("the loss is made elsewhere")


def _write(code: Code, expression: ast.expr, new: LossFacts) -> None:
    same_class = isinstance(expression, ast.Call) and _same(code.class_name(expression), new.name)
    if same_class and isinstance(expression, ast.Call) and new.from_logits:
        set_argument(code, expression, _FROM_LOGITS, "True", 0)
    elif same_class and isinstance(expression, ast.Call):
        if remove_arguments(code, expression, _FROM_LOGITS.__eq__) != 1:
            raise NotLocatedError("from_logits is not written there")
    elif new.from_logits:
        kind = loss_call(new).partition("(")[0]
        code.replace(expression, f"{code.spelled(kind)}({_FROM_LOGITS}=True)")
    else:
        quote = code.source(expression)[0] if isinstance(expression, ast.Constant) else '"'
        code.replace(expression, f"{quote}{new.name}{quote}")


def _same(written_name: str, name: str) -> bool:
    return bare(_SHORT.get(written_name.lower(), written_name)) == bare(name)
