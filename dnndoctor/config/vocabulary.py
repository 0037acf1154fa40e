"""The keys that a config may have, where they belong, and what this version does not support yet."""

from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dnndoctor.config.schema import SECTIONS, Config
from dnndoctor.config.tree import Path
from dnndoctor.config.words import flow, nearest

IN_THE_FACTORY = "set it where the model's factory calls `compile`"
FROM_THE_DATA = "let the data factory return it: `((x, y), (x_val, y_val))`, or `(x, y, sample_weight)`"

UNSUPPORTED_KEYS: dict[tuple[str, ...], str] = {
    ("compile", "auto_scale_loss"): IN_THE_FACTORY,
    ("compile", "jit_compile"): IN_THE_FACTORY,
    ("compile", "run_eagerly"): IN_THE_FACTORY,
    ("compile", "steps_per_execution"): IN_THE_FACTORY,
    ("compile", "weighted_metrics"): IN_THE_FACTORY,
    ("fit", "initial_epoch"): "leave it out; trials begin at the first epoch",
    ("fit", "sample_weight"): FROM_THE_DATA,
    ("fit", "validation_batch_size"): "leave it out; it does not change what is measured",
    ("fit", "validation_data"): FROM_THE_DATA,
    ("fit", "validation_freq"): "leave it out",
    ("fit", "validation_steps"): "limit the validation data in the data factory",
    ("fit", "verbose"): "leave it out; `-v` makes the doctor say more",
    ("fit", "x"): "`data:` says what is trained on",
    ("fit", "y"): "`data:` says what is trained on",
    ("gate", "baseline"): "leave it out",
    ("gate", "ignore"): "leave it out; `fail_on:` sets the severity that fails",
    ("ladder", "rungs"): "leave it out; `skip:` leaves rungs out",
}
"""Keys that mean something, but not in this version, with the way out."""

UNSUPPORTED_VALUES: dict[tuple[str, ...], frozenset[str]] = {
    ("data", "kind"): frozenset({"parquet", "images", "tfrecord", "keras"}),
    ("report", "outputs", "format"): frozenset({"html", "sarif", "junit", "tensorboard", "markdown"}),
    ("runtime", "executor"): frozenset({"ray"}),
}
"""Values that mean something, but not in this version, by path without the indices of lists."""

_WRITTEN_IN = {
    **dict.fromkeys(("learning_rate", "lr"), "compile.optimizer: {class_name: Adam, learning_rate: 1e-3}"),
    "momentum": "compile.optimizer: {class_name: SGD, momentum: 0.9}",
    "weight_decay": "compile.optimizer: {class_name: AdamW, weight_decay: 1e-4}",
    **dict.fromkeys(("clipnorm", "clipvalue", "global_clipnorm"), "compile.optimizer: {class_name: Adam, global_clipnorm: 1.0}"),
    **dict.fromkeys(("early_stopping", "patience"), "fit.callbacks: [{class_name: EarlyStopping, patience: 3}]"),
    "seed": "ladder.seeds: [0, 1, 2]",
    "timeout": "runtime.trial_timeout: 3m",
}
"""Words of the trade that have no key of their own, and where what they mean is written."""


def known_keys(path: Path) -> tuple[str, ...]:
    """Keys that may stand in the mapping at a path; empty where any may, or where no mapping may stand."""
    models = [model for model in _models_at(_names(path)) if model.model_config.get("extra") == "forbid"]
    return tuple(dict.fromkeys(name for model in models for name in model.model_fields))


def takes_a_list(path: Path) -> bool:
    """Whether a list may stand at a path."""
    field = _field_at(path)
    return field is not None and any(get_origin(member) is list for member in _members(field.annotation))


def example(path: Path) -> str:
    """A line that shows how the key at a path is written; empty where the schema has no example."""
    field = _field_at(path)
    return f"{path[-1]}: {flow(field.examples[0])}" if field is not None and field.examples else ""


def right_place(key: str, path: Path) -> str:
    """A hint where an unknown key belongs to another section; empty where it belongs nowhere.

    Args:
        key: The unknown key.
        path: The mapping that it stands in.
    """
    homes = [f"`{section}:`" for section, model in SECTIONS.items() if key in model.model_fields and path[:1] != (section,)]
    if homes:
        return "it belongs under " + " or ".join(homes)
    return "it belongs at the top level, without indentation" if path and key in Config.model_fields else ""


def instead_of(word: str) -> str:
    """A hint for a word of the trade that has no key of its own; empty where there is none."""
    if word in _WRITTEN_IN:
        return f"write it in `{_WRITTEN_IN[word]}`"
    return next((hint for path, hint in UNSUPPORTED_KEYS.items() if path[-1] == word), "")


def elsewhere(key: str, path: Path) -> str:
    """A hint for a misspelt key of another section than the one at the path; empty where none is near."""
    for section, model in SECTIONS.items():
        near = nearest(key, model.model_fields, cutoff=0.8)
        if near is not None and path[:1] != (section,):
            return f"did you mean `{near}`, under `{section}:`?"
    return ""


def is_unsupported_value(path: Path, value: object) -> bool:
    """Whether a value is one that means something, but not in this version."""
    return value in UNSUPPORTED_VALUES.get(_names(path), ())


def _names(path: Path) -> tuple[str, ...]:
    """A path without the indices of lists: all items of a list have the same keys."""
    return tuple(key for key in path if isinstance(key, str))


@cache
def _models_at(names: tuple[str, ...]) -> tuple[type[BaseModel], ...]:
    if not names:
        return (Config,)
    fields = [model.model_fields[names[-1]] for model in _models_at(names[:-1]) if names[-1] in model.model_fields]
    parts = [part for field in fields for part in _parts(field.annotation)]
    return tuple(part for part in parts if isinstance(part, type) and issubclass(part, BaseModel))


def _field_at(path: Path) -> FieldInfo | None:
    names = _names(path)
    parents = _models_at(names[:-1]) if names else ()
    return next((model.model_fields[names[-1]] for model in parents if names[-1] in model.model_fields), None)


def _members(annotation: Any) -> Iterator[Any]:
    """The members of a union, each without what `Annotated` says about it."""
    if get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    else:
        yield annotation


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of an annotation, and those of their items."""
    for member in _members(annotation):
        yield member
        for item in get_args(member):
            yield from _parts(item)
