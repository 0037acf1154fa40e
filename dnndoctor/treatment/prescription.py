"""The prescription: remedies put together until the sick model learns, and then nothing that can be left out."""

import itertools
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

from dnndoctor.diagnosis.diagnose import Diagnosis
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.race import Duel, Variant, duel, duel_trials
from dnndoctor.experiments.sickness import SHORTFALL, sicknesses
from dnndoctor.treatment.candidates import Candidate, candidates, combined, fit_together

Measure: TypeAlias = Callable[[Sequence[Trial]], Mapping[str, Outcome]]
"""Runs trials, or answers them from a record; trials that it cannot run are missing in its answer."""

Treatment: TypeAlias = tuple[Candidate, ...]
"""Changes that are applied together; none for the patient as it is."""

SCREENED = 2
"""Seeds that parts are chosen on; the whole is confirmed on others."""

MOST_PARTS = 3
"""Of a prescription. Of 25 real and mutated faults that were searched, 22 were cured by one change: a fourth would fit noise."""

PAIRED = 3
"""Of the candidates that do best alone, so many are tried two at a time where none helps alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """One change of a prescription.

    Attributes:
        title: In one line.
        edits: That it is made of.
        without: What the other parts reach without it on the seeds of the screening; None where it is the only one.
    """

    title: str
    edits: tuple[Edit, ...]
    without: float | None = None


@dataclass(frozen=True, slots=True)
class Prescription:
    """Changes after which the model learns.

    Attributes:
        parts: Each necessary.
        effect: The treated patient against the untreated one, on seeds that nothing was chosen on.
        screened: What all parts together reached on the seeds of the screening.
        equivalents: Single changes that did as well there.
    """

    parts: tuple[Part, ...]
    effect: Duel
    screened: float
    equivalents: tuple[Part, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Of all parts, in order."""
        return tuple(edit for part in self.parts for edit in part.edits)


@dataclass(frozen=True, slots=True)
class NoPrescription:
    """Remedies were put to the test, and none of them makes the model learn.

    Attributes:
        tried: Titles of what was tried.
        why: One sentence.
    """

    tried: tuple[str, ...]
    why: str


def prescribe(diagnosis: Diagnosis, evidence: Evidence, measure: Measure) -> Prescription | NoPrescription | None:
    """Composes a prescription.

    The best remedy is applied, then the one that adds most, until none lifts the treated run by what would be a sickness. Where
    no single one helps, the best are tried two at a time. Then each part is taken away once, and what is not missed goes. What
    is left is confirmed on seeds that nothing else was run on.

    Args:
        diagnosis: What the rules found, with remedies.
        evidence: That they judged.
        measure: Runs the trials.

    Returns:
        None where there is nothing to treat: no sickness of the user's own run is established, or no remedy is made of edits.
    """
    offered = candidates(diagnosis)
    if not offered or evidence.of(OwnRecipe) is None or not sicknesses(evidence):
        return None
    ward = Ward(evidence, measure)
    tried = tuple(candidate.title for candidate in offered)
    composed = _composed(ward, offered)
    if not composed:
        return NoPrescription(tried, ward.cut or "none of the remedies that were tried makes it learn")
    parts = _necessary(ward, composed)
    effect = ward.duel((), parts, unused_seeds(evidence.settings))
    if effect is None or not effect.confirmed:
        change = " and ".join(part.title for part in parts)
        why = "did not hold on fresh seeds" if effect is not None else f"was not confirmed: {ward.cut or 'its runs failed'}"
        return NoPrescription(tried, f"the best change ({change}) {why}")
    screened = ward.mean(parts)
    assert screened is not None  # it is what they were chosen by
    return Prescription(
        parts=tuple(Part(part.title, part.edits, ward.mean(_without(parts, part)) if parts[1:] else None) for part in parts),
        effect=effect,
        screened=screened,
        equivalents=_equivalents(ward, offered, parts),
    )


def unused_seeds(settings: Settings) -> tuple[int, ...]:
    """As many seeds as there are for screening, none of them among these or among the fresh ones that experiments confirm on.

    Args:
        settings: Of the plan.
    """
    apart = settings.fresh_seeds[0] - settings.seeds[0]
    return tuple(seed + apart for seed in settings.fresh_seeds)


class Ward:
    """Treated copies of the patient, each run once.

    Attributes:
        cut: Why not all runs that were asked for were made, empty where they were.
    """

    def __init__(self, evidence: Evidence, measure: Measure) -> None:
        """Nothing is run yet.

        Args:
            evidence: With the user's own runs.
            measure: Runs trials.
        """
        self._evidence = evidence
        self._measure = measure
        self._outcomes: dict[str, Outcome] = dict(evidence.outcomes)
        self._seeds = evidence.settings.seeds[:SCREENED]
        self.cut = ""

    def screen(self, against: Treatment, treatments: Iterable[Treatment]) -> list[tuple[Treatment, Duel]]:
        """Holds treatments against another on the seeds of the screening; those that did not come to their end are left out."""
        base, all_of_them = _variant(against), list(treatments)
        self._ask([trial for each in all_of_them for trial in duel_trials(self._evidence, _variant(each), self._seeds, base)])
        found = [(each, duel(self._evidence, _variant(each), self._seeds, self._outcomes, base)) for each in all_of_them]
        return [(each, came) for each, came in found if came is not None]

    def duel(self, against: Treatment, treatment: Treatment, seeds: Sequence[int]) -> Duel | None:
        """Holds a treatment against another."""
        base, variant = _variant(against), _variant(treatment)
        self._ask(duel_trials(self._evidence, variant, seeds, base))
        return duel(self._evidence, variant, seeds, self._outcomes, base)

    def mean(self, treatment: Treatment) -> float | None:
        """What a treatment reaches on the seeds of the screening, None where that cannot be told."""
        came = self.duel((), treatment, self._seeds)
        return statistics.fmean(came.other) if came is not None else None

    def _ask(self, trials: Sequence[Trial]) -> None:
        missing = {trial.id: trial for trial in trials if trial.id not in self._outcomes}
        if missing:
            came = self._measure(tuple(missing.values()))
            self._outcomes |= came
            if any(name not in came or came[name].state is State.CUT for name in missing):
                self.cut = "the time was up before all remedies were tried"


def _composed(ward: Ward, offered: Sequence[Candidate]) -> Treatment:
    """One part after the other; two at once where none helps alone. Empty where nothing helps."""
    parts = _best(ward, (), [(each,) for each in offered])
    if not parts:
        alone = sorted(ward.screen((), [(each,) for each in offered]), key=lambda found: -found[1].gain)
        likely = [each for (each,), _ in alone[:PAIRED]]
        return _best(ward, (), [pair for pair in itertools.combinations(likely, 2) if fit_together(pair)])
    while len(parts) < MOST_PARTS:
        more = [(*parts, each) for each in offered if each not in parts and fit_together((*parts, each))]
        longer = _best(ward, parts, more)
        if not longer:
            break
        parts = longer
    return parts


def _best(ward: Ward, base: Treatment, treatments: Sequence[Treatment]) -> Treatment:
    """The treatment that helps most; of those that chance alone may set apart, the first. Empty where none helps enough.

    The patient as it is may be lifted by anything beyond noise. One that is treated already is only treated on where it would
    still be called sick: where another treatment takes it so much farther.
    """
    found = ward.screen(base, treatments)
    share = 0.025 / max(1, len(treatments))
    width = NormalDist().inv_cdf(1 - share) / NormalDist().inv_cdf(0.975)  # each of many comparisons has to show that much more
    helped = [
        (each, came)
        for each, came in found
        if came.gain > max(width * came.noise, SHORTFALL if base else 0.0) and came.other_exploded <= came.own_exploded
    ]
    if not helped:
        return ()
    most, noise = max((came.gain, came.noise) for _, came in helped)
    return next(each for each, came in helped if came.gain >= most - noise)


def _necessary(ward: Ward, parts: Treatment) -> Treatment:
    """What is left when every part that is not missed is gone."""
    for part in parts:
        fewer = _without(parts, part)
        if fewer and (came := ward.screen(fewer, [parts])) and came[0][1].gain <= came[0][1].noise:
            return _necessary(ward, fewer)
    return parts


def _equivalents(ward: Ward, offered: Sequence[Candidate], parts: Treatment) -> tuple[Part, ...]:
    singles = [(each,) for each in offered if (each,) != parts]
    held = ward.screen(parts, singles)
    return tuple(
        Part(each.title, each.edits)
        for (each,), came in held
        if came.gain >= -came.noise and came.other_exploded <= came.own_exploded
    )


def _without(parts: Treatment, part: Candidate) -> Treatment:
    return tuple(each for each in parts if each is not part)


def _variant(treatment: Treatment) -> Variant:
    return Variant(" and ".join(part.title for part in treatment) or "the user's own recipe", combined(treatment))
