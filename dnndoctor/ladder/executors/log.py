"""The file that a worker's output goes to: its end is read where the worker ended badly, and its size is bounded."""

import contextlib
import os
import re
from pathlib import Path

LIMIT = 64 * 2**20
"""Bytes of log after which it starts anew: a model that prints at every step must not fill the disk."""

TAIL = 4000
"""Characters of the log's end that go into a report: the last frames of a traceback and a few lines before them."""

NOISE = re.compile(r"WARNING: All log messages before absl|[IW]\d{4} \d\d:\d\d|Extension modules: ")
"""Log lines that tell a person nothing: TensorFlow's information and warnings, and the list that ends Python's fatal errors."""


class WorkerLog:
    """A log that several lives write one after the other."""

    def __init__(self, path: Path) -> None:
        """Opens nothing.

        Args:
            path: Of the file.
        """
        self.path = path
        self._start = 0

    def mark(self) -> None:
        """From here on a new life writes."""
        self._start = self._size()

    def end(self) -> str:
        """The end of what the newest life wrote, without what TensorFlow says at every start."""
        try:
            with self.path.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(min(self._start, size), size - TAIL))
                lines = log.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(line for line in lines if not NOISE.match(line)).strip()

    def bound(self) -> None:
        """Starts the file anew where it has grown beyond its limit."""
        if self._size() > LIMIT:
            with contextlib.suppress(OSError):  # then it grows on, which hurts no result
                os.truncate(self.path, 0)

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0
