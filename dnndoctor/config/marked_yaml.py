"""YAML 1.2's core, read with the place of every key and value.

PyYAML's pure-Python parser yields the events (its C one crashes on deep nesting), and the tree is built from them here, for three
reasons: its own composer is recursive without bound, follows aliases, and stops at the first mistake; and its resolver reads
`1e-3` as a text and `no` as false.
"""

import re
from collections.abc import Iterator
from typing import Protocol

import yaml

from dnndoctor.config.syntax import syntax_problem
from dnndoctor.config.tree import Key, Node, Scalar, Spot
from dnndoctor.config.words import quoted
from dnndoctor.errors import ConfigProblem

MAX_DEPTH = 40
"""Levels of nesting. The schema needs 5; Keras' serialised objects in `args:` a few more each."""

MAX_VALUES = 20_000
"""Keys and values in one config. Large class weights stay below it, and it bounds the time: about 30 microseconds each."""

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What PyYAML counts as the end of a line."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_BASES = ((re.compile(r"[-+]?[0-9]+"), 10), (re.compile(r"0o[0-7]+"), 8), (re.compile(r"0x[0-9a-fA-F]+"), 16))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})


class Mark(Protocol):
    """What is used of PyYAML's marks, all counted from 0."""

    @property
    def line(self) -> int:
        """Line."""

    @property
    def column(self) -> int:
        """Column in the line."""

    @property
    def index(self) -> int:
        """Character in the whole text."""


class Source:
    """Where a text came from, to make places in it."""

    def __init__(self, name: str, text: str, option_start: int | None = None) -> None:
        """Cuts the text into lines.

        Args:
            name: A file's path, or the whole option (`--set fit.epochs=3`).
            text: What is read, the option's value for an option.
            option_start: Where in `name` the text begins; None for a file.
        """
        self._name = name
        self._option_start = option_start
        self._lines = _LINE_BREAK.split(text) if option_start is None else []

    def spot(self, mark: "Mark | None") -> Spot:
        """The place of PyYAML's mark, which events of its parser always have."""
        assert mark is not None
        if self._option_start is not None:
            return Spot(self._name, None, self._option_start + mark.index + 1, self._name)
        return Spot(self._name, mark.line + 1, mark.column + 1, self._lines[min(mark.line, len(self._lines) - 1)])


def resolve(text: str) -> Scalar:
    """What a plain scalar (one without quotes) means by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    for pattern, base in _BASES:
        # Python refuses to convert more than 4300 digits; so many are no number that anybody means.
        if len(text) <= 1000 and pattern.fullmatch(text):
            return int(text, base)
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinity := _INFINITY.fullmatch(text):
        return float(f"{infinity[1]}inf")
    return float("nan") if text in _NAN else text


def read_yaml(text: str, source: Source) -> tuple[Node | None, list[ConfigProblem]]:
    """Reads one document.

    Args:
        text: The YAML text.
        source: Where it came from.

    Returns:
        The top value, None where the text is empty or cannot be parsed; and every problem: a mistake in the syntax ends the
        reading, aliases, anchors, tags, duplicate keys and merge keys do not.
    """
    builder = _Builder(text, source)
    try:
        root = builder.document()
    except _Stop as stop:
        return None, [*builder.problems, stop.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, syntax_problem(error, source.spot)]
    except yaml.reader.ReaderError as error:
        return None, [_unprintable(text, error.position, source)]
    return root, builder.problems


class _Stop(Exception):  # noqa: N818  it ends the reading; the problem that it carries is the error
    def __init__(self, problem: ConfigProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Builds the tree from PyYAML's events."""

    def __init__(self, text: str, source: Source) -> None:
        self.problems: list[ConfigProblem] = []
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._source = source
        self._values = 0

    def document(self) -> Node | None:
        next(self._events)  # the stream's start
        if not isinstance(next(self._events), yaml.DocumentStartEvent):
            return None
        root = self._value(next(self._events), None, 0)
        next(self._events)  # the document's end
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            spot = self._source.spot(after.start_mark)
            raise _Stop(spot.problem("a second document begins here; a config is one", "remove the `---` line"))
        return root

    def _value(self, event: "yaml.Event", key_at: Spot | None, depth: int) -> Node:
        spot = self._source.spot(event.start_mark)
        self._values += 1
        if depth > MAX_DEPTH:
            raise _Stop(spot.problem(f"nested more than {MAX_DEPTH} levels deep"))
        if self._values > MAX_VALUES:
            raise _Stop(
                spot.problem(f"more than {MAX_VALUES:,} keys and values", "large data belongs in a file that `data:` loads")
            )
        if isinstance(event, yaml.AliasEvent):
            self._refuse(spot, f"aliases such as {quoted('*' + str(event.anchor))} are not taken", "write the value out")
            return Node(None, spot, key_at or spot)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._refuse(spot, f"anchors such as {quoted('&' + event.anchor)} are not taken", "write the value out in each place")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            self._refuse(
                spot,
                f"tags such as {quoted(event.tag)} are not taken",
                'leave the tag out; a text that looks like a number is written "8"',
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(tuple(self._items(depth)), spot, key_at or spot)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._entries(depth), spot, key_at or spot)
        plain = isinstance(event, yaml.ScalarEvent) and event.style is None
        raw = event.value if isinstance(event, yaml.ScalarEvent) else ""
        return Node(resolve(raw) if plain else raw, spot, key_at or spot, raw)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._value(event, None, depth + 1)

    def _entries(self, depth: int) -> dict[Key, Node]:
        entries: dict[Key, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_node = self._value(event, None, depth + 1)
            value = self._value(next(self._events), key_node.at, depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                if not isinstance(event, yaml.AliasEvent):
                    self._refuse(
                        key_node.at,
                        "a key must be a text or a number, not a list or a mapping",
                        "a text that begins with { or [ needs quotes",
                    )
                continue
            key: Key = key_node.content if type(key_node.content) is int else key_node.raw
            if key == "<<" and event.style is None:
                self._refuse(key_node.at, "merge keys (`<<`) are not taken", "write the keys out")
            elif key in entries:
                first = entries[key].key_at
                where = f"in line {first.line}" if first.line is not None else "before"
                self._refuse(key_node.at, f"{quoted(key)} is given twice; the first is {where}", "remove one of the two")
            else:
                entries[key] = value
        return entries

    def _refuse(self, spot: Spot, message: str, hint: str) -> None:
        self.problems.append(spot.problem(message, hint))


def _unprintable(text: str, position: int, source: Source) -> ConfigProblem:
    before = _LINE_BREAK.split(text[:position])
    # PyYAML did not get as far as a mark, so one is made.
    spot = source.spot(yaml.Mark("", position, len(before) - 1, len(before[-1]), None, 0))
    return spot.problem(
        f"the character U+{ord(text[position]):04X} cannot stand in a text file",
        "remove it, or write it as an escape between double quotes",
    )
