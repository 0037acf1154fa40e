"""Whether a remedy helps: the user's own recipe with it against the same without it, paired by seed."""

import statistics
from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.diagnosis.diagnose import Diagnosis, RankedFinding
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.course import attained, chance_gain
from dnndoctor.experiments.curves import usable
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_trial
from dnndoctor.experiments.shortfall import falls_short
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Finding, Remedy, Severity
from dnndoctor.treatment.prescription import Part, Prescription

TRIED = 3
"""So many findings are tried at most: the report's reader looks at the first three."""


def hypotheses(diagnosis: Diagnosis, evidence: Evidence) -> tuple[RankedFinding, ...]:
    """The findings whose first remedy is worth a trial.

    Only the sick are treated: an error is one by itself, a warning only where the user's own run does not learn well.
    A remedy that was tried already, or that no edit can make, is left as it is.

    Args:
        diagnosis: What the rules found.
        evidence: That they judged; without the user's own run there is nothing to compare with.
    """
    if evidence.of(OwnRecipe) is None:
        return ()
    well = learns_well(evidence)
    first = [ranked for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE][:TRIED]
    return tuple(
        ranked
        for ranked in first
        if (not well or ranked.finding.severity is Severity.ERROR) and _untried(ranked.finding) is not None
    )


def trials_of(ranked: RankedFinding, evidence: Evidence) -> tuple[Trial, ...]:
    """The trials that try a finding's remedy, one for each seed of the user's own runs.

    No remedy was chosen by these runs, since what was chosen by trials is confirmed already; so their seeds are fresh to it.

    Args:
        ranked: One of `hypotheses`.
        evidence: With facts and settings.
    """
    remedy = _untried(ranked.finding)
    assert remedy is not None  # it is one of `hypotheses`
    return tuple(recipe_trial(evidence, seed, *remedy.edits) for seed in evidence.settings.seeds)


def confirm(ranked: RankedFinding, evidence: Evidence, outcomes: Mapping[str, Outcome]) -> Finding:
    """The finding with what became of its remedy.

    It is verified where the mean gain in skill is beyond the noise between seeds and no seed loses by more than that.
    Where it cannot be told (a trial did not finish, nothing can be decoded), the remedy stays untried.

    Args:
        ranked: One of `hypotheses`.
        evidence: With the user's own runs.
        outcomes: Of the trials.
    """
    remedy = _untried(ranked.finding)
    assert remedy is not None  # it is one of `hypotheses`
    trials = trials_of(ranked, evidence)
    owns = [evidence.outcomes.get(recipe_trial(evidence, trial.seed).id) for trial in trials]
    others = [outcomes.get(trial.id) for trial in trials]
    ended = [run for run in (*owns, *others) if run is not None and usable(run)]
    if len(ended) < 2 * len(trials):
        return ranked.finding
    read = attained(evidence.facts, ended)
    if read.measure == "progress":
        return ranked.finding
    own, other = read.values[: len(trials)], read.values[len(trials) :]
    gains = [after - before for before, after in zip(own, other, strict=True)]
    before, after = statistics.fmean(own), statistics.fmean(other)
    noise = chance_gain(evidence.facts, own, other, _between_seeds(evidence))
    tried = replace(
        remedy,
        verified=statistics.fmean(gains) > noise and min(gains) >= -noise,
        before=before,
        after=after,
        effect=f"{read.measure} {before:.2f} -> {after:.2f} after {trials[0].steps:,} steps, "
        f"better on {sum(gain > 0 for gain in gains)} of {len(gains)} seeds",
        seeds=tuple(trial.seed for trial in trials),
    )
    # A remedy that lifts an established sickness makes an error of a warning.
    lifts = tried.verified and falls_short(own, other) and bool(sicknesses(evidence))
    return _with_remedy(ranked.finding, remedy, tried, Severity.ERROR if lifts else ranked.finding.severity)


def necessary(diagnosis: Diagnosis, prescription: Prescription) -> dict[int, Finding]:
    """The findings whose remedy is a part of a prescription, or does as well as all of it, by rank.

    What helps only beside another one is verified by it.

    Args:
        diagnosis: By what each remedy does alone.
        prescription: Confirmed, each of its parts necessary.
    """
    loud = [ranked for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE]
    alike = {ranked.rank: ranked.finding for ranked in loud if _does_as_well(prescription, ranked.finding)}
    return alike | {ranked.rank: shown for ranked in loud if (shown := _shown_by(prescription, ranked.finding)) is not None}


def _does_as_well(prescription: Prescription, finding: Finding) -> bool:
    """Whether a remedy that was seen to work is a change that may be made in place of the prescription."""
    return any(remedy.verified and part.edits == remedy.edits for remedy in finding.remedies for part in prescription.equivalents)


def _shown_by(prescription: Prescription, finding: Finding) -> Finding | None:
    """The finding as an error, its remedy verified, where that is a part of the prescription."""
    found = next(
        ((remedy, part) for remedy in finding.remedies for part in prescription.parts if part.edits == remedy.edits), None
    )
    if found is None:
        return None
    remedy, part = found
    tried = remedy if remedy.verified else _in_company(remedy, part, prescription)
    return _with_remedy(finding, remedy, tried, Severity.ERROR)


def _with_remedy(finding: Finding, remedy: Remedy, tried: Remedy, severity: Severity) -> Finding:
    """The finding with a remedy as it was tried; what was shown to work comes first."""
    remedies = tuple(tried if each is remedy else each for each in finding.remedies)
    return replace(finding, severity=severity, remedies=tuple(sorted(remedies, key=lambda each: not each.verified)))


def _in_company(remedy: Remedy, part: Part, prescription: Prescription) -> Remedy:
    """A remedy that does not help alone, with what it does together with the other parts."""
    effect = prescription.effect
    own, other = statistics.fmean(effect.own), statistics.fmean(effect.other)
    others = ", ".join(f'"{each.title}"' for each in prescription.parts if each is not part)
    without = "" if part.without is None else f" together with {others}, which without it reach {part.without:.2f}"
    return replace(
        remedy,
        verified=True,
        before=own if part.without is None else part.without,
        after=other if part.without is None else prescription.screened,
        effect=f"{effect.measure} {own:.2f} -> {other:.2f} on fresh seeds{without}",
        seeds=effect.seeds,
    )


def _untried(finding: Finding) -> Remedy | None:
    """The first remedy that edits can make, unless trials have spoken of the finding's remedies already."""
    if any(remedy.verified or remedy.effect for remedy in finding.remedies):
        return None
    return next((remedy for remedy in finding.remedies if remedy.edits), None)


def _between_seeds(evidence: Evidence) -> float:
    """Standard deviation of skill between seeds of the user's own recipe, as far as the noise floor knows it."""
    noise = evidence.of(NoiseFloor)
    return noise.skill_spread if noise is not None and noise.skill_spread is not None else 0.0
