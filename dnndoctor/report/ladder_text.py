"""The ladder and its trials on a sheet."""

from collections.abc import Iterable

from rich.cells import cell_len

from dnndoctor.diagnosis.diagnose import Diagnosis, JudgedRung
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.report.numbers import duration, quantity
from dnndoctor.report.sheet import Piece, Sheet
from dnndoctor.report.sparkline import sparkline

_STATES = {
    "pass": ("✔", "green"),
    "warn": ("▲", "yellow"),
    "fail": ("✘", "bold red"),
    "skipped": ("○", "dim"),
    "inconclusive": ("?", "cyan"),
}
"""Sign and style; a state is always written as a word too, so neither sign nor colour carries it alone."""
_ROOM_FOR_REASON = 24
"""Columns below which no reason stands beside its rung; one that needs more than there are goes below it."""
_REASON_BELOW = 18
"""Where it then begins: under the rung's name."""
_THE_SAME = "for the same reason"


def write_ladder(sheet: Sheet, diagnosis: Diagnosis) -> None:
    """Writes a line for each rung: state, name, seconds, and why.

    Args:
        sheet: Where to.
        diagnosis: Its ladder has at least one rung; a reason that is the title of a finding is given as its rank.
    """
    sheet.rule("Ladder")
    ranks = {ranked.finding.title: f"see {ranked.rank} above" for ranked in diagnosis.findings}
    names = max(len(rung_name(judged)) for judged in diagnosis.ladder)
    before = ""
    for judged in diagnosis.ladder:
        sign, style = _STATES[judged.state]
        seconds = duration(judged.rung.seconds) if judged.rung.seconds >= 0.05 else ""
        reason = ranks.get(judged.reason, judged.reason)
        if reason == before and len(reason) > len(_THE_SAME):
            reason = _THE_SAME
        else:
            before = reason
        # Sign, state, name, seconds, and two columns between each.
        column = 2 + 14 + 2 + names + 2 + 9 + 2
        room = sheet.look.width - column
        if room < _ROOM_FOR_REASON:
            sheet.paragraph((f"{sign} {judged.state}", style), f"  {rung_name(judged)}", (f"  {seconds}", "dim"), first=2, rest=4)
            if reason:
                sheet.paragraph((reason, "dim"), first=4)
            continue
        beside = cell_len(sheet.look.text(reason)) <= room
        head: list[Piece] = [
            (f"  {sign} {judged.state:<12}  ", style),
            f"{rung_name(judged):<{names}}  ",
            (f"{seconds:>9}", "dim"),
        ]
        sheet.paragraph((reason if beside else "", "dim"), rest=column, label=head)
        if not beside:
            sheet.paragraph((reason, "dim"), first=_REASON_BELOW)


def rung_name(judged: JudgedRung) -> str:
    """The rung's name in words."""
    return judged.rung.name.replace("_", " ")


def write_trials(sheet: Sheet, outcomes: Iterable[Outcome]) -> None:
    """Writes a line or two for each trial: what it was, how it ended, its loss as a curve."""
    sheet.rule("Trials")
    look = sheet.look
    for outcome in outcomes:
        style = "dim" if outcome.state is State.FINISHED else "yellow"
        early = f" after {outcome.steps_run}" if outcome.steps_run != outcome.trial.steps else ""
        sheet.paragraph(
            (f"{outcome.trial.id} ", "dim"),
            describe(outcome.trial),
            (f", {outcome.state.value}", style),
            (f"{early}, {duration(outcome.seconds)}", "dim"),
            (f" ({outcome.reason})" if outcome.reason else "", "dim"),
            first=2,
            rest=15,
        )
        if outcome.losses:
            curve = sparkline(outcome.losses, min(40, look.width - 36), unicode=look.unicode) if look.width >= 60 else ""
            loss = f"{quantity(outcome.losses[0])} → {quantity(outcome.losses[-1])}"
            sheet.paragraph(("loss ", "dim"), (f"{curve}  " if curve else "", "cyan"), (loss, "dim"), first=15)


def describe(trial: Trial) -> str:
    """A trial in words ("learning_rate factor=0.1, 8 rows, 300 steps, seed 0")."""
    edits = [" ".join([edit.name, *(f"{name}={value}" for name, value in edit.parameters.items())]) for edit in trial.edits] or [
        "as is"
    ]
    rows = "all rows" if trial.rows is None else f"{trial.rows} row{'' if trial.rows == 1 else 's'}"
    callbacks = ", with callbacks" if trial.callbacks else ""
    return f"{' + '.join(edits)}, {rows}, {trial.steps} steps, seed {trial.seed}{callbacks}"
