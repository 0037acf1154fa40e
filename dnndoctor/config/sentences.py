"""Pydantic's errors in the words of the config: one problem for one mistake, at its place in the file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from dnndoctor.config.marked_yaml import resolve
from dnndoctor.config.shapes import REFUSED, TAG_MARK, WRONG_SHAPE
from dnndoctor.config.tree import Key, Node, Path, dotted
from dnndoctor.config.vocabulary import (
    UNSUPPORTED_KEYS,
    elsewhere,
    example,
    instead_of,
    is_unsupported_value,
    known_keys,
    right_place,
)
from dnndoctor.config.words import did_you_mean, found, listed, nearest, quoted
from dnndoctor.errors import ConfigProblem

_NOT_YET = "is not supported by this version of dnndoctor"
_OF_A_KEY = "[key]"
"""How pydantic marks that an error is about the key, not its value."""

_UNKNOWN = frozenset({"extra_forbidden", "invalid_key"})
_WANTED: Mapping[str, str] = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than_equal": "{ge} or more",
    "int_type": "a whole number",
    "less_than": "less than {lt}",
    "list_type": "a list",
    "model_type": "a mapping of keys",
    "string_too_short": "a text that is not empty",
    "string_type": "a text",
    "too_short": "a list of at least {min_length}",
}
"""What is expected, by pydantic's type of error, filled with its context."""

_YAML_1_1_TRUTHS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


@dataclass(frozen=True, slots=True)
class _Mistake:
    """An error with the value that it is about.

    Attributes:
        error: Pydantic's.
        path: Of the value, also of a missing one.
        node: The value; the mapping that lacks it where it is missing.
        of_key: Whether it is about the value's key.
    """

    error: ErrorDetails
    path: Path
    node: Node
    of_key: bool

    @property
    def kind(self) -> str:
        return self.error["type"]

    @property
    def name(self) -> str:
        return quoted(dotted(self.path))

    @property
    def key(self) -> str:
        return str(self.path[-1])


def problems_of(errors: Sequence[ErrorDetails], root: Node) -> list[tuple[Path, ConfigProblem]]:
    """The sentences for pydantic's errors.

    Args:
        errors: What validation found.
        root: What was validated.

    Returns:
        Path and problem of each mistake; errors that only follow from another are left out.
    """
    mistakes = [_locate(error, root) for error in errors]
    # The keys of a kind of data that is not supported are unknown for that reason alone.
    of_unsupported = any(m.path == ("data", "kind") and is_unsupported_value(m.path, m.node.content) for m in mistakes)
    hidden = {("data",)} if of_unsupported else set()
    # A misspelt key is one mistake, not an unknown key and a missing one.
    misspelt = {(*m.path[:-1], nearest(m.key.split(":")[0], known_keys(m.path[:-1]))) for m in mistakes if m.kind in _UNKNOWN}
    problems = []
    for mistake in mistakes:
        if mistake.kind == "missing" and mistake.path not in misspelt and mistake.path[:-1] not in hidden:
            problems.append((mistake.path, _missing(mistake)))
        elif mistake.kind in _UNKNOWN and mistake.path[:-1] not in hidden:
            problems.append((mistake.path, _unknown_key(mistake, root)))
        elif mistake.kind not in _UNKNOWN | {"missing"}:
            problems.append((mistake.path, _wrong_value(mistake)))
    return problems


def _locate(error: ErrorDetails, root: Node) -> _Mistake:
    path: list[Key] = []
    node = root
    for key in error["loc"]:
        if key in node.children:
            node = node.children[key]
            path.append(key)
        elif not (isinstance(key, str) and (key.startswith(TAG_MARK) or key == _OF_A_KEY)):
            path.append(key)
    return _Mistake(error, tuple(path), node, error["loc"][-1:] == (_OF_A_KEY,))


def _missing(mistake: _Mistake) -> ConfigProblem:
    key, parent = mistake.key, mistake.path[:-1]
    line = example(mistake.path)
    hint = f"add a line such as `{line}`" if line else ""
    written = [other for other in mistake.node.children if other not in known_keys(parent) and nearest(other, [key])]
    if written:
        hint = f"did you mean `{key}` by {quoted(written[0])}?"
    where = f" in {quoted(dotted(parent))}" if parent else ""
    return mistake.node.key_at.problem(f"the key `{key}` is missing{where}", hint)


def _unknown_key(mistake: _Mistake, root: Node) -> ConfigProblem:
    key, parent = mistake.key, mistake.path[:-1]
    where = f" in {quoted(dotted(parent))}" if parent else ""
    spot = mistake.node.key_at
    unsupported = UNSUPPORTED_KEYS.get(tuple(map(str, mistake.path)))
    if unsupported is not None:
        return spot.problem(f"{mistake.name} {_NOT_YET}", unsupported)
    if key in known_keys(parent):
        mapping = root.find(*parent)
        others = [other for other in (mapping.children if mapping else ()) if other != key and other in known_keys(parent)]
        return spot.problem(f"{quoted(key)} does not go together with {listed(others)}{where}", "remove one of them")
    return spot.problem(f"unknown key {quoted(key)}{where}", _key_hint(key, parent))


def _key_hint(key: str, parent: Path) -> str:
    known = known_keys(parent)
    word, colon, rest = key.partition(":")
    if colon and word in known:
        return f"write {quoted(f'{word}: {rest}')}, with a space after the colon"
    # A key of another section, spelt right, beats one of this section that is only a little like it.
    very_near = nearest(key, known, cutoff=0.85)
    near = nearest(key, known)
    return (
        (f"did you mean `{very_near}`?" if very_near else "")
        or right_place(key, parent)
        or instead_of(key)
        or (f"did you mean `{near}`?" if near else "")
        or elsewhere(key, parent)
        or (f"known keys here: {listed(known)}" if known else "")
    )


def _wrong_value(mistake: _Mistake) -> ConfigProblem:
    node, kind = mistake.node, mistake.kind
    context = mistake.error.get("ctx", {})
    if kind == REFUSED:
        message, hint = str(context["message"]), str(context["hint"])
        seen = f"; found {found(node)}" if message.startswith("must") else ""
        spot = node.key_at if isinstance(node.content, dict) else node.at
        return spot.problem(f"{mistake.name} {message}{seen}", hint)
    if mistake.of_key:
        wanted = "texts" if kind == "string_type" else "whole numbers"
        return node.key_at.problem(f"keys of {quoted(dotted(mistake.path[:-1]))} must be {wanted}; found {quoted(mistake.key)}")
    if kind == "literal_error":
        return _wrong_choice(
            mistake, [quote or number for quote, number in re.findall(r"'([^']*)'|(\d+)", str(context["expected"]))]
        )
    return node.at.problem(f"{mistake.name} must be {_wanted(mistake)}; found {found(node)}", _value_hint(mistake))


def _wanted(mistake: _Mistake) -> str:
    if mistake.kind == WRONG_SHAPE:
        return mistake.error["msg"]
    wanted = _WANTED.get(mistake.kind)
    if wanted is None:
        return f"valid ({mistake.error['msg']})"
    bounds = mistake.error.get("ctx", {}).items()
    return wanted.format(**{name: int(bound) if bound == int(bound) else bound for name, bound in bounds if name in wanted})


def _wrong_choice(mistake: _Mistake, choices: list[str]) -> ConfigProblem:
    node = mistake.node
    if is_unsupported_value(mistake.path, node.content):
        return node.at.problem(
            f"{mistake.name}: {quoted(node.content)} {_NOT_YET}", f"this version takes {listed(choices, last='or')}"
        )
    if mistake.path == ("version",):
        return node.at.problem(
            f"`version` is 1 in every config that this dnndoctor reads; found {found(node)}", "write `version: 1`"
        )
    return node.at.problem(
        f"{mistake.name} must be {listed(choices, last='or')}; found {found(node)}", did_you_mean(node.raw, choices)
    )


def _value_hint(mistake: _Mistake) -> str:
    node = mistake.node
    if mistake.kind == "bool_type" and node.raw.lower() in _YAML_1_1_TRUTHS:
        return f"write `{_YAML_1_1_TRUTHS[node.raw.lower()]}`; `{node.raw}` is a text in YAML 1.2"
    if mistake.kind in ("int_type", "float_type") and (number := _number_meant(node, mistake.kind)):
        return f"write `{number}`"
    if (
        mistake.kind == "model_type"
        and isinstance(node.content, tuple)
        and node.content
        and all(isinstance(item.content, dict) for item in node.content)
    ):
        return "leave out the `-` before the keys"
    line = example(mistake.path) if isinstance(mistake.path[-1], str) else ""
    leave = "leave the key out to take the default, or " if node.content is None and mistake.path[:1] != ("model",) else ""
    return f"{leave}write it as in `{line}`" if line else ""


def _number_meant(node: Node, kind: str) -> str:
    """The number that somebody meant who wrote `"32"`, `32,`, `1_000` or `10.0`; empty where none is seen."""
    value = resolve(node.raw.strip(" ,;'\"").replace("_", ""))
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**31:
        return ""
    if kind == "int_type":
        return str(int(value)) if value == int(value) else ""
    return str(value)
