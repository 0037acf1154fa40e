"""A layer taken out of a model's source: an item of a list, a `model.add(...)`, or a step of a functional model."""

import ast

from dnndoctor.patching.arguments import remove_item
from dnndoctor.patching.code import Code
from dnndoctor.patching.draft import NotLocatedError

_PASSED_ALONG = ("training", "mask")
"""Arguments of a layer's call that say nothing of the data."""


def remove_layer(code: Code, call: ast.Call) -> None:
    """Takes a layer away.

    Args:
        code: The file.
        call: That makes the layer.

    Raises:
        NotLocatedError: It is not written in one of the three ways.
    """
    match code.parent(call):
        case ast.List(elts=items):
            remove_item(code, items, call)
        case ast.Tuple(elts=items) if len(items) > 2:  # what is left of a pair would be no tuple any more
            remove_item(code, items, call)
        case ast.Call(func=ast.Attribute(attr="add"), args=[only_one]) as adding if only_one is call:
            statement = code.parent(adding)
            if not isinstance(statement, ast.Expr):
                raise NotLocatedError("what `add` returns is used")
            remove_statement(code, statement)
        case ast.Call(func=applied, args=[given]) as step if applied is call:
            if any(each.arg not in _PASSED_ALONG for each in step.keywords):
                raise NotLocatedError("the layer is called with more than its inputs")
            _remove_step(code, step, given)
        case _:
            raise NotLocatedError("the layer is held under a name")


def remove_statement(code: Code, statement: ast.stmt) -> None:
    """Takes a statement on lines of its own away; `pass` stands for the only one of a block.

    Args:
        code: The file.
        statement: In it.
    """
    lines = code.whole_lines(statement)
    block = code.parent(statement)
    bodies = [getattr(block, name, []) for name in ("body", "orelse", "finalbody")]
    if any(body == [statement] for body in bodies) and not isinstance(block, ast.Module):
        code.replace(statement, "pass")
    elif lines is None:
        raise NotLocatedError("other statements stand on the same line")
    else:
        code.draft.replace(code.path, *lines, "")


def _remove_step(code: Code, step: ast.Call, given: ast.expr) -> None:
    statement = code.parent(step)
    match statement, given:
        case ast.Assign(targets=[ast.Name(id=target)]), ast.Name(id=name) if target == name:
            remove_statement(code, statement)
        case _:
            bare = isinstance(given, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
            code.replace(step, code.source(given) if bare else f"({code.source(given)})")
