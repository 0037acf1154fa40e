"""Arguments set, added and removed, in whatever formatting the call is written."""

from pathlib import Path

import pytest

from dnndoctor.patching.arguments import argument, number_of, remove_arguments, set_argument
from dnndoctor.patching.code import Code, only
from dnndoctor.patching.draft import Draft, NotLocatedError, parsed
from tests.patching.files import folder


def code(path: Path, call: str) -> Code:
    """A file with one call of `f`."""
    return Code(Draft(folder(path, f"def build_model():\n    {call}\n").loaded), "train.py")


def after(before: Code) -> str:
    """The function's body by now."""
    return before.draft.text("train.py").partition("\n    ")[2].partition("\n\n\ndef load_data")[0].rstrip("\n")


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("f()", "f(a=1)"),
        ("f(x)", "f(x, a=1)"),
        ("f(x, )", "f(x, a=1, )"),
        ("f(g(x), b=(2))", "f(g(x), b=(2), a=1)"),
        ("f((x))", None),
        ("f(\n        x,\n        b=2,  # two\n    )", "f(\n        x,\n        b=2,  # two\n        a=1,\n    )"),
        ("f(\n        x,\n        b=2\n    )", "f(\n        x,\n        b=2,\n        a=1\n    )"),
        ("f(x, a=3)", "f(x, a=1)"),
        ("f(x, 3)", "f(x, 1)"),
        ("f(*x)", None),
        ("f(**x)", None),
        ("f('ä', a='ö')", "f('ä', a=1)"),
    ],
)
def test_argument_is_set(tmp_path: Path, before: str, added: str | None) -> None:
    """By name, by position, or at the end; what hides its arguments is refused."""
    mine = code(tmp_path, before)
    call = only((each for each in mine.calls() if mine.class_name(each) == "f"), "f")

    if added is None:
        with pytest.raises(NotLocatedError):
            set_argument(mine, call, "a", "1", 1)
    else:
        set_argument(mine, call, "a", "1", 1)
        assert after(mine) == added


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ("f(a=1)", "f()"),
        ("f(a=1, b=2)", "f(b=2)"),
        ("f(x, a=1)", "f(x)"),
        ("f(x, a=1, b=2)", "f(x, b=2)"),
        (
            "f(\n        x,\n        a=1,  # one\n        # two\n        b=2,\n    )",
            "f(\n        x,\n        # two\n        b=2,\n    )",
        ),
        ("f(\n        x,\n        a=1\n    )", "f(\n        x\n    )"),
    ],
)
def test_argument_is_removed(tmp_path: Path, before: str, left: str) -> None:
    """With its comma, its line and its own comment, but with nobody else's."""
    mine = code(tmp_path, before)
    call = only((each for each in mine.calls() if mine.class_name(each) == "f"), "f")

    assert remove_arguments(mine, call, "a".__eq__) == 1

    assert after(mine) == left


@pytest.mark.parametrize(
    ("text", "value"), [("-1e-3", -1e-3), ("3 * 1e-1 / 2", 0.15), ("1 / 0", None), ("True", None), ("x", None)]
)
def test_numbers_as_they_are_written(text: str, value: float | None) -> None:
    """Sums and products of numbers are numbers; names and truth values are none."""
    (statement,) = parsed(text).body

    assert number_of(statement.value) == (pytest.approx(value) if value is not None else None)  # type: ignore[attr-defined]  # an expression


def test_argument_that_is_not_given_is_none(tmp_path: Path) -> None:
    """Neither by name nor by position."""
    mine = code(tmp_path, "f(x)")

    assert argument(next(mine.calls()), "a", 1) is None
