"""Places in the user's files."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's files something was written.

    Attributes:
        file: Path as a person would type it, relative to the config's folder where it lies below it.
        line: Line, counted from 1.
    """

    file: str
    line: int
