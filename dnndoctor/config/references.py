"""Names of the user's own code and files (`train.py:build_model`, `model.keras`), checked without running or importing any."""

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path as FilePath

from dnndoctor.config.shapes import refuse
from dnndoctor.config.tree import Node, Path, dotted
from dnndoctor.config.words import did_you_mean, escaped, listed, quoted
from dnndoctor.errors import ConfigProblem

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")
DATA_SUFFIXES = {"npz": (".npz",), "npy": (".npy",), "csv": (".csv",)}

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_ANY_NAME = "*"
"""Stands for the names of a module that cannot be listed without running it."""

_OWN_CALLABLE = re.compile(r".+\.py:.*", re.DOTALL)
_MAX_LISTED_FILES = 1000
"""Of a folder, when the nearest spelling is looked for."""

_MAX_SOURCE_BYTES = 8 * 2**20
"""A source file that is longer is generated data; parsing it would take seconds."""


def check_reference(text: str) -> str:
    """Validates the form of `file.py:name` or `package.module:name`.

    Args:
        text: What was written.

    Returns:
        The same.

    Raises:
        PydanticCustomError: It has another form; the hint says how to write what was probably meant.
    """
    location, colon, name = text.rpartition(":")
    wanted = "must name a function, as `train.py:build_model` or `package.module:name`"
    if not colon:
        raise refuse(wanted, _hint_without_colon(text))
    if not _NAME.fullmatch(name):
        bare = name.split("(")[0].strip()
        hint = f"write {quoted(f'{location}:{bare}')}" if _NAME.fullmatch(bare) else "a function's name follows the colon"
        raise refuse(wanted, hint)
    if not location.endswith(".py") and not _NAME.fullmatch(location):
        raise refuse(wanted, "a file ends in `.py`; a module is a dotted name without slashes")
    return text


def _hint_without_colon(text: str) -> str:
    suffix = FilePath(text).suffix.lower()
    if suffix in MODEL_SUFFIXES:
        return f"a saved model is written {quoted(f'{{file: {text}}}')}"
    for kind, suffixes in DATA_SUFFIXES.items():
        if suffix in suffixes:
            return f"data in a file is written {quoted(f'{{kind: {kind}, x: {text}}}')}"
    if suffix == ".py":
        return f"add the function's name: {quoted(f'{text}:name')}"
    return f"add the file: {quoted(f'train.py:{text}')}" if _NAME.fullmatch(text) else ""


def missing_references(root: Node, folder: FilePath) -> Iterator[tuple[Path, ConfigProblem]]:
    """Files that are not there, and names that their files do not define.

    Args:
        root: The config, valid or not; what does not have the form of a reference is passed over.
        folder: The config's folder.

    Yields:
        Path of the value, and what is wrong with it.
    """
    kind_node = root.find("data", "kind")
    kind = str(kind_node.content) if kind_node is not None else ""
    for path, node in root.walk():
        if not isinstance(node.content, str):
            continue
        problem = None
        match path:
            case ("model", "file"):
                problem = _file_problem(node.content, folder, MODEL_SUFFIXES)
            case ("data", "sample_weight") if kind == "csv":
                continue  # a column
            case ("data", "x" | "y" | "x_val" | "y_val" | "sample_weight") if kind in DATA_SUFFIXES:
                problem = _file_problem(node.content, folder, DATA_SUFFIXES[kind])
            case ("model" | "data",) | ("model" | "data", "factory") | ("compile" | "fit", *_):
                problem = _callable_problem(node.content, folder)
        if problem is not None:
            yield path, node.at.problem(f"`{dotted(path)}`: {problem[0]}", problem[1])


def _file_problem(text: str, folder: FilePath, suffixes: tuple[str, ...]) -> tuple[str, str] | None:
    wanted = f"a file that ends in {listed(suffixes, last='or')}"
    if "://" in text:
        return f"{quoted(text)} is a URL", f"fetch it yourself, and name {wanted}"
    path = folder / text
    if FilePath(text).suffix.lower() not in suffixes:
        return f"{quoted(text)} is not {wanted}", ""
    if _is(path, FilePath.is_dir):
        return f"{quoted(text)} is a folder", f"name {wanted}"
    if not _is(path, FilePath.is_file):
        return f"there is no file {quoted(text)}", _other_file(path, suffixes)
    return None


def _callable_problem(text: str, folder: FilePath) -> tuple[str, str] | None:
    if not _OWN_CALLABLE.fullmatch(text):
        return None
    location, _, name = text.rpartition(":")
    path = folder / location
    if not _is(path, FilePath.is_file):
        return f"there is no file {quoted(location)}", _other_file(path, (".py",))
    try:
        names = set(_names_of(path))
    except SyntaxError as error:
        return f"{quoted(location)} is not valid Python: line {error.lineno}, column {error.offset}: {escaped(error.msg)}", ""
    except (OSError, ValueError) as error:
        return f"{quoted(location)} cannot be read: {escaped(str(error))}", ""
    first = name.split(".")[0]
    if first in names or _ANY_NAME in names:
        return None
    public = sorted(other for other in names if not other.startswith("_"))
    hint = did_you_mean(first, public) or (f"it defines {listed(public)}" if public else "it defines no name at all")
    return f"{quoted(location)} defines no {quoted(first)}", hint


def _is(path: FilePath, question: Callable[[FilePath], bool]) -> bool:
    try:
        return question(path)
    except (OSError, ValueError):  # a name that no file can have: too long, or with a null character
        return False


def _other_file(path: FilePath, suffixes: tuple[str, ...]) -> str:
    try:
        others = [other.name for other in islice(path.parent.iterdir(), _MAX_LISTED_FILES) if other.suffix.lower() in suffixes]
    except (OSError, ValueError):
        return f"there is no folder `{escaped(str(path.parent))}` either"
    return did_you_mean(path.name, others) or f"it is looked for in `{escaped(str(path.parent))}`"


def _names_of(path: FilePath) -> Iterator[str]:
    """Names that a module's top level binds; `_ANY_NAME` where running it may bind others."""
    if path.stat().st_size > _MAX_SOURCE_BYTES:
        yield _ANY_NAME
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the user's own style, which importing the module will show them
            module = ast.parse(path.read_bytes(), filename=str(path))
    except (RecursionError, MemoryError):  # nested too deeply for the parser, though Python may have it compiled already
        yield _ANY_NAME
        return
    yield from _bound_names(module.body)


def _bound_names(statements: Iterable[ast.AST]) -> Iterator[str]:
    """Names bound in a module's scope by these statements and all inside them except functions and classes."""
    remaining = list(statements)
    while remaining:
        node = remaining.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                # A module's `__getattr__` makes names up.
                yield _ANY_NAME if node.name == "__getattr__" else node.name
                yield from (name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names)
                continue
            case ast.alias():
                # `import a.b` binds a, and a star binds what only the other module knows.
                yield node.asname or node.name.split(".")[0]
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Name(id="globals" | "exec" | "setattr"):
                yield _ANY_NAME
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name
        remaining.extend(ast.iter_child_nodes(node))
