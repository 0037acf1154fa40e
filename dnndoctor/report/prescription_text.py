"""The prescription on a sheet: what to change, what that does, what does as well, and the lines to write."""

import statistics

from dnndoctor.edits import patch
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends
from dnndoctor.patching.proposal import Proposal
from dnndoctor.report.before_after import loss_chart, median_pair
from dnndoctor.report.contents import Checkup
from dnndoctor.report.plot import NARROWEST, plot
from dnndoctor.report.sheet import Sheet
from dnndoctor.treatment.prescription import NoPrescription, Prescription

_INDENT = 5
_WIDEST_CHART = 72
"""Columns of the picture: two lines that are told apart at a glance, in no more than eight rows."""

_CONTEXT = 1
"""Unchanged lines around a change; a diff to be applied has three."""


def write_prescription(sheet: Sheet, given: Prescription | NoPrescription, checkup: Checkup) -> None:
    """Writes the prescription, or that none was found.

    Args:
        sheet: Where to.
        given: What treatment came to.
        checkup: With the trials behind it, and what it is in the user's files.
    """
    sheet.rule("Prescription")
    if isinstance(given, NoPrescription):
        sheet.paragraph((f"none: {given.why}", "bold"), first=2, rest=4)
        sheet.paragraph(("; ".join(given.tried), "dim"), first=2, rest=10, label=("tried", "dim"))
        return
    for number, part in enumerate(given.parts, start=1):
        missed = "" if part.without is None else f" (without it: {part.without:.2f} instead of {given.screened:.2f})"
        sheet.paragraph((part.title, "bold"), (missed, "dim"), rest=_INDENT, label=(f"{number:>3}", "green"))
    sheet.paragraph(effect_sentence(given.effect), first=_INDENT, rest=_INDENT + 6, label=("seen", "dim"))
    if given.equivalents:
        titles = "as good by itself: " + "; ".join(part.title for part in given.equivalents)
        sheet.paragraph(titles, first=_INDENT, rest=_INDENT + 6, label=("or", "green"))
    if checkup.proposal != Proposal():
        _write_proposal(sheet, checkup.proposal, kept=bool(checkup.folder))
    elif checkup.facts is not None:
        sheet.code(patch(given.edits, checkup.facts), indent=_INDENT)
    _write_curves(sheet, given, checkup)


def _write_proposal(sheet: Sheet, proposal: Proposal, *, kept: bool) -> None:
    if proposal.changes:
        sheet.diff(proposal.diff(_CONTEXT), indent=_INDENT)
    if proposal.changes and kept:
        command = ("dnndoctor show last --patch fix.diff", "cyan")
        sheet.paragraph(command, ("  writes it as a file", "dim"), first=_INDENT, rest=_INDENT + 6, label=("save", "dim"))
    for left in proposal.by_hand:
        places = ", ".join(f"{place.file}:{place.line}" for place in left.places[:3])
        more = f" and {len(left.places) - 3} more" if len(left.places) > 3 else ""
        sheet.paragraph(
            f"{places}{more}" if places else "your files",
            (f" by hand, as {left.why}", "dim"),
            first=_INDENT,
            rest=_INDENT + 6,
            label=("edit", "dim"),
        )
        sheet.code(left.snippet, indent=_INDENT)


def _write_curves(sheet: Sheet, given: Prescription, checkup: Checkup) -> None:
    pair = median_pair(given, checkup.outcomes)
    chart = loss_chart(pair) if pair is not None else None
    if chart is None:
        return
    sheet.blank()
    for row in plot(chart, sheet.look, max(NARROWEST, min(_WIDEST_CHART, sheet.look.width - _INDENT))):
        sheet.row(*row, indent=_INDENT)


def effect_sentence(effect: Duel) -> str:
    """What a prescription does, in a sentence.

    Args:
        effect: On seeds that nothing was chosen on.
    """
    own, other = ends(effect)
    if effect.own_exploded:
        own += f" ({effect.own_exploded} of {len(effect.seeds)} runs become NaN or infinite)"
    return (
        f"{effect.measure} {own} -> {other} after {effect.steps[1]:,} steps, better on {effect.wins} of {len(effect.seeds)} "
        f"seeds that nothing was chosen on (up to {effect.noise:.2f} could be chance)"
    )


def means(effect: Duel) -> tuple[float, float]:
    """What the untreated and the treated patient reached, means over the seeds."""
    return statistics.fmean(effect.own), statistics.fmean(effect.other)
