"""The config's file changed by the marks of its parser, so that comments and formatting stay."""

import copy
import json
import re
from typing import Any

import yaml

from dnndoctor.config.loading import load_config
from dnndoctor.config.marked_yaml import Source, read_yaml, resolve
from dnndoctor.errors import ConfigError
from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.numbers import number_text

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")


def set_key(draft: Draft, path: tuple[str, ...], value: Any) -> None:
    """Gives a key of the config a value, wherever it is or belongs.

    Args:
        draft: Of the files.
        path: Keys from the top ("fit", "epochs").
        value: Plain.

    Raises:
        NotLocatedError: What the file says is not what was run, or the place cannot be found.
    """
    root, text = _root(draft)
    expected = _plain(text)
    inner = expected
    for key in path[:-1]:
        if not isinstance(inner.get(key), dict):
            inner[key] = {}
        inner = inner[key]
    inner[path[-1]] = value
    _set(draft, root, path, value, text)
    _verify(draft, expected)


def remove_key(draft: Draft, path: tuple[str | int, ...]) -> None:
    """Takes an entry of a mapping in braces, or an item of a list in brackets, or one on lines of its own, away.

    Args:
        draft: Of the files.
        path: Keys and indices from the top.

    Raises:
        NotLocatedError: As for `set_key`.
    """
    node, text = _root(draft)
    expected = _plain(text)
    inner = expected
    for key in path[:-1]:
        node, inner = _child(node, key), inner[key]
    if isinstance(node, yaml.MappingNode):
        spans = [(key.start_mark.index, value.end_mark.index) for key, value in node.value]
        place = next((number for number, (key, _) in enumerate(node.value) if key.value == path[-1]), None)
    else:
        spans = [(item.start_mark.index, item.end_mark.index) for item in node.value]
        place = path[-1] if isinstance(path[-1], int) else None
    if place is None or not node.flow_style:
        raise NotLocatedError("the entry stands on lines of its own, which may hold comments")
    del inner[path[-1]]
    start, end = spans[place]
    if place + 1 < len(spans):
        end = spans[place + 1][0]
    elif place > 0:
        start = spans[place - 1][1]
    draft.replace(draft.config_path, start, end, "")
    _verify(draft, expected)


def written(draft: Draft, path: tuple[str, ...]) -> Any:
    """The value of a key as the file has it, None where it has none.

    Raises:
        NotLocatedError: As for `set_key`.
    """
    inner: Any = _plain(_root(draft)[1])
    for key in path:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner


def flow(value: Any) -> str:
    """A plain value as YAML on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(entry)}" for key, entry in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) and isinstance(resolve(text), str) else json.dumps(text)


def _root(draft: Draft) -> tuple[yaml.MappingNode, str]:
    """The file's tree with PyYAML's marks, once it is known that the file is what was run."""
    text = draft.text(draft.config_path)
    try:
        now, run = load_config(draft.loaded.file).config, draft.loaded.config
    except ConfigError:
        raise NotLocatedError("the config has changed since") from None
    if (now.model, now.compile, now.fit) != (run.model, run.compile, run.fit):
        raise NotLocatedError("the config has changed since, or the command line overrode it")
    root = yaml.compose(text, Loader=yaml.SafeLoader)  # bounded and without aliases, as the config was loaded
    if not isinstance(root, yaml.MappingNode):
        raise NotLocatedError("the config has changed since")
    return root, text


def _plain(text: str) -> Any:
    node = read_yaml(text, Source("config", text))[0]
    return copy.deepcopy(node.plain()) if node is not None else None


def _verify(draft: Draft, expected: Any) -> None:
    if _plain(draft.text(draft.config_path)) != expected:
        raise NotLocatedError("the config's formatting leaves no place for it")


def _child(node: yaml.Node, key: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    found = [value for name, value in node.value if name.value == key] if isinstance(node, yaml.MappingNode) else []
    if not found:
        raise NotLocatedError(f"the config has no `{key}`")
    return found[0]


def _set(draft: Draft, node: yaml.MappingNode, path: tuple[str, ...], value: Any, text: str) -> None:
    key, rest = path[0], path[1:]
    present = next((entry for name, entry in node.value if name.value == key), None)
    if present is None:
        for outer in reversed(rest):
            value = {outer: value}
        _add(draft, node, f"{flow(key)}: {flow(value)}", text)
    elif rest and isinstance(present, yaml.MappingNode):
        _set(draft, present, rest, value, text)
    else:
        for outer in reversed(rest):
            value = {outer: value}
        start, end = present.start_mark.index, present.end_mark.index
        if not isinstance(present, yaml.ScalarNode) and not present.flow_style:
            raise NotLocatedError("its value stands on lines of its own, which may hold comments")
        draft.replace(draft.config_path, start, end, " " * (start == end) + flow(value))


def _add(draft: Draft, node: yaml.MappingNode, entry: str, text: str) -> None:
    """Adds an entry to a mapping, at its end where that is on the last entry's line."""
    if node.flow_style:
        at = node.value[-1][1].end_mark.index if node.value else node.end_mark.index - 1
        draft.replace(draft.config_path, at, at, (", " if node.value else "") + entry)
        return
    last = node.value[-1][1]
    indent = " " * node.value[0][0].start_mark.column
    if isinstance(last, yaml.ScalarNode) or last.flow_style:
        at = text.find("\n", last.end_mark.index)
        at = len(text) if at < 0 else at - text[:at].endswith("\r")
        draft.replace(draft.config_path, at, at, f"\n{indent}{entry}")
    else:
        first = node.value[0][0].start_mark.index
        draft.replace(draft.config_path, first, first, f"{entry}\n{indent}")
