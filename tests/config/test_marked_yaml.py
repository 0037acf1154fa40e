"""YAML 1.2's core is read with places; what makes YAML surprising or dangerous is refused."""

import math

import pytest

from dnndoctor.config.marked_yaml import MAX_DEPTH, MAX_VALUES, Source, read_yaml, resolve
from dnndoctor.config.tree import Node
from dnndoctor.errors import ConfigProblem


def read(text: str) -> tuple[Node | None, list[ConfigProblem]]:
    return read_yaml(text, Source("c.yaml", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3), ("3E4", 3e4), ("1.", 1.0), (".5", 0.5), ("-0.5e+2", -50.0), ("12", 12), ("-7", -7), ("+7", 7),
        ("010", 10), ("0o17", 15), ("0x1F", 31), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        (".inf", math.inf), ("-.Inf", -math.inf),
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("n", "n"), ("tRue", "tRue"),
        ("1_000", "1_000"), ("0b11", "0b11"), ("1:30", "1:30"), ("2024-01-01", "2024-01-01"),
        ("1e", "1e"), (".", "."), ("-", "-"), ("0o8", "0o8"),
        ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """A rate in scientific notation is a number, and `no` is a word."""
    resolved = resolve(text)

    assert resolved == value
    assert type(resolved) is type(value)


def test_not_a_number_is_read() -> None:
    """`.nan` is a float."""
    resolved = resolve(".nan")

    assert isinstance(resolved, float)
    assert math.isnan(resolved)


def test_quoted_scalars_are_texts() -> None:
    """Quotes make a text of whatever stands between them."""
    root, problems = read("a: '1'\nb: \"true\"\nc: |\n  3\n")

    assert not problems
    assert root is not None
    assert root.plain() == {"a": "1", "b": "true", "c": "3\n"}


def test_every_key_and_value_knows_its_place() -> None:
    """Lines and columns are counted from 1, with the line's text."""
    root, _ = read("a: 1\nb:\n  - x\n  - {c: 2}\n")

    assert root is not None
    node = root.find("b", 1, "c")
    assert node is not None
    assert (node.at.line, node.at.column, node.key_at.column, node.at.text) == (4, 9, 6, "  - {c: 2}")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: &x 1", 1, 4, "anchors such as `&x` are not taken"),
        ("a: 1\nb: *nowhere", 2, 4, "aliases such as `*nowhere` are not taken"),
        ("a: !mine 1", 1, 4, "tags such as `!mine` are not taken"),
        ("a: !!python/object/apply:os.system [ls]", 1, 4, "tags such as"),
        ("a: !!str 1", 1, 4, "tags such as"),
        ("a: 1\na: 2", 2, 1, "`a` is given twice; the first is in line 1"),
        ("1: a\n1: b", 2, 1, "`1` is given twice"),
        ("<<: {a: 1}", 1, 1, "merge keys (`<<`) are not taken"),
        ("{a: b}: 1", 1, 1, "a key must be a text or a number"),
        ("? [a]\n: 1", 1, 3, "a key must be a text or a number"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document begins here"),
        ("a:\n\tb: 1", 2, 1, "a tab"),
        ("a:\t1", 1, 3, "a tab"),
        ("a: b: c", 1, 5, "a `:` that cannot stand here"),
        ("a: 1\n b: 2", 2, 3, "a `:` that cannot stand here"),
        ("a: 1\nb\n", 2, 1, "this is no `key: value`"),
        ("a: {b: 1", 1, 4, "this `{` is never closed"),
        ("a: [1, 2", 1, 4, "this `[` is never closed"),
        ("a: [1 }", 1, 7, "a comma or `]` is missing"),
        ("a: {b: 1}}", 1, 10, "this `}` closes nothing"),
        ("a: *.h5", 1, 5, "a text cannot begin with `*`"),
        ("a: | b", 1, 6, "`b` cannot follow a `|`"),
        ("a: [", 1, 5, "the config ends where"),
        ("a: 'b", 1, 4, "this quote is never closed"),
        ('a: "C:\\data"', 1, 8, "not an escape"),
        ("a: @b", 1, 4, "`@` cannot begin"),
        ("a:\n  b: 1\n c: 2", 3, 2, "this does not continue"),
        ("a: - 1", 1, 4, "a list's `-` cannot stand here"),
        ("a: !x!y 1", 1, 4, "tags such as `!name!` are not taken"),
        ("%YAML 7.0\n---\na: 1", 1, 1, "a YAML version"),
        ("a: 1\n...\nb: 1", 3, 1, "the config ended above"),
    ],
)
def test_each_mistake_has_its_place_and_sentence(text: str, line: int, column: int, message: str) -> None:
    """What YAML allows and we do not, and what it does not allow, is told in a config's words."""
    _, problems = read(text)

    assert [(problem.line, problem.column) for problem in problems] == [(line, column)]
    assert message in problems[0].message


def test_mistakes_that_are_no_syntax_are_collected() -> None:
    """Reading goes on after an alias, an anchor, a tag, a merge key and a duplicate."""
    root, problems = read("a: &x 1\nb: *x\nc: !t 2\n<<: 3\na: 4\nd: 5\n")

    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5]
    assert root is not None
    assert root.plain() == {"a": 1, "b": None, "c": 2, "d": 5}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "a: " + "[" * 100_000 + "]" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000]
)
def test_deep_nesting_is_refused(text: str) -> None:
    """A hundred thousand brackets are refused, without a RecursionError or a crash."""
    root, problems = read(text)

    assert root is None
    assert f"more than {MAX_DEPTH} levels" in problems[-1].message


def test_allowed_depth_is_read() -> None:
    """Nesting up to the bound is fine."""
    _, problems = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)

    assert not problems


def test_too_many_values_are_refused() -> None:
    """A config is not data; the time to read one is bounded."""
    _, problems = read("a: [" + "1, " * (MAX_VALUES + 1) + "]")

    assert "more than 20,000" in problems[0].message


def test_alias_bombs_do_not_grow() -> None:
    """Aliases are never followed, so nine levels of nine cost 81 problems and no memory."""
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))

    root, problems = read(bomb)

    assert root is not None
    assert len(problems) == 10 + 81


def test_numbers_of_many_digits_do_not_take_long() -> None:
    """A number that Python would refuse to convert is no error of ours."""
    value = resolve("9" * 100_000)

    assert value == math.inf


def test_unicode_is_fine() -> None:
    """Keys and values may be of any script."""
    root, problems = read("größe: 日本\n")

    assert not problems
    assert root is not None
    assert root.plain() == {"größe": "日本"}
