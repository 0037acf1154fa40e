"""The user's own recipe."""

import pytest

from dnndoctor.evidence.facts import CallbackFacts, Facts
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments import Evidence, Inconclusive, Preset, Settings
from dnndoctor.experiments.own_course import OwnCourse
from dnndoctor.experiments.own_recipe import OwnRecipe, recipe_trial
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, climb

QUICK = Settings(Preset.QUICK, (0, 1))


def seen(patient: ToyPatient, subject: Facts | None = None) -> OwnCourse:
    evidence, _ = climb(OwnRecipe(), Evidence(subject or facts(), QUICK), patient)
    course = evidence.of(OwnRecipe)
    assert course is not None
    return course


def test_whole_course() -> None:
    """A short recipe is run to its end, callbacks and all, on every seed."""
    subject = facts(recipe={"callbacks": (CallbackFacts("ReduceLROnPlateau", {}, "at epoch ends"),)})
    _, trials = climb(OwnRecipe(), Evidence(subject, QUICK), ToyPatient())
    course = seen(ToyPatient(), subject)

    assert [(trial.steps, trial.seed, trial.callbacks) for trial in trials] == [(320, 0, True), (320, 1, True)]
    assert course.whole
    assert course.epochs_done == pytest.approx(10)
    assert course.skill == pytest.approx(1.0)
    assert course.longer == ()
    assert course.runs[0].learning_rate_end == 1e-3


@pytest.mark.parametrize("callbacks", [(), (CallbackFacts("ModelCheckpoint", {}, "read, not run"),)])
def test_without_callbacks_that_take_part(callbacks: tuple[CallbackFacts, ...]) -> None:
    """Then trials need not go epoch by epoch on the model itself, so that both cores can work."""
    _, trials = climb(OwnRecipe(), Evidence(facts(recipe={"callbacks": callbacks}), QUICK), ToyPatient())

    assert [trial.callbacks for trial in trials] == [False, False]


def test_share_of_a_long_course() -> None:
    """Of a long recipe the share that was run is told."""
    course = seen(ToyPatient(), facts(recipe={"epochs": 50, "steps_per_epoch": 32}))

    assert course.covered == pytest.approx(0.5)
    assert not course.whole


def test_unknown_course() -> None:
    """Without a known end there is no share."""
    course = seen(ToyPatient(), facts(recipe={"steps_per_epoch": None}, data={"rows_total": None}))

    assert course.covered is None
    assert not course.whole


def test_falling_is_measured() -> None:
    """The pace an epoch is that of the patient's curve, and four times the epochs are run on fresh seeds."""
    course = seen(ToyPatient(rate=0.1))

    # exp(-0.1 * 32 / 30) an epoch
    assert course.runs[0].falling == pytest.approx(-0.101, abs=0.002)
    assert course.clearly_falling
    assert {run.seed for run in course.longer} == {1000, 1001}
    assert course.longer[0].steps > 2 * course.runs[0].steps


def test_no_longer_run_where_learnt() -> None:
    """A model that has learnt is not asked what more epochs would do, though its loss still falls."""
    assert seen(ToyPatient(rate=0.4)).longer == ()


def test_no_longer_run_on_a_plateau() -> None:
    """Nor is one whose loss does not fall."""
    course = seen(ToyPatient(learns=False))

    assert not course.clearly_falling
    assert course.longer == ()


def test_explosion() -> None:
    """A NaN is placed, and counted as no skill."""
    course = seen(ToyPatient(rate=100.0))

    assert course.exploded == 2
    assert course.runs[0].nonfinite_step == 2
    assert course.runs[0].nonfinite_where == "loss"
    assert course.skill == -1
    assert course.whole


def test_inconclusive() -> None:
    """With no run there is nothing to say."""
    assert isinstance(OwnRecipe().read(Evidence(facts(), QUICK), {}), Inconclusive)


def test_more_epochs_are_more_steps() -> None:
    """A trial of the recipe with an edit of its epochs takes as many times the steps, over the preset's bound too."""
    evidence, edit = Evidence(facts(), QUICK), Edit("epochs", {"factor": 4})

    assert recipe_trial(evidence, 3, edit) == Trial((edit,), steps=1280, seed=3)
    assert recipe_trial(evidence, 3, edit, steps=100).steps == 400
    assert recipe_trial(evidence, 3).steps == 320
