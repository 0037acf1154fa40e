"""Mistakes in YAML's syntax, in the words of someone who writes a config."""

from collections.abc import Callable

import yaml

from dnndoctor.config.tree import Spot
from dnndoctor.config.words import quoted
from dnndoctor.errors import ConfigProblem

_QUOTE_HINT = "a text with special characters stands between quotes"
_BLOCK_TEXT_HINT = "the text begins in the next line, indented"
_INDENT_HINT = "keys of one mapping begin in the same column"

_SENTENCES = (
    ("mapping values are not allowed here", "a `:` that cannot stand here", f"one `key: value` a line; {_INDENT_HINT}"),
    ("expected <block end>", "this does not continue what stands before it", f"{_INDENT_HINT}; {_QUOTE_HINT}"),
    ("cannot start any token", "{found} cannot begin a value or a key", _QUOTE_HINT),
    (
        "sequence entries are not allowed here",
        "a list's `-` cannot stand here",
        "write each `- item` on a line below the key",
    ),
    ("expected the node content", "a value is missing before {found}", ""),
    ("expected alphabetic or numeric character", "a text cannot begin with `*`, `&` or `%`", _QUOTE_HINT),
    ("expected chomping or indentation", "{found} cannot follow a `|` or `>`", _BLOCK_TEXT_HINT),
    ("expected a comment or a line break", "{found} cannot follow a `|` or `>`", _BLOCK_TEXT_HINT),
    ("mapping keys are not allowed here", "a `?` cannot stand here", _QUOTE_HINT),
    ("found undefined tag handle", "tags such as `!name!` are not taken", "leave the tag out"),
    ("found duplicate anchor", "anchors are not taken", "write the value out in each place"),
    ("expected '<document start>'", "the config ended above this place", _INDENT_HINT),
    ("incompatible YAML document", "a YAML version that is not known", "leave the `%YAML` line out"),
)
"""Part of what PyYAML says, what is said here (`{found}` is the character), and the hint."""


def syntax_problem(error: yaml.MarkedYAMLError, spot_of: "Callable[[yaml.Mark], Spot]") -> ConfigProblem:
    """The sentence for one of PyYAML's errors.

    Args:
        error: What its scanner or parser raised.
        spot_of: Makes a place of its mark.
    """
    mark = error.problem_mark or error.context_mark
    assert mark is not None, "PyYAML's scanner and parser always say where they stopped"
    spot = spot_of(mark)
    opened = spot_of(error.context_mark) if error.context_mark is not None else spot
    problem, context = error.problem or "", error.context or ""
    character = spot.text[spot.column - 1 : spot.column]
    if character == "\t" or "'\\t'" in problem:
        return spot.problem("a tab; YAML takes only spaces here", "replace the tab by spaces")
    if "quoted" in context:
        return _in_quotes(problem, spot, opened)
    if "flow sequence" in context or "flow mapping" in context:
        return _in_brackets("sequence" in context, problem, spot, opened)
    if "could not find expected ':'" in problem:
        return opened.problem("this is no `key: value`", "write a colon and a space after the key")
    if "expected the node content" in problem and not character.strip():
        return spot.problem("the config ends where a value or a closing bracket should follow")
    if character in ("]", "}"):
        return spot.problem(f"this `{character}` closes nothing", _QUOTE_HINT)
    for part, message, hint in _SENTENCES:
        if part in problem:
            return spot.problem(message.format(found=quoted(character)), hint)
    return spot.problem(f"not valid YAML: {problem}")


def _in_quotes(problem: str, spot: Spot, opened: Spot) -> ConfigProblem:
    if "end of stream" in problem or "document separator" in problem:
        return opened.problem("this quote is never closed", "add the closing quote")
    hint = "between single quotes a backslash is only a backslash: 'C:\\data'"
    return spot.problem("not an escape that YAML knows between double quotes", hint)


def _in_brackets(is_list: bool, problem: str, spot: Spot, opened: Spot) -> ConfigProblem:
    bracket, closing = ("[", "]") if is_list else ("{", "}")
    if "<stream end>" in problem:
        return opened.problem(f"this `{bracket}` is never closed", f"add `{closing}`")
    return spot.problem(f"a comma or `{closing}` is missing before this place", _QUOTE_HINT)
