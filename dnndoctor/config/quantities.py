"""Durations and sizes as people write them: `90s`, `3m`, `1h30m`, 120; `6GiB`, `512MB`, 1048576."""

import math
import re

_NUMBER = r"\d{1,15}(?:\.\d{1,15})?"
_DURATION = re.compile(rf"(?:({_NUMBER})h)?\s*(?:({_NUMBER})m)?\s*(?:({_NUMBER})s)?", re.IGNORECASE)
_SIZE = re.compile(rf"({_NUMBER})\s*([KMGT]?i?B)", re.IGNORECASE)
_PLAIN = re.compile(_NUMBER)
_PREFIXES = "kmgt"


def seconds(value: str | float) -> float:
    """A duration in seconds.

    Args:
        value: A number of seconds, or a text of hours, minutes and seconds (`1h30m`, `3m`, `90s`, `120`).

    Returns:
        Seconds, more than zero.

    Raises:
        ValueError: It is not a duration, or not a positive one; the message says what to write.
    """
    wanted = "write a number of seconds, or a text such as `90s`, `3m` or `1h30m`"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"must be a duration: {wanted}")
    if isinstance(value, str):
        parts = _DURATION.fullmatch(value.strip())
        if _PLAIN.fullmatch(value.strip()):
            total = float(value)
        elif parts is not None and any(parts.groups()):
            hours, minutes, rest = (float(part or 0) for part in parts.groups())
            total = 3600 * hours + 60 * minutes + rest
        else:
            raise ValueError(f"must be a duration: {wanted}")
    else:
        total = _as_float(value)
    if not 0 < total < math.inf:
        raise ValueError("must be a duration of more than zero seconds")
    return total


def size_in_bytes(value: str | float) -> int:
    """A size in bytes.

    Args:
        value: A whole number of bytes, or a text with a unit: `kB`, `MB`, `GB`, `TB` (powers of 1000) or `KiB`, `MiB`, `GiB`,
            `TiB` (powers of 1024); upper and lower case are the same.

    Returns:
        Bytes, at least one.

    Raises:
        ValueError: It is not a size, or not a positive one; the message says what to write.
    """
    wanted = "must be a size: write a whole number of bytes, or a text such as `512MB` or `6GiB`"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(wanted)
    if isinstance(value, str):
        parts = _SIZE.fullmatch(value.strip())
        if parts is not None:
            amount = float(parts[1]) * _unit(parts[2].lower())
        elif _PLAIN.fullmatch(value.strip()):
            amount = float(value)
        else:
            raise ValueError(wanted)
    else:
        amount = _as_float(value)
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(wanted)
    if not 1 <= amount < math.inf:
        raise ValueError("must be a size of at least one byte")
    return int(amount)


def _unit(unit: str) -> int:
    base = 1024 if "i" in unit else 1000
    return int(base ** (_PREFIXES.find(unit[0]) + 1)) if unit[0] in _PREFIXES else 1


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf
