"""What a race shows, as a statement, a severity and a remedy for the rules that read it."""

import statistics

from dnndoctor.edits import edit_kind, sentence
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.sickness import SHORTFALL, sicknesses
from dnndoctor.finding import Remedy, Severity, Statement


def severity(evidence: Evidence, duel: Duel) -> Severity:
    """How bad it is that a variant wins: many variants win a race against a healthy recipe.

    Args:
        evidence: That sicknesses are read from.
        duel: Confirmed.

    Returns:
        An error where the user's own run is sick and the variant lifts it far, a warning where it lifts it a little, else a note.
    """
    if not sicknesses(evidence):
        return Severity.NOTE
    return Severity.ERROR if duel.gain >= SHORTFALL else Severity.WARNING


def statement(duel: Duel, rung: str) -> Statement:
    """The duel in a sentence, with its numbers and trials.

    Args:
        duel: Of the race.
        rung: Name of the experiment.
    """
    own, other = statistics.fmean(duel.own), statistics.fmean(duel.other)
    steps = (
        f"{duel.steps[0]:,} steps" if duel.steps[0] == duel.steps[1] else f"{duel.steps[1]:,} steps instead of {duel.steps[0]:,}"
    )
    return Statement(
        f"{duel.variant.name}: {duel.measure} {own:.2f} -> {other:.2f} after {steps}, better on {duel.wins} of "
        f"{len(duel.seeds)} fresh seeds (up to {duel.noise:.2f} could be chance)",
        rung,
        {"own_by_seed": duel.own, "other_by_seed": duel.other, "noise": duel.noise},
        duel.trials,
    )


def remedy(duel: Duel, rung: str, facts: Facts, note: str = "") -> Remedy:
    """The winner as a remedy that was tried.

    Args:
        duel: Of the race.
        rung: Name of the experiment.
        facts: Of the subject.
        note: A caveat.
    """
    title = sentence(duel.variant.edits, facts)
    return Remedy(
        title[0].upper() + title[1:],
        duel.variant.edits,
        "\n".join(edit_kind(edit.name).patch(edit, facts) for edit in duel.variant.edits),
        duel.confirmed,
        statistics.fmean(duel.own),
        statistics.fmean(duel.other),
        statement(duel, rung).text,
        duel.seeds,
        note,
    )
