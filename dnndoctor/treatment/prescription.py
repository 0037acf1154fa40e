"""The prescription: remedies put together until the sick model learns, and then nothing that can be left out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from dnndoctor.diagnosis.diagnose import Diagnosis
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.course import resolution
from dnndoctor.experiments.goal import goal_met
from dnndoctor.experiments.own_recipe import LEARNT, OwnRecipe
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.shortfall import LEAST, SHARE
from dnndoctor.experiments.sickness import SicknessKind, has, sicknesses
from dnndoctor.experiments.standing import WELL, learns_well
from dnndoctor.treatment.candidates import Candidate, candidates, fit_together
from dnndoctor.treatment.formulary import formulary
from dnndoctor.treatment.ward import Treatment, Ward, unused_seeds

MOST_PARTS = 3
"""Of a prescription. Of 25 real and mutated faults that were searched, 22 were cured by one change: a fourth would fit noise."""

PAIRED = 3
"""Of the candidates that do best alone, so many are tried two at a time where none helps alone."""

WORTH = 0.1
"""Skill that a change must be worth, beyond noise, for a person to be told to make it: a tenth of what a constant leaves open.
Where little is left to learn, it is less: what `falls_short` asks for."""

ATTEMPTS = 3
"""Prescriptions that are put to the confirmation at most; each later one has to show more."""

SHARE_OF_THE_REST = 1 / 3
"""Of what is left to learn, what a further part must bring: a chain of changes that bring less each is a search, and no cure."""


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


def prescribe(diagnosis: Diagnosis, ward: Ward) -> Prescription | NoPrescription | None:
    """Composes a prescription.

    The best remedy is applied, then the one that adds most, until none adds what is worth it. Where no single one helps, two are
    tried at a time, the likeliest with each other one first. Where the remedies of the findings do not make it learn, the changes
    that are most often needed are tried with them. Then each part is taken away once, and what is not missed goes. What is left
    is confirmed on seeds that nothing else was run on; what does not hold there is put aside, and the next best composed.

    Args:
        diagnosis: What the rules found, with remedies.
        ward: With the evidence that they judged.

    Returns:
        None where there is nothing to treat: the model learns well or reaches its goal, or nothing is established against it
        and no remedy of a warning is worth it.
    """
    evidence, named = ward.evidence, candidates(diagnosis)
    established = bool(sicknesses(evidence))
    if evidence.of(OwnRecipe) is None or learns_well(evidence) or (not established and (not named or goal_met(evidence))):
        return None
    attempts = Attempts(ward)
    parts = _composed(ward, named)
    given = attempts.confirmed(parts, named)
    if parts and _learns(ward, parts, WELL) and given is not None:
        return given
    offered = _with_formulary(named, evidence) if established else named
    # What is confirmed already is kept should the time not reach to anything better.
    while longer := _composed(ward, offered, () if ward.refuted(parts) else parts):
        if longer == parts:
            break
        parts = longer
        better = attempts.confirmed(parts, offered)
        given = better or given
        if given is not None or attempts.over:
            break
    tried = tuple(candidate.title for candidate in offered)
    return given or (NoPrescription(tried, attempts.why) if established and tried else None)


class Attempts:
    """Confirmations on fresh seeds: few, and each later one has to show more.

    Attributes:
        why: There is no prescription, in one sentence.
    """

    def __init__(self, ward: Ward) -> None:
        """None was made yet.

        Args:
            ward: Runs them.
        """
        self._ward = ward
        self._made = 0
        self._told = ""

    @property
    def over(self) -> bool:
        """Whether there is no further one."""
        return self._made >= ATTEMPTS or bool(self._ward.cut)

    @property
    def why(self) -> str:
        """Why none succeeded."""
        return self._told or self._ward.cut or "none of the remedies that were tried makes it learn"

    def confirmed(self, parts: Treatment, offered: Sequence[Candidate]) -> Prescription | None:
        """A prescription of what is necessary of these parts; puts them aside where that does not hold on fresh seeds.

        Args:
            parts: What was composed; nothing is done where that is nothing.
            offered: What it was composed from.
        """
        if not parts:
            return None
        ward, necessary = self._ward, _necessary(self._ward, parts)
        self._made += 1
        effect = ward.duel((), necessary, unused_seeds(ward.evidence.settings))
        if effect is not None and effect.confirmed and effect.gain > max(_width(self._made) * effect.noise, _worth(ward)):
            return _prescription(ward, offered, necessary, effect)
        change = " and ".join(part.title for part in necessary)
        unheld = "did not hold on fresh seeds" if effect is not None else f"was not confirmed: {ward.cut or 'its runs failed'}"
        self._told = f"the best change ({change}) {unheld}"
        ward.refute(parts)
        ward.refute(necessary)
        return None


def _prescription(ward: Ward, offered: Sequence[Candidate], parts: Treatment, effect: Duel) -> Prescription:
    screened = ward.mean(parts)
    assert screened is not None  # it is what they were chosen by
    return Prescription(
        parts=tuple(Part(part.title, part.edits, ward.mean(_without(parts, part)) if parts[1:] else None) for part in parts),
        effect=effect,
        screened=screened,
        equivalents=_equivalents(ward, offered, parts),
    )


def _with_formulary(named: Sequence[Candidate], evidence: Evidence) -> tuple[Candidate, ...]:
    known = {repr(each.edits) for each in named}
    return (*named, *(each for each in formulary(evidence, named) if repr(each.edits) not in known))


def _width(comparisons: int) -> float:
    """By how much more each of so many comparisons has to show than one alone (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 0.025 / max(1, comparisons)) / NormalDist().inv_cdf(0.975)


def _worth(ward: Ward) -> float:
    """What a prescription must bring; of a goal that is missed any part of the way is worth going."""
    if has(ward.evidence, SicknessKind.GOAL_MISSED):
        return 0.0
    return max(LEAST, min(WORTH, SHARE * (1 - (ward.mean(()) or 0.0))))


def _composed(ward: Ward, offered: Sequence[Candidate], parts: Treatment = ()) -> Treatment:
    """One part after the other; two at once where none helps alone. Empty where nothing helps.

    Args:
        ward: Tries them.
        offered: The likeliest first.
        parts: To go on from.
    """
    if not parts:
        parts = (
            _best(ward, (), [(each,) for each in offered])
            or _best(ward, (), _pairs(ward, offered))
            or _best(ward, (), _threes(offered))
        )
    while parts and len(parts) < MOST_PARTS and not _learns(ward, parts, LEARNT):
        farther = _best(ward, parts, [_with(parts, each) for each in offered if each not in parts])
        if not farther:
            break
        parts = farther
    return parts


def _pairs(ward: Ward, offered: Sequence[Candidate]) -> list[Treatment]:
    """The likeliest with each other one, as what is broken by contract hides what else is wrong; then the best two at a time."""
    alone = ward.known_alone(offered)
    likely = sorted(alone, key=lambda found: -found[1].gain)[:PAIRED]
    pairs = [
        *itertools.product(offered[:1], offered[1:]),
        *itertools.combinations([each for (each,), _ in likely], 2),
    ]
    unique = {frozenset(map(repr, pair)): pair for pair in reversed(pairs) if fit_together(pair)}
    return list(reversed(unique.values()))


def _threes(offered: Sequence[Candidate]) -> list[Treatment]:
    """The two likeliest that go together, with each other one: a broken head, raw inputs and a rate hide behind each other."""
    pair = next((pair for pair in itertools.product(offered[:1], offered[1:]) if fit_together(pair)), ())
    return [(*pair, each) for each in offered if pair and each not in pair and fit_together((*pair, each))]


def _learns(ward: Ward, parts: Treatment, height: float) -> bool:
    reached = ward.mean(parts) if parts else None
    return reached is not None and reached >= height


def _best(ward: Ward, base: Treatment, treatments: Sequence[Treatment]) -> Treatment:
    """The treatment that reaches most on its worst seed; of those that lie closer than rows can tell, the first.

    Empty where none helps enough.

    The patient as it is may be lifted by anything beyond noise that is worth it. One that is treated already is only treated on
    where that takes it a good part of the way that is left.
    """
    treatments = [each for each in treatments if not ward.refuted(each)]
    found = ward.screen(base, ward.survivors(base, treatments))
    width = _width(len(treatments))
    rest = 1 - (ward.mean(base) or 0.0) if base else 0.0
    worth = max(_worth(ward), SHARE_OF_THE_REST * rest)
    helped = [
        (each, came)
        for each, came in found
        if came.gain > max(width * came.noise, worth) and came.other_exploded <= came.own_exploded
    ]
    if not helped:
        return ()
    most = max(min(came.other) for _, came in helped)
    return next(each for each, came in helped if min(came.other) >= most - resolution(ward.evidence.facts, min(came.other)))


def _necessary(ward: Ward, parts: Treatment) -> Treatment:
    """What is left when every part that is not missed is gone."""
    for part in parts:
        fewer = _without(parts, part)
        if fewer and (came := ward.screen(fewer, [parts])) and came[0][1].gain <= _slight(came[0][1]):
            return _necessary(ward, fewer)
    return parts


def _equivalents(ward: Ward, offered: Sequence[Candidate], parts: Treatment) -> tuple[Part, ...]:
    """Single changes that were run to the end and do as well."""
    return tuple(
        Part(each.title, each.edits)
        for (each,), came in ward.known_alone(offered, against=parts)
        if (each,) != parts and came.gain >= -_slight(came) and came.other_exploded <= came.own_exploded
    )


def _slight(effect: Duel) -> float:
    """A difference that nobody would miss; where runs lie far apart it is less than the noise, which then hides anything."""
    return min(effect.noise, WORTH)


def _with(parts: Treatment, added: Candidate) -> Treatment:
    """The parts and another one, in the place of those that it does not go with: another rate instead of the first."""
    return (*(part for part in parts if fit_together((part, added))), added)


def _without(parts: Treatment, part: Candidate) -> Treatment:
    return tuple(each for each in parts if each is not part)
