"""Changes of the optimizer: in the config where it is written there, else in the call that made it."""

import ast
from collections.abc import Mapping
from typing import Any

from dnndoctor.config.schema import Factory
from dnndoctor.edits.constant_rate import largest_rate, rate_callbacks
from dnndoctor.edits.gradient_clipping_off import CLIPPINGS
from dnndoctor.edits.stretched_schedule import INTERVALS
from dnndoctor.evidence.facts import CallbackFacts, Facts, OptimizerFacts, Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.arguments import argument, holds, home_of, remove_arguments, remove_item, set_argument
from dnndoctor.patching.code import Code, bare, code_at, import_keras, only
from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.numbers import number_text
from dnndoctor.patching.yaml_text import remove_key, set_key, written

_OPTIMIZER = ("compile", "optimizer")
_RATE = "learning_rate"
_FROM_ONE_RATE = frozenset({"CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay"})
"""Schedules of Keras' own that are `initial_learning_rate` times something."""

_INTERVAL_POSITIONS = {"decay_steps": 1, "first_decay_steps": 1, "boundaries": 0}


def learning_rate(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Multiplies the optimizer's rate, or its schedule's initial one."""
    optimizer = _only_optimizer(facts)
    if any(callback.treatment == "per step" for callback in rate_callbacks(facts)):
        raise NotLocatedError("a callback sets the rate")
    rate = optimizer.learning_rate * float(edit.parameters["factor"] or 0)
    if optimizer.schedule is None:
        _set_rate(draft, optimizer, rate)
        return
    settings = optimizer.schedule_settings
    if optimizer.schedule not in _FROM_ONE_RATE or settings.get("warmup_target") is not None:
        raise NotLocatedError("its schedule has more than one rate")
    _set_of_schedule(draft, optimizer, "initial_learning_rate", optimizer.learning_rate, rate, 0)


def optimizer(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Puts another optimizer in the place of the compiled one, and takes away the callbacks that set its rate."""
    before = _only_optimizer(facts)
    kind = str(edit.parameters["class_name"])
    settings = {name: value for name, value in edit.parameters.items() if name != "class_name"}
    if _in_config(draft, before.place, _OPTIMIZER):
        set_key(draft, _OPTIMIZER, {"class_name": kind, **settings})
    else:
        code, _ = _expression(draft, before)
        name = _spelled(draft, code.path, f"keras.optimizers.{kind}")
        code, expression = _expression(draft, before)
        code.replace(expression, f"{name}({_keywords(settings)})")
    _remove_callbacks(draft, rate_callbacks(facts))


def constant_rate(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Writes the largest rate of the course in the place of the schedule, and takes away the callbacks that set the rate."""
    before = _only_optimizer(facts)
    gone = rate_callbacks(facts)
    rate = largest_rate(facts)
    held = before.learning_rate if rate is None else rate
    if before.schedule is not None:
        _set_setting(draft, before, _RATE, held, 0)
    elif abs(held - before.learning_rate) > 1e-5 * held:
        _set_rate(draft, before, held)
    _remove_callbacks(draft, gone)


def stretched_schedule(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Multiplies the intervals of the optimizer's schedule."""
    before = _only_optimizer(facts)
    if rate_callbacks(facts) or before.schedule is None:
        raise NotLocatedError("a callback sets the rate")
    factor = float(edit.parameters["factor"] or 0)
    own = {name: before.schedule_settings[name] for name in INTERVALS if before.schedule_settings.get(name)}
    if not own:
        raise NotLocatedError("its intervals are not known")
    for name, interval in own.items():
        if isinstance(interval, bool) or not isinstance(interval, int | float):
            raise NotLocatedError("its intervals are a list")
        _set_of_schedule(draft, before, name, interval, round(interval * factor), _INTERVAL_POSITIONS.get(name))


def two_phases(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes a schedule of two rates in the place of the constant one."""
    before = _only_optimizer(facts)
    recipe = facts.recipe
    if before.schedule is not None or rate_callbacks(facts) or recipe.steps_per_epoch is None:
        raise NotLocatedError("the rate is not constant, or the course has no known end")
    share, factor = (float(edit.parameters[name] or 0) for name in ("share", "factor"))
    # The first rate is taken up to and with the boundary's own step.
    switch = max(0, round(share * recipe.epochs * recipe.steps_per_epoch) - 1)
    rates = [before.learning_rate, before.learning_rate * factor]
    if _in_config(draft, before.place, _OPTIMIZER):
        schedule = {"class_name": "PiecewiseConstantDecay", "boundaries": [switch], "values": rates}
        _set_in_config(draft, before, _RATE, schedule)
        return
    assert before.place is not None  # `_in_config` has looked
    name = _spelled(draft, before.place.file, "keras.optimizers.schedules.PiecewiseConstantDecay")
    _set_in_code(draft, before, _RATE, f"{name}([{switch}], [{', '.join(map(number_text, rates))}])", 0)


def gradient_clipping_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes the clipping arguments of the optimizer away."""
    _remove_settings(draft, _only_optimizer(facts), CLIPPINGS)


def gradient_clipping(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Gives the optimizer a clipping argument, in the place of any other."""
    before = _only_optimizer(facts)
    if any(getattr(before, name) is not None for name in CLIPPINGS):
        _remove_settings(draft, before, CLIPPINGS)
    _set_setting(draft, before, "global_clipnorm", float(edit.parameters["global_clipnorm"] or 0), None)


def weight_decay_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes the optimizer's weight decay away; AdamW decays by default, so it is told not to."""
    before = _only_optimizer(facts)
    if not before.weight_decay:
        raise NotLocatedError("the optimizer has no weight decay")
    if before.kind == "AdamW":
        _set_setting(draft, before, "weight_decay", 0.0, 1)
    else:
        _remove_settings(draft, before, ("weight_decay",))


def _only_optimizer(facts: Facts) -> OptimizerFacts:
    if len(facts.recipe.optimizers) != 1:
        raise NotLocatedError("the model trains with several optimizers of its own")
    return facts.recipe.optimizers[0]


def _in_config(draft: Draft, place: Place | None, path: tuple[str, ...]) -> bool:
    """Whether the place is the config's, so that a key of it says what is to be changed."""
    if getattr(draft.loaded.config.compile, path[-1]) is not None:
        return True  # by the file or by the command line; in the latter case the config refuses to be changed
    if place is None:
        raise NotLocatedError("where it was written was not seen")
    return False


def _expression(draft: Draft, before: OptimizerFacts) -> tuple[Code, ast.expr]:
    """What makes the optimizer: a call of its class, or its name as `compile` takes it."""
    code, line = code_at(draft, before.place)
    calls = code.calls_at(line, before.kind)
    if calls:
        return code, only(calls, before.kind)
    given = argument(only(code.calls_at(line, "compile"), "compile"), "optimizer", 0)
    match given:
        case ast.Constant(value=str(name)) if bare(name) == bare(before.kind):
            return code, given
    raise NotLocatedError(f"no call of {before.kind} stands there")


def _spelled(draft: Draft, path: str, full: str) -> str:
    import_keras(draft, path)
    return Code(draft, path).spelled(full)


def _keywords(settings: Mapping[str, Any]) -> str:
    texts = {name: number_text(value) if isinstance(value, int | float) else repr(value) for name, value in settings.items()}
    return ", ".join(f"{name}={text}" for name, text in texts.items())


def _set_setting(draft: Draft, before: OptimizerFacts, name: str, value: float, position: int | None) -> None:
    """Gives the optimizer a setting, whatever it was."""
    if _in_config(draft, before.place, _OPTIMIZER):
        _set_in_config(draft, before, name, value)
    else:
        _set_in_code(draft, before, name, number_text(value), position)


def _set_in_config(draft: Draft, before: OptimizerFacts, name: str, value: Any) -> None:
    now = written(draft, _OPTIMIZER)
    if isinstance(now, str) and bare(now) == bare(before.kind):
        set_key(draft, _OPTIMIZER, {"class_name": before.kind, name: value})
    elif isinstance(now, dict):
        set_key(draft, (*_OPTIMIZER, name), value)
    else:
        raise NotLocatedError("the config names an optimizer of your own")


def _set_in_code(draft: Draft, before: OptimizerFacts, name: str, text: str, position: int | None) -> None:
    code, expression = _expression(draft, before)
    if isinstance(expression, ast.Call):
        if not code.full_name(expression.func).startswith("keras.") and argument(expression, name, position) is None:
            raise NotLocatedError("it is an optimizer of your own")
        set_argument(code, expression, name, text, position)
        return
    kind = _spelled(draft, code.path, f"keras.optimizers.{before.kind}")
    code, expression = _expression(draft, before)
    code.replace(expression, f"{kind}({name}={text})")


def _set_rate(draft: Draft, before: OptimizerFacts, rate: float) -> None:
    """Changes a constant rate where its number is written."""
    if _in_config(draft, before.place, _OPTIMIZER):
        _set_in_config(draft, before, _RATE, rate)
        return
    code, expression = _expression(draft, before)
    given = argument(expression, _RATE, 0) if isinstance(expression, ast.Call) else None
    if given is None:
        _set_in_code(draft, before, _RATE, number_text(rate), 0)
    elif (name := _of_the_config(draft, code, given, before.learning_rate)) is not None:
        set_key(draft, ("model", "args", name), rate)
    else:
        code.replace(home_of(code, given, before.learning_rate), number_text(rate))


def _of_the_config(draft: Draft, code: Code, given: ast.expr, value: float) -> str | None:
    """The name of the model factory's argument, where the config gives the value by it."""
    origin = draft.loaded.config.model
    function = code.function_of(given)
    if not isinstance(origin, Factory) or not isinstance(given, ast.Name) or function is None:
        return None
    named = origin.factory.rpartition(":")[2] == function.name and given.id in origin.args
    return given.id if named and holds(ast.Constant(origin.args[given.id]), value) else None


def _set_of_schedule(draft: Draft, before: OptimizerFacts, name: str, value: float, new: float, position: int | None) -> None:
    """Changes a number that the optimizer's schedule is made with."""
    if _in_config(draft, before.place, _OPTIMIZER):
        now = written(draft, (*_OPTIMIZER, _RATE, name))
        if not isinstance(now, int | float):
            raise NotLocatedError("the config does not say it")
        set_key(draft, (*_OPTIMIZER, _RATE, name), new)
        return
    code, _ = code_at(draft, before.place)
    made = only((call for call in code.calls() if code.class_name(call) == before.schedule), str(before.schedule))
    given = argument(made, name, position)
    if given is None:
        raise NotLocatedError(f"{name} is not given")
    code.replace(home_of(code, given, value), number_text(new))


def _remove_settings(draft: Draft, before: OptimizerFacts, names: tuple[str, ...]) -> None:
    if _in_config(draft, before.place, _OPTIMIZER):
        now = written(draft, _OPTIMIZER)
        going = [name for name in names if isinstance(now, dict) and name in now]
        for name in going:
            remove_key(draft, (*_OPTIMIZER, name))
        left = len(going)
    else:
        left = 0
        while True:
            code, expression = _expression(draft, before)
            found = remove_arguments(code, expression, names.__contains__) if isinstance(expression, ast.Call) else 0
            left += found > 0
            if found < 2:
                break
    if not left:
        raise NotLocatedError(f"{' and '.join(names)} are not written there")


def _remove_callbacks(draft: Draft, callbacks: tuple[CallbackFacts, ...]) -> None:
    for callback in callbacks:
        if callback.place is not None and callback.place.file == draft.config_path:
            _remove_from_config(draft, callback.kind)
            continue
        code, line = code_at(draft, callback.place)
        call = only(code.calls_at(line, callback.kind), callback.kind)
        held_in = code.parent(call)
        if not isinstance(held_in, ast.List):
            raise NotLocatedError(f"{callback.kind} is not an item of a list")
        remove_item(code, held_in.elts, call)


def _remove_from_config(draft: Draft, kind: str) -> None:
    listed = written(draft, ("fit", "callbacks"))
    names = [each.get("class_name") if isinstance(each, dict) else each for each in listed] if isinstance(listed, list) else []
    if names.count(kind) != 1:
        raise NotLocatedError(f"the config does not name {kind} once")
    remove_key(draft, ("fit", "callbacks", names.index(kind)))
