"""What a training script holds, read from its source without running or importing it: factories, and the recipe of its `fit`."""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnndoctor.config.source_tree import (
    MODEL_NAME,
    Function,
    assigned_values,
    bare_arrays,
    called_names,
    class_spec,
    is_training,
    last_name,
    loads_data,
    loose_statements,
    method_calls,
    names_in,
    outside_functions,
    plain_constants,
    receiver,
    returned_values,
)
from dnndoctor.config.words import escaped
from dnndoctor.errors import ConfigError, ConfigProblem, UsageError

MAX_BYTES = 8 * 2**20
"""A source file that is longer is generated data; parsing it would take seconds."""

FIT_NUMBERS = ("batch_size", "epochs", "steps_per_epoch")
_FIT_POSITIONS = {2: "batch_size", 3: "epochs"}
"""Of `Model.fit(x, y, batch_size, epochs)`."""

_MODEL_CLASSES = re.compile(r"(\w*Model|Sequential|Functional|clone_model|load_model|model_from_json)")
_DATA_NAME = re.compile(r"data|(^|_)(ds|xy|samples|arrays|inputs|batches|train_test|splits?)($|_)")
_MAKING = re.compile(r"^(build|make|create|get|define|load|read|prepare|compiled?|new|generate|fetch|setup)_?")
_OTHER_DEED = re.compile(
    r"^_*(train|fit|test|main|run|eval|evaluate|plot|show|save|predict|print|visuali[sz]e|download|preprocess|normali[sz]e|augment)(_|$)"
)
_ARRAY_NAME = re.compile(
    r"(^|_)(x|y|xs|ys|train|val|valid|test|data|dataset|ds|labels?|targets?|images?|features?)($|_)", re.IGNORECASE
)
_CERTAIN = 4
"""Points from which a function is taken to be a factory: what it returns says so, or its name and what it does."""


@dataclass(frozen=True, slots=True)
class Factory:
    """A function that seems to return a model, or data.

    Attributes:
        name: Of the function.
        line: Where it is defined.
        points: How much speaks for it.
        required: Parameters without a default value.
        remark: What may have to be mended, one sentence; empty where nothing is seen.
    """

    name: str
    line: int
    points: int
    required: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `compile` or `fit`.

    Attributes:
        line: Where it is.
        values: Arguments that are plain values, by name.
        sources: Every named argument as it is written, in one line.
    """

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A training script.

    Attributes:
        path: Its file.
        models: Functions that seem to return a model, the likeliest first.
        data: The same for data.
        fit: The call of `fit` that says most, None where there is none.
        compile: The first call of `compile` of a model, None where there is none.
        trains_on_import: Line on which importing it begins to train, None where none does.
        loose_model: Line on which its top level makes a model, None where none does.
        loose_data: The same for data.
    """

    path: Path
    models: tuple[Factory, ...]
    data: tuple[Factory, ...]
    fit: Call | None
    compile: Call | None
    trains_on_import: int | None
    loose_model: int | None
    loose_data: int | None


def read_script(path: Path) -> Script:
    """Reads a script.

    Args:
        path: A Python file.

    Raises:
        ConfigError: It is not valid Python; with line and column.
        UsageError: It cannot be read.
    """
    source = _source(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the user's own style, which running it will show them
            return _Reader(path, ast.parse(source, filename=str(path))).script()
    except SyntaxError as error:
        raise ConfigError((_syntax_problem(path, error),)) from error
    except ValueError as error:  # a null character
        raise UsageError(f"{path} is no Python source: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise UsageError(f"{path} is nested too deeply to be read") from error


def _source(path: Path) -> bytes:
    if path.suffix == ".ipynb":
        raise UsageError(f"{path} is a notebook; export it first, by `jupyter nbconvert --to script {path}`")
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a Python file in it, or call `dnndoctor init` in it without a file")
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path} is larger than {MAX_BYTES // 2**20} MiB, and so no training script")
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _syntax_problem(path: Path, error: SyntaxError) -> ConfigProblem:
    text = error.text.rstrip("\n") if error.text else None
    return ConfigProblem(f"is not valid Python: {escaped(error.msg)}", str(path), error.lineno, error.offset, text)


class _Reader:
    """Reads one module."""

    def __init__(self, path: Path, module: ast.Module) -> None:
        self._path = path
        self._module = module
        self._functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
        self._constants = dict(plain_constants(module.body))
        self._model_classes = {
            node.name
            for node in module.body
            if isinstance(node, ast.ClassDef) and any(_MODEL_CLASSES.fullmatch(last_name(base)) for base in node.bases)
        }

    def script(self) -> Script:
        """What it holds."""
        models = [self._model_factory(function) for function in self._functions.values()]
        data = [self._data_factory(function) for function in self._functions.values()]
        # A function is one or the other: what more speaks for it.
        best = {model.name: (model.points, values.points) for model, values in zip(models, data, strict=True)}
        loose = list(loose_statements(self._module.body))
        return Script(
            self._path,
            _ranked(model for model in models if best[model.name][0] >= best[model.name][1]),
            _ranked(values for values in data if best[values.name][1] > best[values.name][0]),
            self._fit(),
            self._compile(),
            self._trains_on_import(loose),
            next((node.lineno for node in loose if isinstance(node, ast.Assign) and self._is_model(node.value, {})), None),
            next((node.lineno for node in loose if isinstance(node, ast.Assign) and loads_data(node.value)), None),
        )

    def _model_factory(self, function: Function) -> Factory:
        returned, assigned = returned_values(function), assigned_values(function)
        compiled = {receiver(call) for call in method_calls(function, "compile")}
        points = 6 * any(self._is_model(value, assigned) for value in returned)
        points += 5 * any(isinstance(value, ast.Name) and value.id in compiled for value in returned)
        points += 2 * bool(MODEL_NAME.search(function.name)) + bool(_MAKING.match(function.name)) + 2 * bool(compiled)
        remark = ""
        if not compiled and not self._calls_another_that_compiles(function):
            remark = "it does not seem to compile the model: compile it there, or say `compile:` below"
        return self._factory(function, points if returned else 0, remark)

    def _data_factory(self, function: Function) -> Factory:
        returned, assigned = returned_values(function), assigned_values(function)
        values = [assigned.get(value.id, value) if isinstance(value, ast.Name) else value for value in returned]
        points = 3 * bool(_DATA_NAME.search(function.name)) + bool(_MAKING.match(function.name))
        points += 3 * any(isinstance(value, ast.Tuple | ast.Dict) for value in values)
        points += 3 * any(loads_data(value) for value in values)
        points += any(_ARRAY_NAME.search(name.id) is not None for value in returned for name in names_in(value))
        if any(self._is_model(value, assigned) for value in returned):
            points = 0
        remark = ""
        if any(isinstance(value, ast.Tuple) and bare_arrays(value) > 3 for value in values):
            remark = (
                "it returns more than three arrays; ((x, y), (x_val, y_val)) or a dict with x_train, y_train, ... is understood"
            )
        return self._factory(function, points if returned else 0, remark)

    def _factory(self, function: Function, points: int, remark: str) -> Factory:
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        required = [each.arg for each in positional[: len(positional) - len(arguments.defaults)]]
        required += [
            each.arg for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
        ]
        if _OTHER_DEED.match(function.name) or any(is_training(call) for call in method_calls(function, "fit")):
            points -= 5
        return Factory(function.name, function.lineno, points - 2 * bool(required), tuple(required), remark)

    def _is_model(self, value: ast.expr, assigned: Mapping[str, ast.expr], depth: int = 0) -> bool:
        """Whether an expression is a model as far as one can see."""
        if isinstance(value, ast.Name):
            return depth < 3 and value.id in assigned and self._is_model(assigned[value.id], assigned, depth + 1)
        if not isinstance(value, ast.Call):
            return False
        name = last_name(value.func)
        return (
            bool(_MODEL_CLASSES.fullmatch(name))
            or name in self._model_classes
            or ".applications." in f".{ast.unparse(value.func)}"
        )

    def _calls_another_that_compiles(self, function: Function) -> bool:
        names = {node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        return any(any(True for _ in method_calls(self._functions[name], "compile")) for name in names & self._functions.keys())

    def _fit(self) -> Call | None:
        found = [self._read_call(call, _FIT_POSITIONS) for call in method_calls(self._module, "fit") if is_training(call)]
        return max(found, key=lambda call: len(call.values), default=None)

    def _compile(self) -> Call | None:
        wanted = ("optimizer", "loss")
        found = (self._read_call(call, {0: "optimizer", 1: "loss"}) for call in method_calls(self._module, "compile"))
        return next((call for call in found if any(name in call.sources for name in wanted)), None)

    def _read_call(self, call: ast.Call, positions: Mapping[int, str]) -> Call:
        named = {positions[place]: value for place, value in enumerate(call.args) if place in positions}
        named |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        values = {name: plain for name, value in named.items() if (plain := self._plain(value)) is not None}
        return Call(call.lineno, values, {name: escaped(" ".join(ast.unparse(value).split())) for name, value in named.items()})

    def _plain(self, value: ast.expr) -> Any:
        """A plain value, None where it is none that the source shows."""
        if isinstance(value, ast.Name):
            return self._constants.get(value.id)
        if isinstance(value, ast.List) and value.elts and all(isinstance(item, ast.Call) for item in value.elts):
            specs = [class_spec(item) for item in value.elts if isinstance(item, ast.Call)]
            return None if None in specs else specs
        try:
            return ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None

    def _trains_on_import(self, loose: Iterable[ast.stmt]) -> int | None:
        training = {
            name for name, node in self._functions.items() if any(is_training(call) for call in method_calls(node, "fit"))
        }
        for _ in range(3):  # through functions that call functions, as deep as scripts go
            training |= {name for name, node in self._functions.items() if training & set(called_names(node))}
        for node in loose:
            for inner in outside_functions(node):
                if isinstance(inner, ast.Call):
                    direct = isinstance(inner.func, ast.Attribute) and inner.func.attr == "fit" and is_training(inner)
                    if direct or (isinstance(inner.func, ast.Name) and inner.func.id in training):
                        return inner.lineno
        return None


def _ranked(factories: Iterable[Factory]) -> tuple[Factory, ...]:
    return tuple(sorted((each for each in factories if each.points >= _CERTAIN), key=lambda each: (-each.points, each.line)))
