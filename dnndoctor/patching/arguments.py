"""Arguments of a call and items of a list: set, added or removed in the user's own formatting."""

import ast
import math
import operator
import re
from collections.abc import Callable, Sequence

from dnndoctor.patching.code import Code
from dnndoctor.patching.draft import NotLocatedError

_COMMENT = re.compile(r"#[^\n]*")
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ROUNDING = 1e-5
"""Keras keeps a rate in single precision, which rounds it by less than that share."""


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The value of an argument, None where it is not given.

    Args:
        call: Any.
        name: Its keyword.
        position: Its place among the arguments without one; None where it has none.

    Raises:
        NotLocatedError: The call unpacks arguments, which hides what is given.
    """
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        raise NotLocatedError("the call unpacks its arguments")
    given = next((each.value for each in call.keywords if each.arg == name), None)
    if given is None and position is not None and position < len(call.args):
        return call.args[position]
    return given


def set_argument(code: Code, call: ast.Call, name: str, text: str, position: int | None = None) -> None:
    """Gives an argument another value, or adds it at the end.

    Args:
        code: The file.
        call: In it.
        name: The argument's keyword.
        text: Its new value as Python.
        position: See `argument`.
    """
    present = argument(call, name, position)
    if present is not None:
        code.replace(present, text)
        return
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    end = code.span(call)[1] - 1
    if not given:
        code.draft.replace(code.path, end, end, f"{name}={text}")
        return
    last = max(given, key=code.span)
    start, last_end = code.span(last)
    behind = _COMMENT.sub("", code.text[last_end:end]).strip()
    if behind not in ("", ","):
        raise NotLocatedError("its arguments stand in brackets of their own")
    line_start = code.text.rfind("\n", 0, start) + 1
    indent = code.text[line_start:start]
    line_end = code.text.find("\n", last_end)
    if indent.strip() or line_start <= code.span(call)[0]:
        code.draft.replace(code.path, last_end, last_end, f", {name}={text}")
    elif behind and "," in _COMMENT.sub("", code.text[last_end:line_end]):  # behind the comment of the last argument's line
        line_end -= code.text[:line_end].endswith("\r")
        code.draft.replace(code.path, line_end, line_end, f"\n{indent}{name}={text},")
    else:
        code.draft.replace(code.path, last_end, last_end, f",\n{indent}{name}={text}")


def remove_arguments(code: Code, call: ast.Call, names: Callable[[str], bool]) -> int:
    """Takes away the first keyword argument that a test names.

    Args:
        code: The file; stale afterwards where something was removed.
        call: In it.
        names: Says of a keyword whether it goes.

    Returns:
        How many such arguments there were; call again, with the file read anew, while it is more than one.
    """
    argument(call, "")  # refuses unpacked ones
    going = [each for each in call.keywords if each.arg is not None and names(each.arg)]
    if going:
        remove_item(code, [*call.args, *call.keywords], going[0])
    return len(going)


def remove_item(code: Code, items: Sequence[ast.expr | ast.keyword], item: ast.expr | ast.keyword) -> None:
    """Takes one of several things that commas separate away, with its comma.

    Args:
        code: The file.
        items: All of them.
        item: One of them.
    """
    in_order = sorted(items, key=code.span)
    place = in_order.index(item)
    start, end = code.span(item)
    value = item.value if isinstance(item, ast.keyword) else item
    lines = code.whole_lines(value) if isinstance(item, ast.expr) else None
    if isinstance(item, ast.keyword):
        line_start = code.text.rfind("\n", 0, start) + 1
        line_end = code.text.find("\n", end) + 1
        behind = code.text[end:line_end].strip()
        lines = (line_start, line_end) if not code.text[line_start:start].strip() and behind.startswith(",") else None
    if lines is not None and len(items) > 1 and "," in code.text[end : lines[1]]:
        start, end = lines
    elif place + 1 < len(in_order):
        end = code.span(in_order[place + 1])[0]
    elif place > 0:
        start = code.span(in_order[place - 1])[1]
    code.draft.replace(code.path, start, end, "")


def number_of(node: ast.expr) -> float | None:
    """The value of a number as it is written, sums and products of numbers included; None for anything else."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            positive = number_of(operand)
            return None if positive is None else -positive
        case ast.BinOp(left=left, op=op, right=right):
            first, second = number_of(left), number_of(right)
            operation = _OPERATIONS.get(type(op))
            if first is None or second is None or operation is None or (operation is operator.truediv and not second):
                return None
            return operation(first, second)
    return None


def holds(node: ast.expr, value: float) -> bool:
    """Whether a number as it is written is that value."""
    written = number_of(node)
    return written is not None and math.isclose(written, value, rel_tol=_ROUNDING, abs_tol=1e-30)


def home_of(code: Code, node: ast.expr, value: float) -> ast.expr:
    """The number to change where an argument is `value`: itself, or the one definition of a name that is used nowhere else.

    Args:
        code: The file.
        node: The argument.
        value: What it was when the model was built.

    Raises:
        NotLocatedError: It is computed, used elsewhere too, or is not that value any more.
    """
    if holds(node, value):
        return node
    if number_of(node) is not None:
        raise NotLocatedError("the file has changed since")
    if not isinstance(node, ast.Name):
        raise NotLocatedError("the value is computed")
    uses = [each for each in ast.walk(code.tree) if isinstance(each, ast.Name) and each.id == node.id]
    function = code.function_of(node)
    default = _default_of(function, node.id) if function is not None else None
    if default is not None:
        called = [call for call in code.calls() if code.class_name(call) == (function.name if function else "")]
        inside = [each for each in uses if code.function_of(each) is function]
        if any(call.args or call.keywords for call in called) or not holds(default, value) or len(inside) != 1:
            raise NotLocatedError(f"{node.id} is a parameter that is set or used in several places")
        return default
    stored = [each for each in uses if isinstance(each.ctx, ast.Store)]
    if len(stored) != 1 or len(uses) != 2:
        raise NotLocatedError(f"{node.id} is set or used in several places")
    match code.parent(stored[0]):
        case ast.Assign(targets=[_], value=written) | ast.AnnAssign(value=ast.expr() as written) if holds(written, value):
            return written
    raise NotLocatedError("the value is computed")


def _default_of(function: ast.FunctionDef, name: str) -> ast.expr | None:
    """The default value of a parameter, None where there is no such parameter; one without a default cannot be located."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    names = [each.arg for each in (*positional, *arguments.kwonlyargs)]
    by_name = dict(zip(names, (*defaults, *arguments.kw_defaults), strict=True))
    if name in by_name and by_name[name] is None:
        raise NotLocatedError(f"{name} is a parameter that is set where the function is called")
    return by_name.get(name)
