"""What is known of a call of the command when something goes wrong."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Session:
    """One call of the command.

    Attributes:
        folder: The run's folder, None before there is one.
    """

    folder: Path | None = None
