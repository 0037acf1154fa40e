"""The prescription on a sheet: what to change, what that does, and what does as well."""

import statistics

from dnndoctor.edits import patch
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends
from dnndoctor.report.sheet import Sheet
from dnndoctor.treatment.prescription import NoPrescription, Prescription

_INDENT = 5


def write_prescription(sheet: Sheet, given: Prescription | NoPrescription, facts: Facts) -> None:
    """Writes the prescription, or that none was found.

    Args:
        sheet: Where to.
        given: What treatment came to.
        facts: Of the subject, for the patch.
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
    sheet.code(patch(given.edits, facts), indent=_INDENT)


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
