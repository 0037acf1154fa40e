"""Whether a remedy helps: the user's own recipe with it against the same without it, paired by seed."""

import math
import statistics
from collections.abc import Mapping
from dataclasses import replace

from dnndoctor.diagnosis.diagnose import Diagnosis, RankedFinding
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.course import WORST_SKILL, constant_margin, skill
from dnndoctor.experiments.curves import exploded
from dnndoctor.experiments.noise_floor import NoiseFloor
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_trial
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Finding, Remedy, Severity

TRIED = 3
"""So many findings are tried at most: the report's reader looks at the first three."""


def hypotheses(diagnosis: Diagnosis, evidence: Evidence) -> tuple[RankedFinding, ...]:
    """The findings whose first remedy is worth a trial.

    Only the sick are treated: an error is one by itself, a warning only where the user's own run is established to be sick.
    A remedy that was tried already, or that no edit can make, is left as it is.

    Args:
        diagnosis: What the rules found.
        evidence: That they judged; without the user's own run there is nothing to compare with.
    """
    if evidence.of(OwnRecipe) is None:
        return ()
    sick = bool(sicknesses(evidence))
    first = [ranked for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE][:TRIED]
    return tuple(
        ranked for ranked in first if (sick or ranked.finding.severity is Severity.ERROR) and _untried(ranked.finding) is not None
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
    pairs = []
    for trial in trials_of(ranked, evidence):
        own, other = evidence.outcomes.get(recipe_trial(evidence, trial.seed).id), outcomes.get(trial.id)
        if own is None or other is None or {own.state, other.state} != {State.FINISHED}:
            return ranked.finding
        pairs.append((_reached(evidence, own), _reached(evidence, other), trial))
    if not pairs or any(math.isnan(value) for own_skill, other_skill, _ in pairs for value in (own_skill, other_skill)):
        return ranked.finding
    gains = [other_skill - own_skill for own_skill, other_skill, _ in pairs]
    before = statistics.fmean(own_skill for own_skill, _, _ in pairs)
    after = statistics.fmean(other_skill for _, other_skill, _ in pairs)
    noise = _noise(evidence, len(pairs))
    tried = replace(
        remedy,
        verified=statistics.fmean(gains) > noise and min(gains) >= -noise,
        before=before,
        after=after,
        effect=f"{_measure(evidence)} {before:.2f} -> {after:.2f} after {pairs[0][2].steps:,} steps, "
        f"better on {sum(gain > 0 for gain in gains)} of {len(gains)} seeds",
        seeds=tuple(trial.seed for _, _, trial in pairs),
    )
    remedies = tuple(tried if each is remedy else each for each in ranked.finding.remedies)
    # What was shown to work comes first.
    return replace(ranked.finding, remedies=tuple(sorted(remedies, key=lambda each: not each.verified)))


def _untried(finding: Finding) -> Remedy | None:
    """The first remedy that edits can make, unless trials have spoken of the finding's remedies already."""
    if any(remedy.verified or remedy.effect for remedy in finding.remedies):
        return None
    return next((remedy for remedy in finding.remedies if remedy.edits), None)


def _reached(evidence: Evidence, outcome: Outcome) -> float:
    if exploded(outcome):
        return WORST_SKILL
    read = skill(evidence.facts, outcome)
    return math.nan if read is None else read.value


def _measure(evidence: Evidence) -> str:
    rows = {read.rows for outcome in evidence.outcomes.values() if (read := skill(evidence.facts, outcome)) is not None}
    return "validation skill" if "validation" in rows else "training skill"


def _noise(evidence: Evidence, pairs: int) -> float:
    """Mean gain in skill that so many pairs of runs of the same recipe may show by chance, one time in twenty."""
    noise = evidence.of(NoiseFloor)
    between_seeds = noise.skill_spread if noise is not None and noise.skill_spread is not None else 0.0
    rows = evidence.facts.data.validation_rows or evidence.facts.data.rows_sampled
    return max(constant_margin(rows), 2 * math.sqrt(2 / pairs) * between_seeds)
