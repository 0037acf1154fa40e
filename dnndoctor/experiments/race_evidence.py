"""What a race shows, as a statement, a severity and a remedy for the rules that read it."""

import statistics

from dnndoctor.edits import patch, sentence
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.race import Duel, Race
from dnndoctor.experiments.shortfall import falls_short
from dnndoctor.experiments.sickness import sicknesses
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
    lifts = falls_short(duel.own, duel.other, in_skill=duel.measure != "progress")
    return Severity.ERROR if lifts else Severity.WARNING


def ends(duel: Duel) -> tuple[str, str]:
    """What the user's own runs and the variant's reached on fresh seeds: their means; "NaN" where none stayed finite."""
    sides = ((duel.own, duel.own_exploded), (duel.other, duel.other_exploded))
    own, other = ("NaN" if exploded == len(values) else f"{statistics.fmean(values):.2f}" for values, exploded in sides)
    return own, other


def statement(duel: Duel, rung: str) -> Statement:
    """The duel in a sentence, with its numbers and trials.

    Args:
        duel: Of the race.
        rung: Name of the experiment.
    """
    own, other = ends(duel)
    taken, others = duel.steps
    steps = f"{taken:,} steps" if taken == others else f"{others:,} steps instead of {taken:,}"
    bad = (
        f"; {duel.own_exploded} of the user's own runs become NaN or infinite, {duel.other_exploded} of the others do"
        if duel.own_exploded
        else ""
    )
    return Statement(
        f"{duel.variant.name}: {duel.measure} {own} -> {other} after {steps}, better on {duel.wins} of "
        f"{len(duel.seeds)} fresh seeds (up to {duel.noise:.2f} could be chance){bad}",
        rung,
        {
            "own": statistics.fmean(duel.own),
            "other": statistics.fmean(duel.other),
            "own_by_seed": duel.own,
            "other_by_seed": duel.other,
            "noise": duel.noise,
        },
        (*duel.own_trials, *duel.trials),
    )


def screening(race: Race, rung: str) -> Statement:
    """Every variant in one sentence.

    Args:
        race: That it is about.
        rung: Name of the experiment.
    """
    entries = "; ".join(f"{entry.variant.name} {entry.mean:.2f}" for entry in race.entries)
    own = statistics.fmean(race.own)
    return Statement(
        f"{race.measure} in the screening: your own recipe {own:.2f}; {entries} (means of {len(race.own)} seeds)",
        rung,
        {"own": own} | {entry.variant.name: entry.mean for entry in race.entries},
        tuple(trial for entry in race.entries for trial in entry.trials),
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
        patch(duel.variant.edits, facts),
        duel.confirmed,
        statistics.fmean(duel.own),
        statistics.fmean(duel.other),
        statement(duel, rung).text,
        duel.seeds,
        note,
    )
