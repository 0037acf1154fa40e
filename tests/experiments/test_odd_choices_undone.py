"""The recipe without what looks odd in it."""

from dataclasses import dataclass, replace

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.better_recipe import better_recipes
from dnndoctor.experiments.odd_choices_undone import OddChoicesUndone
from dnndoctor.experiments.sickness import SicknessKind, has
from tests.evidence_samples import facts, head_layer, layer, output
from tests.experiments.toy_patient import ToyPatient, climb, examined

STANDARD = Settings(Preset.STANDARD, (0, 1))
FROZEN = facts(layers=(layer("first", trainable=False), layer("second"), head_layer(output())))


@dataclass(frozen=True)
class Hampered(ToyPatient):
    """A model that one odd choice keeps from getting all the way.

    Attributes:
        by: The edit that undoes it; empty where none does.
    """

    by: str = "unfreeze"

    def answer(self, trial: Trial) -> Outcome:
        """What comes of a trial."""
        free = any(edit.name == self.by for edit in trial.edits)
        return ToyPatient.answer(replace(self, ceiling=1.0) if free else self, trial)


def raced(patient: ToyPatient, subject: Facts = FROZEN) -> tuple[Evidence, tuple[Trial, ...]]:
    """The rung on a patient that the lower rungs have seen."""
    return climb(OddChoicesUndone(), examined(patient, subject, STANDARD), patient)


def test_an_odd_choice_that_costs() -> None:
    """The variant wins, is a better recipe that others can read, and shows that the run falls short."""
    evidence, _ = raced(Hampered(ceiling=0.85))
    race = evidence.of(OddChoicesUndone)

    assert race is not None
    assert race.won is not None
    assert race.won.variant.name == "frozen layers trained"
    assert [each.rung for each in better_recipes(evidence)] == [OddChoicesUndone.name]
    assert has(evidence, SicknessKind.FALLS_SHORT)


def test_an_odd_choice_that_costs_nothing() -> None:
    """Where the model does no better without it, nobody wins."""
    evidence, _ = raced(Hampered(ceiling=0.85, by=""))
    race = evidence.of(OddChoicesUndone)

    assert race is not None
    assert race.won is None
    assert not has(evidence, SicknessKind.FALLS_SHORT)


def test_skipped_where_nothing_is_odd_or_to_be_gained() -> None:
    """A usual recipe is not asked, nor one that learns well; the former costs nothing, and is known beforehand."""
    usual, healthy = raced(Hampered(ceiling=0.5), facts()), raced(Hampered())

    assert all(isinstance(evidence.observations[OddChoicesUndone.name], Skip) for evidence, _ in (usual, healthy))
    assert OddChoicesUndone.expected_steps(facts(), STANDARD) == 0


def test_expected_steps() -> None:
    """The race takes no more than is expected."""
    patient = Hampered(ceiling=0.5)
    evidence = examined(patient, FROZEN, STANDARD)
    _, trials = climb(OddChoicesUndone(), evidence, patient)
    fresh = [trial for trial in trials if trial.id not in evidence.outcomes]

    assert 0 < sum(trial.steps for trial in fresh) <= OddChoicesUndone.expected_steps(FROZEN, STANDARD)


def test_nothing_came_to_its_end() -> None:
    """Without outcomes the question stays open."""
    evidence = examined(Hampered(ceiling=0.5), FROZEN, STANDARD)

    assert isinstance(OddChoicesUndone().read(evidence, {}), Inconclusive)


def test_charts() -> None:
    """The losses of the duel are drawn."""
    evidence, _ = raced(Hampered(ceiling=0.5))
    race = evidence.of(OddChoicesUndone)
    assert race is not None

    (chart,) = OddChoicesUndone().charts(evidence, race)

    assert "frozen layers trained" in chart.lines
