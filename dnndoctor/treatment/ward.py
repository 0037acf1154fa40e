"""Treated copies of the patient, each run once, within the time that the plan leaves for treatment."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.own_recipe import recipe_steps, rows_a_step
from dnndoctor.experiments.race import Duel, Variant, duel, duel_trials
from dnndoctor.ladder.plan import seconds_of
from dnndoctor.treatment.candidates import Candidate, combined

Measure: TypeAlias = Callable[[Sequence[Trial]], Mapping[str, Outcome]]
"""Runs trials, or answers them from a record; trials that it cannot run are missing in its answer."""

Treatment: TypeAlias = tuple[Candidate, ...]
"""Changes that are applied together; none for the patient as it is."""

SCREENED = 2
"""Seeds that parts are chosen on; the whole is confirmed on others."""

EARLY = 0.25
"""Share of the course after which treatments are first compared where there is no time to run all of them to its end."""

LATE = frozenset({"constant_rate", "stretched_schedule", "two_phases", "epochs"})
"""Edits of what comes late in the course, which its first quarter does not show."""


class Ward:
    """Treated copies of the patient.

    Attributes:
        evidence: With the user's own runs.
        cut: Why not all runs that were asked for were made, empty where they were.
    """

    def __init__(self, evidence: Evidence, measure: Measure, seconds: float = math.inf) -> None:
        """Nothing is run yet.

        Args:
            evidence: With the user's own runs.
            measure: Runs trials.
            seconds: That all of them may take, as the plan reckons.
        """
        self.evidence = evidence
        self.cut = ""
        self._measure = measure
        self._seconds = seconds
        self._outcomes: dict[str, Outcome] = dict(evidence.outcomes)
        self._screening = evidence.settings.seeds[:SCREENED]
        self._refuted: set[frozenset[str]] = set()

    def refute(self, treatment: Treatment) -> None:
        """Puts a treatment aside that did not hold on fresh seeds."""
        self._refuted.add(_parts_of(treatment))

    def refuted(self, treatment: Treatment) -> bool:
        """Whether it was put aside."""
        return _parts_of(treatment) in self._refuted

    def outcomes(self, trials: Sequence[Trial]) -> Mapping[str, Outcome]:
        """Everything that is known after these trials, the evidence's own outcomes included.

        Args:
            trials: Those that were not run yet are.
        """
        missing = {trial.id: trial for trial in self._unknown(trials)}
        if missing:
            self._seconds -= self._cost(tuple(missing.values()))
            came = self._measure(tuple(missing.values()))
            self._outcomes |= came
            if any(name not in came or came[name].state is State.CUT for name in missing):
                self.cut = "the time was up before all remedies were tried"
        return self._outcomes

    def affords(self, trials: Iterable[Trial]) -> bool:
        """Whether the time reaches to these trials and to a confirmation after them."""
        confirmation = 2 * len(self.evidence.settings.seeds) * self._cost((Trial(steps=recipe_steps(self.evidence)),))
        return self._cost(self._unknown(trials)) + confirmation <= self._seconds

    def affords_all(self, against: Treatment, treatments: Iterable[Treatment], share: float = 1.0) -> bool:
        """Whether the time reaches to a screening of all of these."""
        return self.affords(self._screening_trials(against, treatments, share))

    def screen(self, against: Treatment, treatments: Iterable[Treatment], share: float = 1.0) -> list[tuple[Treatment, Duel]]:
        """Holds treatments against another on the seeds of the screening; those that did not come to their end are left out.

        Args:
            against: What they are held against.
            treatments: Each with edits that `fit_together`.
            share: Of the course that is run.
        """
        all_of_them = list(treatments)
        known = self.outcomes(self._screening_trials(against, all_of_them, share))
        base = self._variant(against, share)
        found = [(each, duel(self.evidence, self._variant(each, share), self._screening, known, base)) for each in all_of_them]
        return [(each, came) for each, came in found if came is not None]

    def duel(self, against: Treatment, treatment: Treatment, seeds: Sequence[int]) -> Duel | None:
        """Holds a treatment against another."""
        base, variant = self._variant(against), self._variant(treatment)
        return duel(self.evidence, variant, seeds, self.outcomes(duel_trials(self.evidence, variant, seeds, base)), base)

    def mean(self, treatment: Treatment) -> float | None:
        """What a treatment reaches on the seeds of the screening, None where that cannot be told."""
        came = self.duel((), treatment, self._screening)
        return statistics.fmean(came.other) if came is not None else None

    def known_alone(self, offered: Iterable[Candidate], against: Treatment = ()) -> list[tuple[Treatment, Duel]]:
        """What is known of single changes that were run to the end, held against a treatment; nothing is run for it."""
        run = [(each,) for each in offered if not self._unknown(self._screening_trials(against, [(each,)], 1.0))]
        return self.screen(against, run)

    def survivors(self, against: Treatment, treatments: Sequence[Treatment]) -> Sequence[Treatment]:
        """The treatments that are worth running to the end of the course: all where there is the time, else the better half.

        Successive halving (Karnin, Koren and Somekh, 2013) with one cut, after a quarter of the course. What shows late in the
        course is kept. However little time there is, one is run.

        Args:
            against: What they are held against.
            treatments: The likeliest first.
        """
        if self.affords_all(against, treatments):
            return treatments
        late = [each for each in treatments if any(edit.name in LATE for edit in combined(each))]
        hurried = [each for each in treatments if each not in late]
        while len(hurried) > 1 and not self.affords_all(against, hurried, EARLY):
            hurried.pop()
        if len(hurried) > 1:
            found = self.screen(against, hurried, EARLY)
            hurried = [each for each, _ in sorted(found, key=lambda found: -found[1].gain)][: -(-len(hurried) // 2)]
        kept = [*hurried, *late]
        while len(kept) > 1 and not self.affords_all(against, kept):
            kept.pop()
        return kept

    def _screening_trials(self, against: Treatment, treatments: Iterable[Treatment], share: float) -> list[Trial]:
        base = self._variant(against, share)
        variants = [self._variant(each, share) for each in treatments]
        return [trial for each in variants for trial in duel_trials(self.evidence, each, self._screening, base)]

    def _variant(self, treatment: Treatment, share: float = 1.0) -> Variant:
        edits = combined(treatment)
        name = " and ".join(part.title for part in treatment) or "the user's own recipe"
        if share == 1:
            return Variant(name, edits)
        whole = recipe_steps(self.evidence, rows_a_step(edits, self.evidence.facts))
        return Variant(name, edits, max(1, round(whole * share)))

    def _unknown(self, trials: Iterable[Trial]) -> list[Trial]:
        return list({trial.id: trial for trial in trials if trial.id not in self._outcomes}.values())

    def _cost(self, trials: Sequence[Trial]) -> float:
        return seconds_of(trials, self.evidence.facts) if trials and not math.isinf(self._seconds) else 0.0


def _parts_of(treatment: Treatment) -> frozenset[str]:
    return frozenset(repr(part.edits) for part in treatment)


def unused_seeds(settings: Settings) -> tuple[int, ...]:
    """As many seeds as there are for screening, none of them among these or among the fresh ones that experiments confirm on.

    Args:
        settings: Of the plan.
    """
    apart = settings.fresh_seeds[0] - settings.seeds[0]
    return tuple(seed + apart for seed in settings.fresh_seeds)
