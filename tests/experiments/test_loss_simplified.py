"""Plainer losses against a squared error that few rows rule."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings, Skip
from dnndoctor.experiments.better_recipe import better_recipes
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_simplified import LossSimplified, SimplerLosses
from tests.evidence_samples import facts, keras_loss, output, target
from tests.experiments.toy_patient import ToyPatient, climb, examined
from tests.rules.loss_seen import alike, seen

STANDARD = Settings(Preset.STANDARD, (0, 1))
FAR = {"minimum": -3.0, "maximum": 40.0, "mean": 0.5, "std": 5.0}


def regression(loss: Any = "mean_squared_error", **array: float) -> Facts:
    """A subject that predicts one number."""
    return facts([output("linear", 1, loss)], [target("continuous", array=FAR | array)])


@dataclass(frozen=True)
class Outliers(ToyPatient):
    """A model that gets only some of the way by its own loss.

    Attributes:
        better: The losses that get farther.
        reached: How far these get.
    """

    better: tuple[str, ...] = ("huber", "mean_absolute_error")
    reached: float = 1.0

    def answer(self, trial: Trial) -> Outcome:
        """What comes of a trial."""
        names = [edit.parameters["name"] for edit in trial.edits if edit.name == "loss"]
        plain = ToyPatient.answer
        return plain(replace(self, ceiling=self.reached) if names and names[-1] in self.better else self, trial)


def raced(patient: ToyPatient, subject: Facts | None = None, **look: Any) -> tuple[Evidence, tuple[Trial, ...]]:
    """The rung on a patient that the lower rungs have seen."""
    evidence = examined(patient, subject or regression(), STANDARD)
    looked = seen(**{"built_in": True, "worst_share": 0.4} | look)
    evidence = replace(evidence, observations={**evidence.observations, LossAndMetrics.name: looked})
    return climb(LossSimplified(), evidence, patient)


def losses(patient: ToyPatient, subject: Facts | None = None, **look: Any) -> SimplerLosses:
    observation = raced(patient, subject, **look)[0].of(LossSimplified)
    assert observation is not None
    return observation


def test_a_loss_that_outliers_do_not_rule() -> None:
    """Where both do it, the one nearest to the user's own wins; it is a better recipe that others can read."""
    evidence, _ = raced(Outliers(ceiling=0.3))
    found = evidence.of(LossSimplified)

    assert found is not None
    assert (found.output, found.loss, found.worst_share) == ("output", "mean_squared_error", 0.4)
    assert found.race.won is not None
    assert found.race.won.variant.name == "huber"
    assert [entry.variant.name for entry in found.race.entries] == ["huber", "mean absolute error"]
    assert LossSimplified.name in [better.rung for better in better_recipes(evidence)]


def test_only_the_absolute_error_does() -> None:
    """The better of them is held against the user's own."""
    found = losses(Outliers(ceiling=0.3, better=("mean_absolute_error",)))

    assert found.race.won is not None
    assert found.race.won.variant.name == "mean absolute error"


def test_no_loss_does() -> None:
    """What is no better wins nothing."""
    assert losses(Outliers(ceiling=0.3, better=())).race.won is None


def test_a_square_of_the_users_own() -> None:
    """It races against Keras' own squared error, too."""
    own = regression(keras_loss("own", built_in=False))

    found = losses(Outliers(ceiling=0.3), own, built_in=False, likeness=alike("mean_squared_error"))

    assert found.loss == "own"
    assert len(found.race.entries) == 3


@pytest.mark.parametrize(
    ("patient", "subject", "look", "reason"),
    [
        (ToyPatient(), regression(), {}, "little to gain"),
        (Outliers(ceiling=0.3), regression(), {"worst_share": 0.07}, "no squared error"),
        (Outliers(ceiling=0.3), regression(), {"worst_share": None}, "no squared error"),
        (Outliers(ceiling=0.3), regression("huber"), {}, "no squared error"),
        (Outliers(ceiling=0.3), regression(keras_loss("own", built_in=False)), {"built_in": False}, "no squared error"),
        (Outliers(ceiling=0.3), regression(maximum=16.0, minimum=-15.0), {}, "no squared error"),
        (Outliers(ceiling=0.3), facts(), {}, "no squared error"),
    ],
    ids=["healthy", "ordinary tails", "not seen", "a robust loss", "another loss", "no far targets", "classes"],
)
def test_skipped(patient: ToyPatient, subject: Facts, look: dict[str, Any], reason: str) -> None:
    """Nothing is run where nothing is suspected or nothing is to be gained."""
    evidence, trials = raced(patient, subject, **look)
    observation: Any = evidence.observations[LossSimplified.name]

    assert isinstance(observation, Skip)
    assert reason in observation.reason
    assert trials == ()


def test_expected_steps() -> None:
    """The race takes no more than is expected, and nothing is expected without far-off targets."""
    patient = Outliers(ceiling=0.3)
    _, trials = raced(patient)
    known = examined(patient, regression(), STANDARD).outcomes

    fresh = [trial for trial in trials if trial.id not in known]
    assert sum(trial.steps for trial in fresh) <= LossSimplified.expected_steps(regression(), STANDARD)
    assert LossSimplified.expected_steps(regression(std=20.0), STANDARD) == 0
    assert LossSimplified.expected_steps(regression(std=float("nan")), STANDARD) == 0
    assert LossSimplified.expected_steps(facts(), STANDARD) == 0


def test_nothing_came_to_its_end() -> None:
    """Without outcomes the question stays open."""
    evidence, _ = raced(Outliers(ceiling=0.3))

    assert isinstance(LossSimplified().read(evidence, {}), Inconclusive)


def test_charts() -> None:
    """The losses of the duel are drawn."""
    evidence, _ = raced(Outliers(ceiling=0.3))
    found = evidence.of(LossSimplified)
    assert found is not None

    (chart,) = LossSimplified().charts(evidence, found)

    assert "huber" in chart.lines
