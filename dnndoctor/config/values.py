"""The kinds of values that a config holds: durations, sizes, references, names of Keras' own things."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from dnndoctor.config.quantities import seconds, size_in_bytes
from dnndoctor.config.references import check_reference
from dnndoctor.config.shapes import (
    LIST,
    MAPPING,
    NOTHING,
    NUMBER,
    OUTPUTS,
    TEXT,
    TRUTH,
    WHOLE,
    by_shape,
    refuse,
    refusing,
    spec_or_outputs,
)


class Strict(BaseModel):
    """A section of the config: unknown keys are errors, values never change, and a quoted number is a text."""

    # Infinities may stand in the arguments of the user's own factories, and have to survive the way to the worker.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True, ser_json_inf_nan="constants")


Seconds: TypeAlias = Annotated[
    float,
    BeforeValidator(refusing(seconds)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^([0-9.]+[hH])?\s*([0-9.]+[mM])?\s*([0-9.]+[sS]?)?$"},
            ]
        }
    ),
]
"""A duration, read into seconds."""

Bytes: TypeAlias = Annotated[
    int,
    BeforeValidator(refusing(size_in_bytes)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": r"^\s*[0-9.]+\s*([kKmMgGtT]?[iI]?[bB])?\s*$"},
            ]
        }
    ),
]
"""A size, read into bytes."""

Reference: TypeAlias = Annotated[str, AfterValidator(check_reference)]
"""`file.py:name` or `package.module:name`."""

_LEAST_WORKER_MEMORY = 2**30
"""Bytes. A process that has imported TensorFlow 2.21 and trained one dense layer was measured at 634 MiB."""


def _check_worker_memory(size: int) -> int:
    if size < _LEAST_WORKER_MEMORY:
        raise refuse("must be at least `1GiB`; TensorFlow alone takes most of that", "write it with its unit, such as `6GiB`")
    return size


WorkerMemory: TypeAlias = Annotated[Bytes, AfterValidator(_check_worker_memory)]
"""A size that a worker can live in."""

Count: TypeAlias = Annotated[int, Field(ge=1, lt=2**31)]
"""A whole number of at least one, and of the 32 bits that TensorFlow counts by."""


class ClassSpec(Strict):
    """A Keras class and its settings: `{class_name: AdamW, learning_rate: 3e-4}`."""

    model_config = ConfigDict(extra="allow")

    class_name: str = Field(description="Name of the class, or `file.py:Class` for one of yours.", examples=["AdamW"])


_Name: TypeAlias = Annotated[str, Field(min_length=1), TEXT]

Named: TypeAlias = Annotated[_Name | Annotated[ClassSpec, MAPPING], by_shape("a name or a mapping with `class_name:`")]
"""Something of Keras' by name, by class and settings, or a `file.py:name` of the user's own."""

Losses: TypeAlias = Annotated[
    _Name | Annotated[ClassSpec, MAPPING] | Annotated[list[Named | None], LIST] | Annotated[dict[str, Named | None], OUTPUTS],
    spec_or_outputs("a name, a mapping with `class_name:`, or a list or mapping with one for each output"),
]


def _check_metric(value: Any) -> Any:
    """Metrics stay as they are written, since Keras takes them nested in several ways; only their leaves are looked at."""
    if isinstance(value, list):
        return [_check_metric(item) for item in value]
    named = (isinstance(value, str) and value) or (isinstance(value, dict) and isinstance(value.get("class_name"), str))
    if not named and value is not None:
        raise refuse("must be a name, a mapping with `class_name:`, or a list of them")
    return value


_Metric: TypeAlias = Annotated[Any, AfterValidator(_check_metric)]

Metrics: TypeAlias = Annotated[
    Annotated[list[_Metric], LIST] | Annotated[dict[str, _Metric], MAPPING],
    by_shape("a list, or a mapping with metrics for each output"),
]
"""Metrics as they were written, in a list or by output."""

LossWeights: TypeAlias = Annotated[
    Annotated[list[float], LIST] | Annotated[dict[str, float], MAPPING],
    by_shape("a list of numbers or a mapping with a number for each output"),
]
"""A weight for each output."""

# JSON, in which a config goes to the worker, knows only texts as keys, hence the lax integer.
ClassWeight: TypeAlias = Annotated[
    Annotated[Literal["balanced"], TEXT]
    | Annotated[dict[Annotated[int, Field(strict=False)], Annotated[float, Field(ge=0)]], MAPPING],
    by_shape("`balanced` or a mapping from class to weight", "balanced"),
]
"""A weight for each class, or weights by the inverse of their frequency."""

Columns: TypeAlias = Annotated[Annotated[str, TEXT] | Annotated[list[str], LIST], by_shape("a column's name or a list of them")]
"""Columns of a table."""


def _check_callback_factory(text: str) -> str:
    if ":" not in text:
        raise refuse("must be a list, or one `file.py:factory` that returns the list", f"write one callback as `[{text}]`")
    return check_reference(text)


Callbacks: TypeAlias = Annotated[
    Annotated[str, AfterValidator(_check_callback_factory), TEXT] | Annotated[list[Named], LIST],
    by_shape("a list, or one `file.py:factory` that returns the list"),
]
"""Callbacks one by one, or a reference to a function that returns all of them."""

Workers: TypeAlias = Annotated[
    Annotated[Literal["auto"], TEXT] | Annotated[Count, WHOLE], by_shape("`auto` or a whole number of at least 1", "auto")
]
"""How many processes."""


def _check_distinct(seeds: list[int]) -> list[int]:
    seen: set[int] = set()
    for seed in seeds:
        if seed in seen:
            raise refuse(f"names seed {seed} twice; the same seed measures no spread", "write different seeds, such as [0, 1, 2]")
        seen.add(seed)
    return seeds


# Keras takes seeds up to 2**32 - 1; half of that leaves room for the fresh seeds that confirm.
_Seed: TypeAlias = Annotated[int, Field(ge=0, lt=2**31)]
Seeds: TypeAlias = Annotated[list[_Seed], Field(min_length=2), AfterValidator(_check_distinct)]
"""At least two different seeds."""


Parameter: TypeAlias = Annotated[
    Annotated[str, TEXT] | Annotated[bool, TRUTH] | Annotated[int, WHOLE] | Annotated[float, NUMBER] | Annotated[None, NOTHING],
    by_shape("a text, a number, true or false, or nothing"),
]
"""The value of an edit's parameter."""
