"""`--set a.b.c=value`: one value of the config, given on the command line."""

from dataclasses import replace

from dnndoctor.config.marked_yaml import Source, read_yaml
from dnndoctor.config.origins import Factory
from dnndoctor.config.tree import Key, Node, Path, Spot, dotted
from dnndoctor.config.vocabulary import takes_a_list
from dnndoctor.config.words import found, quoted
from dnndoctor.errors import ConfigProblem

_EXAMPLE = "write it as in `--set fit.batch_size=8`"


def override(root: Node, option: str) -> tuple[Node, list[ConfigProblem]]:
    """Sets a value.

    Args:
        root: The config so far.
        option: `path=value`: dots separate the path's levels, an index names a list's item (the one after the last is new), and
            the value is YAML. Levels that are missing are made.

    Returns:
        The config with the value, and no problem; or the config as it was, and what is wrong with the option.
    """
    source = f"--set {option}"
    start = len(source) - len(option)
    written, equals, text = option.partition("=")
    steps: list[tuple[str, Spot]] = []
    for step in written.split("."):
        steps.append((step.strip(), Spot(source, None, start + 1, source)))
        start += len(step) + 1
    if not equals:
        return root, [steps[0][1].problem(f"{quoted(option)} has no `=`", _EXAMPLE)]
    for step, spot in steps:
        if not step:
            return root, [spot.problem(f"{quoted(written)} has an empty level", _EXAMPLE)]
    value, problems = read_yaml(text, Source(source, text, option_start=start))
    if problems:
        return root, problems
    nothing = Spot(source, None, start + 1, source)
    try:
        return _with(root, root.key_at, steps, value or Node(None, nothing, nothing), ()), []
    except _RefusedError as refusal:
        return root, [refusal.problem]


class _RefusedError(Exception):
    def __init__(self, problem: ConfigProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _with(node: Node | None, key_at: Spot, steps: list[tuple[str, Spot]], value: Node, path: Path) -> Node:
    """A node in which the value stands at the end of the steps; `path` leads to the node, `key_at` is its key's place."""
    if not steps:
        return replace(value, key_at=key_at)
    (step, spot), rest = steps[0], steps[1:]
    # Nine digits hold every index and class, and Python converts them in no time.
    key: Key = int(step) if step.isascii() and step.isdecimal() and len(step) < 10 else step
    if node is None or node.content is None:
        node = Node(() if isinstance(key, int) and takes_a_list(path) else {}, key_at, key_at)
    longhand = _key_of_longhand(path, step)
    if isinstance(node.content, str) and longhand is not None:
        node = replace(node, content={longhand: replace(node, key_at=node.at)})
    name = quoted(dotted(path))
    if isinstance(node.content, dict):
        child = _with(node.content.get(key), spot, rest, value, (*path, key))
        return replace(node, content={**node.content, key: child})
    if not isinstance(node.content, tuple):
        hint = f"set the whole of it: `--set '{dotted(path)}={{{step}: ...}}'`"
        raise _RefusedError(spot.problem(f"{name} is {found(node)}, which has no {quoted(step)}", hint))
    items = list(node.content)
    if not isinstance(key, int) or key > len(items):
        taken = f"an index from 0 to {len(items)}" if items else "the index 0"
        raise _RefusedError(spot.problem(f"{name} is {found(node)}; {quoted(step)} is not {taken}", ""))
    items[key:] = [_with(items[key] if key < len(items) else None, spot, rest, value, (*path, key)), *items[key + 1 :]]
    return replace(node, content=tuple(items))


def _key_of_longhand(path: Path, step: str) -> str | None:
    """Under which key a text stands when it is written as a mapping, so that more can be said: `adam` is `{class_name: adam}`."""
    if path in (("model",), ("data",)):
        return "factory" if step in Factory.model_fields else None
    return "class_name" if len(path) > 1 and (path[0] == "compile" or path[:2] == ("fit", "callbacks")) else None
