"""Questions to the syntax tree of a training script, answered by what its source shows."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

Function: TypeAlias = ast.FunctionDef

MODEL_NAME = re.compile(r"model|(^|_)(net|network|cnn|rnn|lstm|gru|mlp|unet|resnet|classifier|regressor|autoencoder)s?($|_)")
"""Of a function or a variable that holds a model, in lower case."""

_CALLBACKS = ("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint", "TerminateOnNaN", "CSVLogger", "TensorBoard")
"""Of Keras; scripts import these by name."""

_LOADING = re.compile(
    r"(?!\w*(model|weights))(load_\w+|fetch_\w+|make_\w+|read_\w+|from_\w+|image_dataset_from_directory|train_test_split|genfromtxt|loadtxt)"
)


def class_spec(call: ast.Call) -> dict[str, Any] | None:
    """A call of one of Keras' own classes as the config writes it; None where an argument has no name or is no plain value."""
    if ".callbacks." not in ast.unparse(call.func) and last_name(call.func) not in _CALLBACKS:
        return None
    spec: dict[str, Any] = {"class_name": last_name(call.func)}
    for keyword in call.keywords:
        if keyword.arg is None or not isinstance(keyword.value, ast.Constant | ast.UnaryOp):
            return None
        try:
            spec[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:
            return None
    return None if call.args else spec


def returned_values(function: Function) -> list[ast.expr]:
    """What a function returns, without what functions inside it return."""
    nodes = (node for statement in function.body for node in outside_functions(statement))
    return [node.value for node in nodes if isinstance(node, ast.Return) and node.value is not None]


def assigned_values(function: Function) -> dict[str, ast.expr]:
    """The last value of each name that is assigned by itself."""
    nodes = (node for statement in function.body for node in outside_functions(statement))
    return {
        node.targets[0].id: node.value for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, in the order of the source, except functions and classes inside."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from outside_functions(child)


def loose_statements(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that importing the module runs; not what stands under `if __name__ == "__main__"`."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(statement, ast.If) and any(
            isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test)
        ):
            continue
        if isinstance(statement, ast.If | ast.With | ast.For | ast.While | ast.Try):
            yield from loose_statements(child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt))
        else:
            yield statement


def method_calls(node: ast.AST, method: str) -> Iterator[ast.Call]:
    """Calls of a method of anything, such as `model.fit(...)`, in the order of the source; not `re.compile`."""
    found = [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == method
    ]
    yield from sorted((call for call in found if receiver(call) != "re"), key=lambda call: (call.lineno, call.col_offset))


def is_training(call: ast.Call) -> bool:
    """Whether a call of `fit` is a model's and not a scaler's."""
    telling = {"epochs", "batch_size", "validation_data", "validation_split", "callbacks", "steps_per_epoch", "verbose"}
    named = {keyword.arg for keyword in call.keywords}
    return bool(telling & named) or bool(MODEL_NAME.search(receiver(call).lower())) or len(call.args) > 2


def receiver(call: ast.Call) -> str:
    """What stands before the dot of a method's call; empty where it is a function's."""
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def called_names(node: ast.AST) -> Iterator[str]:
    """Names of the functions that are called by their bare names somewhere in a node."""
    return (inner.func.id for inner in ast.walk(node) if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name))


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; empty where an expression is none."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def names_in(value: ast.expr) -> Iterator[ast.Name]:
    """All names in an expression."""
    return (node for node in ast.walk(value) if isinstance(node, ast.Name))


def loads_data(value: ast.expr) -> bool:
    """Whether an expression calls what reads or makes data somewhere in it."""
    return any(isinstance(node, ast.Call) and _LOADING.fullmatch(last_name(node.func)) for node in ast.walk(value))


def bare_arrays(value: ast.Tuple) -> int:
    """How many things a tuple holds; 0 where one of them is a tuple itself, as in ((x, y), (x_val, y_val))."""
    return 0 if any(isinstance(item, ast.Tuple) for item in value.elts) else len(value.elts)


def plain_constants(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, Any]]:
    """Names that the top level binds to plain numbers and texts."""
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                yield name, value
