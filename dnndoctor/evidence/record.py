"""To JSON and back, for every frozen dataclass that travels between processes or rests in a file.

NaN and infinities are the strings "NaN", "Infinity" and "-Infinity", so that every line is strict JSON.
"""

from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        # Pydantic takes a serialisation config only for what is not itself a dataclass, hence the one-element tuple.
        _adapters[kind] = TypeAdapter(tuple[kind], config=ConfigDict(ser_json_inf_nan="strings"))
    return _adapters[kind]


def dumps(value: object) -> str:
    """One line of strict JSON for a frozen dataclass."""
    return _adapter(type(value)).dump_json((value,)).decode()[1:-1]


def loads(kind: type[T], line: str) -> T:
    """The frozen dataclass that `dumps` wrote.

    Args:
        kind: Its class.
        line: What `dumps` returned.

    Raises:
        pydantic.ValidationError: The line is not JSON, or not of this class.
    """
    (value,) = _adapter(kind).validate_json(f"[{line}]")
    return value  # type: ignore[no-any-return]  # the adapter was made for T
