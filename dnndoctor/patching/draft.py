"""The user's files as they would be after a change, kept in memory, and the difference as a unified diff."""

import ast
import difflib
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.evidence.place import Place

MAX_BYTES = 2**20
"""Of a file that is changed: a thousand times what a person writes; a longer one is generated."""


class NotLocatedError(Exception):
    """The text to change was not found for certain; the message says why, as a clause."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One of the user's files, as it is and as it would be.

    Attributes:
        path: Relative to the config's folder, with forward slashes.
        before, after: Its text, line ends as they are.
    """

    path: str
    before: str
    after: str

    def diff(self, context: int = 3) -> str:
        """The difference as `git apply` and `patch -p1` take it in the config's folder.

        Args:
            context: Unchanged lines around a change.
        """
        lines = difflib.unified_diff(
            _lines(self.before), _lines(self.after), f"a/{self.path}", f"b/{self.path}", n=context, lineterm="\n"
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _File:
    """Attributes: the texts, and for each replacement the first line behind it and by how many lines that moved."""

    before: str
    after: str
    moves: tuple[tuple[int, int], ...] = ()


class Draft:
    """The files below a config's folder, read when they are first asked for."""

    def __init__(self, loaded: LoadedConfig) -> None:
        """Nothing is changed yet.

        Args:
            loaded: The config of the run, overrides of the command line included.
        """
        self.loaded = loaded
        self.config_path = loaded.file.name
        self._files: dict[str, _File] = {}

    def copy(self) -> "Draft":
        """A draft that goes on from here by itself."""
        other = Draft(self.loaded)
        other._files = dict(self._files)
        return other

    def text(self, path: str) -> str:
        """A file's text, with what was changed so far.

        Args:
            path: Relative to the config's folder.

        Raises:
            NotLocatedError: It cannot be read as text, or lies elsewhere.
        """
        if path not in self._files:
            text = self._read(path)
            self._files[path] = _File(text, text)
        return self._files[path].after

    def line(self, place: Place) -> int:
        """Where the line of a place is by now, counted from 1."""
        self.text(place.file)
        line = place.line
        for first, moved in self._files[place.file].moves:
            line += moved if line >= first else 0
        return line

    def replace(self, path: str, start: int, end: int, text: str) -> None:
        """Changes a file.

        Args:
            path: Relative to the config's folder.
            start: First character that goes, of its present text.
            end: The one behind the last that goes.
            text: What comes in their place, with plain line ends.

        Raises:
            NotLocatedError: A Python file would not be one any more.
        """
        before = self.text(path)
        if "\r\n" in before:
            text = text.replace("\n", "\r\n")
        after = before[:start] + text + before[end:]
        if path.endswith(".py"):
            parsed(after)
        first = before.count("\n", 0, end) + (1 if end == 0 or before[end - 1] == "\n" else 2)
        moved = text.count("\n") - before.count("\n", start, end)
        file = self._files[path]
        self._files[path] = replace(file, after=after, moves=(*file.moves, (first, moved)))

    def changes(self) -> Iterator[FileChange]:
        """The files that differ from what is on the disk, by name."""
        for path, file in sorted(self._files.items()):
            if file.after != file.before:
                yield FileChange(path, file.before, file.after)

    def _read(self, path: str) -> str:
        if os.path.isabs(path) or ".." in Path(path).parts:  # noqa: PTH117  a text of the facts, of whatever system
            raise NotLocatedError("the file lies outside the config's folder")
        try:
            raw = (self.loaded.folder / path).read_bytes()
        except OSError:
            raise NotLocatedError("the file is not there any more") from None
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise NotLocatedError("the file is not UTF-8") from None
        if len(raw) > MAX_BYTES or "\r" in text.replace("\r\n", "") or "\0" in text:
            raise NotLocatedError("the file is not one that a person wrote")
        return text


def parsed(text: str) -> ast.Module:
    """The syntax tree of a Python file.

    Args:
        text: Its source.

    Raises:
        NotLocatedError: It has none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the user's own style
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotLocatedError("the source cannot be parsed") from None


def _lines(text: str) -> list[str]:
    """Lines with their ends, cut where `patch` cuts them and nowhere else."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
