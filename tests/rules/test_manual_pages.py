"""Every rule carries its manual page and a name that fits its file."""

import inspect
import re
from typing import cast

import pytest

from dnndoctor.rules import Rule
from dnndoctor.shelf import classes_in

HEADINGS = ("What was looked at", "Why it matters", "What to do", "When it is not a fault", "References")
RULES = cast("tuple[type[Rule], ...]", classes_in("dnndoctor.rules", Rule))

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)


@each_rule
def test_page_has_its_headings_in_order(rule: type[Rule]) -> None:
    """A rule's docstring has a summary line and all headings, in this order, each with text below it."""
    page = inspect.cleandoc(rule.__doc__ or "")
    parts = re.split(r"^(" + "|".join(HEADINGS) + r"):$", page, flags=re.MULTILINE)

    assert parts[0].strip().splitlines(), "the page begins with a summary line"
    assert tuple(parts[1::2]) == HEADINGS
    assert all(len(text.split()) >= 4 for text in parts[2::2]), "a heading without text"


@each_rule
def test_code_name_and_file_agree(rule: type[Rule]) -> None:
    """The code is DD and three digits, the name is kebab case, and the file is called like it."""
    stem = rule.__module__.rpartition(".")[2]

    assert re.fullmatch(r"DD\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.name.replace("-", "_") == stem


@each_rule
def test_rule_names_causes(rule: type[Rule]) -> None:
    """A rule can name at least one cause, and none twice."""
    assert rule.causes
    assert len(set(rule.causes)) == len(rule.causes)


def test_codes_and_names_are_unique() -> None:
    """No two rules share a code or a name."""
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
