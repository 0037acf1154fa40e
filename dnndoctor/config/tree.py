"""A config as it was written: values that know where they stand, from the file or from the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from dnndoctor.errors import ConfigProblem

Scalar: TypeAlias = str | int | float | bool | None
Key: TypeAlias = str | int
Path: TypeAlias = tuple[Key, ...]
"""Keys and list indices from the top down to a value."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in what was written.

    Attributes:
        source: The file's path, or the option as it was given.
        line: Counted from 1; None in an option.
        column: Counted from 1.
        text: The line of the file, or the option.
    """

    source: str
    line: int | None
    column: int
    text: str

    def problem(self, message: str, hint: str = "") -> ConfigProblem:
        """Something that is wrong here."""
        return ConfigProblem(message, self.source, self.line, self.column, self.text, hint)


@dataclass(frozen=True, slots=True)
class Node:
    """A value.

    Attributes:
        content: A scalar, the items of a list, or the entries of a mapping.
        at: Where the value begins.
        key_at: Where its key begins; the same as `at` for a list's item and at the top.
        raw: A scalar as it was written.
    """

    content: "Scalar | tuple[Node, ...] | dict[Key, Node]"
    at: Spot
    key_at: Spot
    raw: str = ""

    @property
    def children(self) -> "dict[Key, Node]":
        """Entries by key, or items by index; empty for a scalar."""
        if isinstance(self.content, dict):
            return self.content
        return dict(enumerate(self.content)) if isinstance(self.content, tuple) else {}

    def plain(self) -> Any:
        """The value in Python's own types."""
        if isinstance(self.content, dict):
            return {key: child.plain() for key, child in self.content.items()}
        return [child.plain() for child in self.content] if isinstance(self.content, tuple) else self.content

    def find(self, *path: Key) -> "Node | None":
        """The value at a path below this one; None where there is none."""
        node: Node | None = self
        for key in path:
            node = node.children.get(key) if node is not None else None
        return node

    def walk(self, path: Path = ()) -> "Iterator[tuple[Path, Node]]":
        """This value and all below it with their paths, in the order of the file."""
        yield path, self
        for key, child in self.children.items():
            yield from child.walk((*path, key))


def dotted(path: Path) -> str:
    """A path as `--set` and messages write it ("fit.callbacks.0")."""
    return ".".join(str(key) for key in path)
