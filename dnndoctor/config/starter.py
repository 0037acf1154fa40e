"""A first config for a training script: what was found in it, and the rest of the schema as comments."""

import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from dnndoctor.config.schema import SECTIONS, Config
from dnndoctor.config.script import FIT_NUMBERS, Call, Factory, Script
from dnndoctor.config.words import escaped

PLACEHOLDERS = {"model": "build_model", "data": "load_data"}
"""Names of functions that the user has still to write."""

SNIPPET = """\
def build_model():
    model = keras.Sequential([...])     # what your script does today, up to and with model.compile(...)
    model.compile(...)
    return model


def load_data():
    ...                                 # what your script does today to make its arrays
    return (x_train, y_train), (x_val, y_val)


if __name__ == "__main__":
    (x_train, y_train), validation = load_data()
    build_model().fit(x_train, y_train, validation_data=validation, batch_size=32, epochs=10)
"""
"""What a script looks like that the doctor can examine."""

_RETURNS = {
    "model": "A function that returns a compiled keras.Model; or {factory: ..., args: {...}}, or {file: model.keras}.",
    "data": "A function that returns (x, y), ((x, y), (x_val, y_val)), a dict with x_train, y_train, x_val, y_val, or a\n"
    "# tf.data.Dataset; or {kind: npz | npy | csv, x: ...}.",
}
_COMMENTED = ("goal", "ladder", "gate", "report")
_NOT_WITH_THE_REST = ("at_most", "skip")
"""Keys that exclude another one of their section, or leave something out; the others may be uncommented together."""

_PLAIN = re.compile(r"[\w./-]+:[\w.]+")
_MOST_EPOCHS = 2**31
_LONGEST_SOURCE = 90
_WIDEST_ENTRY, _WIDEST_LINE = 40, 118


def starter(
    model: tuple[Script, Factory] | None, data: tuple[Script, Factory] | None, recipe: Script | None, folder: Path
) -> str:
    """The text of a config.

    Args:
        model: The model's factory and its file; None where none was found.
        data: The same for data.
        recipe: The script whose `fit` and `compile` are read; None where there is none.
        folder: The config's folder, which references are relative to.
    """
    parts = [_head(), *_source("model", model, recipe, folder), *_source("data", data, recipe, folder)]
    parts += [_fit(recipe), _compile(recipe), *(_section(name) for name in _COMMENTED)]
    return "\n".join(parts)


def reference(script: Script | None, name: str, folder: Path) -> str:
    """`file.py:name`, the file relative to a folder.

    Args:
        script: Whose file it is; None for one that has still to be written.
        name: Of the function.
        folder: See above.
    """
    return f"{_place(script, folder)}:{name}"


def _place(script: Script | None, folder: Path) -> str:
    if script is None:
        return "train.py"
    return Path(os.path.relpath(script.path.absolute(), folder.absolute())).as_posix()


def _head() -> str:
    return (
        "# What dnndoctor is to examine, and how: `dnndoctor diagnose THIS_FILE` climbs the whole ladder, in three minutes, and\n"
        "# `dnndoctor check THIS_FILE` is a quick gate for CI. All keys are in `dnndoctor schema config`.\n"
        "version: 1\n"
    )


def _source(key: str, found: tuple[Script, Factory] | None, recipe: Script | None, folder: Path) -> Iterator[str]:
    comment = f"# {_RETURNS[key]}\n"
    if found is None:
        name = reference(recipe, PLACEHOLDERS[key], folder)
        yield f"{comment}{key}: {_quoted(name)}     # FILL IN: no such function was found\n"
        return
    script, factory = found
    value = _quoted(reference(script, factory.name, folder))
    if factory.required:
        arguments = ", ".join(f"{name}: null" for name in factory.required)
        value = f"{{factory: {value}, args: {{{arguments}}}}}     # FILL IN the arguments"
    lines = [f"{comment}{key}: {value}"]
    if factory.remark:
        remark = f"Look at its line {factory.line}: {factory.remark}."
        lines += [f"# {line}" for line in textwrap.wrap(remark, _WIDEST_LINE - 2)]
    others = [other for other in (script.models if key == "model" else script.data) if other is not factory][:5]
    if others:
        lines.append("# Others there: " + ", ".join(f"{escaped(other.name)} (line {other.line})" for other in others) + ".")
    yield "\n".join(lines) + "\n"


def _fit(recipe: Script | None) -> str:
    call = recipe.fit if recipe else None
    values = _recipe_values(call) if call else {}
    fields = SECTIONS["fit"].model_fields
    origin = f", read from line {call.line}" if call and values else "; FILL IN: no call with plain numbers was found"
    entries = []
    for name in dict.fromkeys(("batch_size", "epochs", *values)):
        shown = _flow(values[name]) if name in values else _example(fields[name])
        entries.append((f"{name}: {shown}", fields[name], "" if name in values else "A guess."))
    for name in ("validation_split", "class_weight", "callbacks"):
        if name not in values:
            written = call.sources.get(name) if call else None
            entries.append((f"# {name}: {_example(fields[name])}", fields[name], f"Yours: {_short(written)}." if written else ""))
    return f"# The recipe, as model.fit takes it{origin}.\nfit:\n" + _entries(entries, "  ")


def _recipe_values(call: Call) -> dict[str, Any]:
    """Arguments of `fit` that the schema takes as they are."""
    values: dict[str, Any] = {}
    for name, value in call.values.items():
        match name, value:
            case "shuffle", bool():
                values[name] = value
            case "validation_split", float() if 0 <= value < 1:
                values[name] = value
            case "callbacks", [{"class_name": str()}, *_]:
                values[name] = value
            case "class_weight", dict() if all(
                type(key) is int and type(weight) in (int, float) for key, weight in value.items()
            ):
                values[name] = value
            case _ if name in FIT_NUMBERS and type(value) is int and 1 <= value < _MOST_EPOCHS:
                values[name] = value
    return values


def _compile(recipe: Script | None) -> str:
    call = recipe.compile if recipe else None
    fields = SECTIONS["compile"].model_fields
    lines = [f"# {Config.model_fields['compile'].description}"]
    if call:
        said = (f"{name}={_short(call.sources[name])}" for name in ("optimizer", "loss", "metrics") if name in call.sources)
        lines += [f"# Line {call.line} says:", *(f"# - {each}" for each in said)]
    lines.append("# compile:")
    entries = [(f"{name}: {_example(fields[name])}", fields[name], "") for name in ("optimizer", "loss", "metrics")]
    return "\n".join(lines) + "\n" + _entries(entries, "#   ")


def _section(name: str) -> str:
    """A section of the schema as comments, which one may uncomment as they are."""
    entries = []
    for key, entry in SECTIONS[name].model_fields.items():
        choices = f"One of {', '.join(get_args(entry.annotation))}." if get_origin(entry.annotation) is Literal else ""
        entries.append((f"{'# ' if key in _NOT_WITH_THE_REST else ''}{key}: {_example(entry)}", entry, choices))
    return f"# {Config.model_fields[name].description}\n# {name}:\n" + _entries(entries, "#   ")


def _entries(entries: Sequence[tuple[str, FieldInfo, str]], margin: str) -> str:
    """Keys with what the schema says of them: beside them in one column, or above where that is too wide."""
    column = max((len(text) for text, _, _ in entries if len(text) <= _WIDEST_ENTRY), default=0) + 2
    lines = []
    for text, entry, more in entries:
        said = " ".join(filter(None, ((entry.description or "").strip(), more)))
        line = f"{margin}{text + '  ':<{column}}# {said}"
        above = [f"{margin}# {wrapped}" for wrapped in textwrap.wrap(said, _WIDEST_LINE - 10)]
        lines += [line] if len(line) <= _WIDEST_LINE else [*above, margin + text]
    return "\n".join(lines) + "\n"


def _example(entry: FieldInfo) -> str:
    """A value that may be written as it is: the default where that says something, else the first example."""
    default = entry.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, str | bool) or (isinstance(default, list) and default):
        return _flow(default)
    return _flow(entry.examples[-1] if entry.examples else default)


def _flow(value: Any) -> str:
    """A value as YAML writes it in one line; texts that might be read as something else are quoted."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items()) + "}"
        case str():
            return value if re.fullmatch(r"[A-Za-z][\w./:-]*|\d+[A-Za-z]+", value) else json.dumps(value)
        case Sequence():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    """A reference as YAML takes it."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SOURCE else text[: _LONGEST_SOURCE - 3] + "..."
