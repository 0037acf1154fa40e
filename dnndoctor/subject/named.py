"""What a config names: Keras' own optimizers, losses, metrics and callbacks, or the user's, as fresh objects."""

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from dnndoctor.config.schema import ClassSpec
from dnndoctor.errors import SubjectError
from dnndoctor.subject.loading import UserCode

_SHELVES: dict[str, tuple[Any, ...]] = {
    "optimizer": (keras.optimizers, keras.optimizers.schedules),
    "loss": (keras.losses,),
    "metric": (keras.metrics,),
    "callback": (keras.callbacks,),
}
_FOR_SETTINGS = (
    keras.optimizers.schedules,
    keras.optimizers,
    keras.losses,
    keras.metrics,
    keras.callbacks,
    keras.regularizers,
    keras.initializers,
    keras.constraints,
)
"""Where a class that stands inside another one's settings (a schedule, mostly) is looked for."""

_STAGE = "making what the config names"


def make_named(named: str | ClassSpec | Mapping[str, Any], kind: str, code: UserCode) -> Any:
    """A fresh object for an entry of the config.

    Args:
        named: A Keras name, a `file.py:name` of the user's, or a class with its settings.
        kind: "optimizer", "loss", "metric" or "callback".
        code: Where the user's own are found.

    Returns:
        For names of Keras' functions ("mse", "accuracy") the name itself, which `compile` resolves by the data's shapes;
        for the user's functions the function; else an object.

    Raises:
        SubjectError: There is nothing of that name, or it does not take these settings.
    """
    if isinstance(named, str):
        if _is_reference(named):
            found = code.find(named, _STAGE)
            return _call(found, {}, named, code) if inspect.isclass(found) else found
        if kind == "callback":
            return _call(_class(named, kind, code), {}, named, code)
        _check_name(named, kind)
        return named
    name, settings = _split(named)
    return _call(_class(name, kind, code), {key: _setting(value, code) for key, value in settings.items()}, name, code)


def make_nested(named: Any, kind: str, code: UserCode) -> Any:
    """`make_named` for lists and dicts of entries, as `compile` takes them for several outputs.

    Args:
        named: An entry, None, or lists and dicts of them.
        kind: See `make_named`.
        code: See `make_named`.

    Raises:
        SubjectError: As `make_named`.
    """
    if named is None:
        return None
    if isinstance(named, str | ClassSpec) or (isinstance(named, Mapping) and "class_name" in named):
        return make_named(named, kind, code)
    if isinstance(named, Mapping):
        return {key: make_nested(value, kind, code) for key, value in named.items()}
    if isinstance(named, Sequence):
        return [make_nested(value, kind, code) for value in named]
    raise SubjectError(
        f"{named!r} cannot stand for a {kind}.", stage=_STAGE, advice="Give a name, `file.py:name`, or {class_name: ...}."
    )


def _split(named: ClassSpec | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(named, ClassSpec):
        return named.class_name, dict(named.model_extra or {})
    settings = dict(named)
    return str(settings.pop("class_name")), settings


def _setting(value: Any, code: UserCode) -> Any:
    if isinstance(value, Mapping) and "class_name" in value:
        name, settings = _split(value)
        return _call(_class(name, "", code), {key: _setting(inner, code) for key, inner in settings.items()}, name, code)
    if isinstance(value, str) and _is_reference(value):
        return code.find(value, _STAGE)
    return value


def _class(name: str, kind: str, code: UserCode) -> Any:
    if _is_reference(name):
        return code.find(name, _STAGE)
    wanted = name.replace("_", "").lower()
    classes = {
        member: value
        for shelf in _SHELVES.get(kind, _FOR_SETTINGS)
        for member, value in vars(shelf).items()
        if inspect.isclass(value) and not member.startswith("_")
    }
    for member, value in classes.items():
        if member.lower() == wanted:
            return value
    raise SubjectError(f"Keras has no {kind or 'class'} named `{name}`.", stage=_STAGE, advice=_near(name, list(classes)))


def _check_name(name: str, kind: str) -> None:
    if name in {"accuracy", "acc", "crossentropy", "ce"}:  # resolved by `compile` from the shapes of the data
        return
    shelf = _SHELVES[kind][0]
    try:
        known = shelf.get(name)
    except ValueError:
        known = None
    if known is None:
        names = [member for member in vars(shelf) if not member.startswith("_")]
        raise SubjectError(f"Keras has no {kind} named `{name}`.", stage=_STAGE, advice=_near(name, names))


def _call(found: Any, settings: Mapping[str, Any], name: str, code: UserCode) -> Any:
    try:
        inspect.signature(found).bind(**settings)
    except TypeError as error:
        raise SubjectError(f"`{name}` cannot be made like that: {error}.", stage=_STAGE, advice=_parameters(found)) from error
    strange = [setting for setting in settings if setting not in inspect.signature(found).parameters]
    if strange and found.__module__.split(".")[0] == "keras":  # the user's own may pass them on
        raise SubjectError(f"`{name}` has no setting `{strange[0]}`.", stage=_STAGE, advice=_parameters(found))
    with code.guarded(name, _STAGE):
        return found(**settings)


def _parameters(found: Any) -> str:
    names = [name for name, parameter in inspect.signature(found).parameters.items() if parameter.kind != parameter.VAR_KEYWORD]
    return f"It takes: {', '.join(names)}."


def _is_reference(text: str) -> bool:
    return ":" in text


def _near(name: str, names: Sequence[str]) -> str:
    by_lower = {other.lower(): other for other in names}
    near = [by_lower[other] for other in difflib.get_close_matches(name.lower(), list(by_lower), n=3)]
    return f"Did you mean {' or '.join(f'`{other}`' for other in near)}?" if near else "Check the spelling."
