"""A Python file of the user's: calls found by their line, names resolved by its imports, spans of its text."""

import ast
from collections.abc import Iterable, Iterator

from dnndoctor.config.source_tree import last_name
from dnndoctor.evidence.place import Place
from dnndoctor.patching.draft import Draft, NotLocatedError, parsed


class Code:
    """A file's source and tree as they are at the moment; after a change of the draft it is stale."""

    def __init__(self, draft: Draft, path: str) -> None:
        """Parses it.

        Args:
            draft: Holds the text.
            path: Relative to the config's folder.

        Raises:
            NotLocatedError: There is no such Python file.
        """
        if not path.endswith(".py"):
            raise NotLocatedError("it was not written in a Python file")
        self.draft, self.path = draft, path
        self.text = draft.text(path)
        self.tree = parsed(self.text)
        self._lines = self.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.imported = {name: full for node in ast.walk(self.tree) for name, full in _imports(node)}

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """First and last-but-one character of a node in the text."""
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: PT018  one fact: it came from the parser
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def source(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """A node as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def whole_lines(self, node: ast.expr | ast.stmt) -> tuple[int, int] | None:
        """The span of the lines that hold this node, a comma and a comment at most; None where something else stands there."""
        start, end = self.span(node)
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", end)
        line_end = len(self.text) if line_end < 0 else line_end + 1
        behind = self.text[end:line_end].strip().removeprefix(",").lstrip()
        alone = not self.text[line_start:start].strip() and (not behind or behind.startswith("#"))
        return (line_start, line_end) if alone else None

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is directly in."""
        return self._parents.get(node)

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The innermost function that a node is in, None at the top level."""
        inside = self.parent(node)
        while inside is not None and not isinstance(inside, ast.FunctionDef):
            inside = self.parent(inside)
        return inside

    def replace(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> None:
        """Writes a text in the place of a node."""
        self.draft.replace(self.path, *self.span(node), text)

    def full_name(self, node: ast.expr) -> str:
        """A dotted name by where it was imported from ("keras.layers.Dense"), `tensorflow.keras` as `keras`; empty for others."""
        match node:
            case ast.Name(id=name):
                return self.imported.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                before = self.full_name(value)
                return _plain(f"{before}.{attr}") if before else ""
        return ""

    def class_name(self, call: ast.Call) -> str:
        """The last part of what is called, aliases resolved."""
        return self.full_name(call.func).rpartition(".")[2] or last_name(call.func)

    def calls(self) -> Iterator[ast.Call]:
        """All calls."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def calls_at(self, line: int, *names: str) -> list[ast.Call]:
        """The calls of these classes or methods on a line, in its order.

        Args:
            line: The line on which the name ends, or begins: Python gives either of a name over several lines.
            names: Compared without case and underscores, as Keras' own strings are.
        """
        wanted = {bare(name) for name in names}
        found = [
            call
            for call in self.calls()
            if call.func.lineno <= line <= (call.func.end_lineno or 0) and bare(self.class_name(call)) in wanted
        ]
        return sorted(found, key=lambda call: self.span(call))

    def spelled(self, full: str) -> str:
        """How this file writes a name of Keras' own ("keras.optimizers.Adam"); its imports are read, the longest that fits.

        Raises:
            NotLocatedError: No import leads there. `import_keras` adds one that does.
        """
        top = {name: target for node in self.tree.body for name, target in _imports(node)}
        fitting = [
            (len(target), name + full.removeprefix(target)) for name, target in top.items() if f"{full}.".startswith(f"{target}.")
        ]
        if not fitting and "tensorflow" in top.values():
            fitting = [(0, f"{name}.{full}") for name, target in top.items() if target == "tensorflow"]
        if not fitting:
            raise NotLocatedError(f"{self.path} does not import {full.rpartition('.')[0]}")
        return max(fitting)[1]

    def _offset(self, line: int, column: int) -> int:
        # The parser counts columns in bytes of UTF-8.
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def code_at(draft: Draft, place: Place | None) -> tuple[Code, int]:
    """The file of a place, and its line.

    Raises:
        NotLocatedError: The place is not known, or in no Python file that can be read.
    """
    if place is None:
        raise NotLocatedError("where it was written was not seen")
    code = Code(draft, place.file)
    return code, draft.line(place)


def import_keras(draft: Draft, path: str) -> None:
    """Sees to it that a file can say `keras.something`, in the way in which it imports Keras already.

    Raises:
        NotLocatedError: It does not import it at all, or means something else by the name.
    """
    code = Code(draft, path)
    try:
        code.spelled("keras.optimizers")
    except NotLocatedError:
        bound = {node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name)}
        imports = [node for node in code.tree.body if any(True for _ in _imports(node))]
        of_keras = [node for node in imports if any(_plain(full).startswith("keras.") for _, full in _imports(node))]
        if "keras" in bound or not of_keras:
            raise
        tensorflow = isinstance(of_keras[0], ast.ImportFrom) and str(of_keras[0].module).startswith("tensorflow")
        line = "from tensorflow import keras\n" if tensorflow else "import keras\n"
        start = code.span(of_keras[0])[0]
        if code.whole_lines(of_keras[0]) is None:
            raise
        draft.replace(path, start, start, line)


def bare(name: str) -> str:
    """A name without case and underscores: Keras takes `sparse_categorical_crossentropy` and the class' name for the same."""
    return name.replace("_", "").lower()


def only(found: Iterable[ast.Call], what: str) -> ast.Call:
    """The one call that was found.

    Args:
        found: All that were.
        what: That they are, for the message.

    Raises:
        NotLocatedError: There is none, or more than one.
    """
    calls = list(found)
    if len(calls) != 1:
        raise NotLocatedError(f"{len(calls)} calls of {what} stand there" if calls else f"no call of {what} stands there")
    return calls[0]


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that an import binds, and what they stand for."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield (alias.asname, _plain(alias.name)) if alias.asname else (alias.name.split(".")[0],) * 2
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for alias in names:
                yield alias.asname or alias.name, _plain(f"{module}.{alias.name}")


def _plain(full: str) -> str:
    return full.removeprefix("tensorflow.") if f"{full}.".startswith("tensorflow.keras.") else full
