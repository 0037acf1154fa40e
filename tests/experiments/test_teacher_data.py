"""The user's model on targets that are known to be learnable."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Inconclusive, Skip
from dnndoctor.experiments.teacher_data import TEACHER_STEPS, Taught, TeacherData
from tests.evidence_samples import facts, optimizer
from tests.experiments.control_patient import HELD_OUT, STANDARD, ControlPatient, controlled
from tests.experiments.toy_patient import climb

SGD = facts(recipe={"optimizers": (optimizer("SGD", 0.01),)}, data={"validation_rows": 400})


def seen(patient: ControlPatient, subject: Facts = HELD_OUT) -> Taught:
    observation = controlled(patient, subject).of(TeacherData)
    assert observation is not None
    return observation


def test_an_able_model_is_asked_once() -> None:
    """One run that learns is enough."""
    found = seen(ControlPatient(learns=False))

    assert found.learnt
    assert found.learnable
    assert len(found.own) == 1
    assert found.adam == ()


def test_a_recipe_that_fails_is_held_against_adam() -> None:
    """The same model with Adam tells a wrong recipe from a wrong model."""
    recipe = seen(ControlPatient(learns=False, taught=0.1), SGD)
    model = seen(ControlPatient(learns=False, taught=0.1, taught_with_adam=0.1), SGD)

    assert recipe.learnt_with_adam
    assert not model.learnt_with_adam
    assert model.adam_skill == 0.1
    assert len(recipe.own) == len(recipe.adam) == 2


def test_adam_is_not_held_against_itself() -> None:
    """Where the recipe is Adam at 0.001, there is nothing to compare."""
    found = seen(ControlPatient(learns=False, taught=0.1))

    assert found.adam == ()
    assert found.adam_skill is None
    assert not found.learnt_with_adam


def test_targets_that_the_reference_does_not_learn_are_no_fair_question() -> None:
    """Then nothing more is asked."""
    found = seen(ControlPatient(learns=False, taught=0.1, teachable=0.3), SGD)

    assert not found.learnable
    assert len(found.own) == 1


def test_skipped_and_undecided() -> None:
    """A healthy run is not asked; predictions that cannot be decoded leave it open."""
    healthy = controlled(ControlPatient()).observations[TeacherData.name]
    undecided = controlled(ControlPatient(learns=False, taught=None)).observations[TeacherData.name]

    assert isinstance(healthy, Skip)
    assert isinstance(undecided, Inconclusive)


def test_expected_steps_and_charts() -> None:
    """Four runs at most of a model that fails, and their losses drawn."""
    patient = ControlPatient(learns=False, taught=0.1)
    after, trials = climb(TeacherData(), controlled(patient, SGD), patient)
    observation = after.of(TeacherData)
    assert observation is not None

    (chart,) = TeacherData().charts(after, observation)

    own = [trial for trial in trials if all(edit.name != "reference_model" for edit in trial.edits)]
    assert sum(trial.steps for trial in own) <= 2 * TeacherData.expected_steps(SGD, STANDARD)
    assert max(trial.steps for trial in own) == TEACHER_STEPS
    assert set(chart.lines) == {"your recipe", "Adam at 0.001"}
