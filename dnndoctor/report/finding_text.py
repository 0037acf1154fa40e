"""One finding on a sheet: what is wrong, how it is known, what to do."""

import itertools
from collections.abc import Mapping, Sequence

from dnndoctor.diagnosis.diagnose import RankedFinding
from dnndoctor.finding import Remedy, Severity, Statement, Where
from dnndoctor.report.numbers import quantity
from dnndoctor.report.sheet import Sheet
from dnndoctor.report.sparkline import ends, sparkline

SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}
_INDENT = 5
_WIDEST_CURVE = 40
_NARROWEST_CURVE = 8
_LEAST_POINTS = 6
"""Fewer values are no curve; with -v they are listed."""
_LABELS = {"curve": "loss"}
"""What a person reads for a name of `Statement.values`; other names are read as they are."""
_SHOWN_STATEMENTS = 4
"""What fits a glance; the rest is there with -v and in JSON."""


def write_finding(sheet: Sheet, ranked: RankedFinding) -> None:
    """Writes the whole finding.

    Args:
        sheet: Where to.
        ranked: The finding, its rank, and the terms of its score, which are shown where the look is verbose.
    """
    finding = ranked.finding
    style = SEVERITY_STYLES[finding.severity]
    sheet.blank()
    sheet.paragraph((finding.title, "bold"), rest=_INDENT, label=(f"{ranked.rank:>3}", style))
    sheet.paragraph(
        (finding.severity.value, style),
        (f", {finding.confidence:.0%} sure, cause ", "dim"),
        (finding.cause.value, "bold"),
        (f" ({finding.code} {finding.name})", "dim"),
        first=_INDENT,
    )
    if finding.where:
        sheet.paragraph(places(finding.where), first=_INDENT, rest=_INDENT + 6, label=("at", "dim"))
    if sheet.look.verbose:
        terms = ", ".join(f"{term.name} {term.points:+.2f} ({term.why})" for term in ranked.terms)
        sheet.paragraph((f"{ranked.score:.2f} = {terms}", "dim"), first=_INDENT, rest=_INDENT + 6, label=("rank", "dim"))
    shown = finding.evidence if sheet.look.verbose else finding.evidence[:_SHOWN_STATEMENTS]
    for number, statement in enumerate(shown):
        _write_statement(sheet, statement, "seen" if number == 0 else "    ·")
    if len(shown) < len(finding.evidence):
        sheet.paragraph((f"{len(finding.evidence) - len(shown)} more with -v", "dim"), first=_INDENT + 6)
    for number, remedy in enumerate(finding.remedies):
        _write_remedy(sheet, remedy, "do" if number == 0 else "or")


def write_note(sheet: Sheet, ranked: RankedFinding) -> None:
    """Writes a finding in one paragraph."""
    finding = ranked.finding
    where = f" {places(finding.where)}" if finding.where else ""
    sheet.paragraph(finding.title, (f" ({finding.code}){where}", "dim"), rest=_INDENT, label=(f"{ranked.rank:>3}", "blue"))


def places(where: Sequence[Where]) -> str:
    """Places in one line ("train.py:28 (layer dense_2), config.yaml:6"), at most three of them."""
    shown = []
    for entry in where[:3]:
        layer = f"layer {entry.layer}" if entry.layer else ""
        if entry.place is None:
            shown.append(layer or "somewhere unknown")
        else:
            shown.append(f"{entry.place.file}:{entry.place.line}" + (f" ({layer})" if layer else ""))
    more = f" and {len(where) - 3} more" if len(where) > 3 else ""
    return ", ".join(shown) + more


def _write_statement(sheet: Sheet, statement: Statement, label: str) -> None:
    column = _INDENT + 6
    sheet.paragraph(statement.text, first=_INDENT, rest=column, label=(label, "dim"))
    look = sheet.look
    arrays = {name: value for name, value in statement.values.items() if isinstance(value, tuple) and value}
    axis, over = _axis(arrays)
    drawn = {name: values for name, values in arrays.items() if len(values) >= _LEAST_POINTS and name != axis}
    curves = {look.text(_LABELS.get(name, name.replace("_", " "))): values for name, values in drawn.items()}
    # One column of names, so that the curves of a statement stand below each other and can be compared.
    names = max(map(len, curves), default=0)
    for name, curve in curves.items():
        beside = ends(curve, unicode=look.unicode) + over
        room = look.width - column - names - len(beside) - 4
        if room >= _NARROWEST_CURVE:
            line = sparkline(curve, min(room, _WIDEST_CURVE), unicode=look.unicode)
            sheet.paragraph((f"{name:<{names}}  ", "dim"), (line, "cyan"), (f"  {beside}", "dim"), first=column)
        else:
            sheet.paragraph((f"{name} ", "dim"), beside, first=column)
            sheet.paragraph((sparkline(curve, max(look.width - column, 8), unicode=look.unicode), "cyan"), first=column)
    if look.verbose:
        for name, values in arrays.items():
            if len(values) < _LEAST_POINTS:
                sheet.paragraph((f"{name.replace('_', ' ')} {', '.join(map(quantity, values))}", "dim"), first=column)


def _axis(arrays: Mapping[str, tuple[float, ...]]) -> tuple[str, str]:
    """The array that the others are drawn over, and how that is said: one that rises all the way, beside one of its length."""
    for name, values in arrays.items():
        others = [other for other in arrays if other != name and len(arrays[other]) == len(values)]
        if others and len(values) >= _LEAST_POINTS and all(low < high for low, high in itertools.pairwise(values)):
            return name, f", over {name.replace('_', ' ')} {quantity(values[0])} to {quantity(values[-1])}"
    return "", ""


def _write_remedy(sheet: Sheet, remedy: Remedy, label: str) -> None:
    column = _INDENT + 6
    sheet.paragraph(remedy.title, first=_INDENT, rest=column, label=(label, "green"))
    if remedy.patch:
        sheet.code(remedy.patch, indent=column)
    if remedy.verified:
        effect = remedy.effect or _before_after(remedy)
        sheet.paragraph(
            ("tried, it works", "bold green"),
            f": {effect}" if effect else "",
            first=column - 2,
            rest=column,
            label=("✔", "green"),
        )
    elif remedy.effect:
        sheet.paragraph(("tried", "bold"), f": {remedy.effect}", first=column)
    else:
        sheet.paragraph(("not tried", "dim"), first=column)
    if remedy.note:
        sheet.paragraph((remedy.note, "dim"), first=column)


def _before_after(remedy: Remedy) -> str:
    if remedy.before is None or remedy.after is None:
        return ""
    return f"{quantity(remedy.before)} → {quantity(remedy.after)}"
