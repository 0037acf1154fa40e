"""The rules' manual pages and their table, for a terminal."""

import difflib
import inspect
import re

from dnndoctor.diagnosis.diagnose import rules
from dnndoctor.report.look import Look
from dnndoctor.report.sheet import Sheet
from dnndoctor.rules import Rule

_STANDS_ALONE = re.compile(r"\s*([-*] |\d+\. |>>> )")
"""A line that begins a list's item or an example; it is not joined to the line above it."""


def nearest(wanted: str) -> type[Rule] | None:
    """The rule whose code or name is most like this, None where none is at all.

    Args:
        wanted: In lower case.
    """
    by_name = {word: rule for rule in rules() for word in (rule.code.lower(), rule.name)}
    found = difflib.get_close_matches(wanted, by_name, n=1, cutoff=0.4)
    return by_name[found[0]] if found else None


def page(rule: type[Rule], look: Look) -> str:
    """A rule's manual page, wrapped to the width.

    Args:
        rule: Its docstring is the page.
        look: Where it is shown.
    """
    sheet = Sheet(look)
    sheet.paragraph((f"{rule.code} {rule.name}", "bold"))
    sheet.paragraph(("causes: " + ", ".join(cause.value for cause in rule.causes), "dim"))
    sheet.blank()
    for block in _blocks(inspect.getdoc(rule) or ""):
        if block and not block[0].startswith(" ") and block[0].endswith(":"):
            sheet.paragraph((block.pop(0)[:-1], "bold"))
            indent = 2
        else:
            indent = 2 if block and block[0].startswith(" ") else 0
        for paragraph in _paragraphs(block):
            sheet.paragraph(paragraph, first=indent, rest=indent + (2 if _STANDS_ALONE.match(paragraph) else 0))
        sheet.blank()
    return str(sheet)


def rules_table(look: Look) -> str:
    """All rules: code, name, causes.

    Args:
        look: Where it is shown.
    """
    sheet = Sheet(look)
    column = max((len(rule.name) for rule in rules()), default=0) + 9
    for rule in rules():
        causes = ", ".join(cause.value for cause in rule.causes)
        if look.width - column >= 20:
            sheet.paragraph((causes, "dim"), rest=column, label=(f"{rule.code}  {rule.name}", "bold"))
        else:
            sheet.paragraph((f"{rule.code}  {rule.name}", "bold"))
            sheet.paragraph((causes, "dim"), first=7)
    return str(sheet)


def _blocks(text: str) -> list[list[str]]:
    return [block.splitlines() for block in re.split(r"\n\s*\n", text)]


def _paragraphs(lines: list[str]) -> list[str]:
    paragraphs: list[str] = []
    for line in lines:
        if paragraphs and not _STANDS_ALONE.match(line):
            paragraphs[-1] += " " + line.strip()
        else:
            paragraphs.append(line.strip())
    return paragraphs
