"""Controls that must fail, and one that must not."""

import pytest

from dnndoctor.experiments import Evidence, Inconclusive, Skip
from dnndoctor.experiments.controls import CONTROL_STEPS, ORDERS, Controls, NegativeControls, skill_from_nothing
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.own_recipe import OwnRecipe
from tests.evidence_samples import facts
from tests.experiments.control_patient import HELD_OUT, STANDARD, ControlPatient, controlled
from tests.experiments.toy_patient import climb

SICK = ControlPatient(learns=False)


def seen(patient: ControlPatient) -> NegativeControls:
    observation = controlled(patient).of(Controls)
    assert observation is not None
    return observation


def test_a_sick_run_gets_all_three() -> None:
    """No inputs, one order of the targets, and random targets on a handful."""
    found = seen(SICK)

    assert found.zeros is not None
    assert found.zeros.steps == CONTROL_STEPS
    assert found.zeros.train_skill == 0.0
    assert [run.validation_skill for run in found.shuffled] == [0.0]
    assert found.random is not None
    assert found.random.memorised
    assert not skill_from_nothing(found)


def test_a_healthy_run_gets_the_shuffled_targets_alone() -> None:
    """That is nearly free, and the only question left."""
    found = seen(ControlPatient())

    assert found.zeros is None
    assert found.random is None
    assert len(found.shuffled) == 1


def test_skill_from_shuffled_targets_is_asked_again() -> None:
    """One order may meet the labels by chance; all of them do not."""
    leaking, lucky = seen(ControlPatient(leaks=0.8)), seen(ControlPatient(leaks=0.8, leaking_orders=2))

    assert len(leaking.shuffled) == len(lucky.shuffled) == ORDERS
    assert skill_from_nothing(leaking)
    assert not skill_from_nothing(lucky)


@pytest.mark.parametrize("subject", [facts(targets=[]), facts()], ids=["no targets", "no held-out rows"])
def test_nothing_to_ask_of_a_healthy_run(subject: object) -> None:
    """Without targets, or rows to predict, there is nothing to take away."""
    evidence = controlled(ControlPatient(), subject)  # type: ignore[arg-type]  # the parameters are facts

    assert isinstance(evidence.observations[Controls.name], Skip)


def test_each_order_begins_with_weights_of_its_own() -> None:
    """Initial weights that happen to predict classes would do so after every order."""
    evidence = controlled(ControlPatient(leaks=0.4))
    found = evidence.of(Controls)
    assert found is not None

    assert len({run.seed for run in found.shuffled}) == len(found.shuffled) == ORDERS


def test_expected_steps_and_charts() -> None:
    """No more steps than a plan was made with; the losses are drawn side by side."""
    evidence = Evidence(HELD_OUT, STANDARD)
    for kind in (Memorise, OwnRecipe):
        evidence, _ = climb(kind(), evidence, SICK)
    after, trials = climb(Controls(), evidence, SICK)
    observation = after.of(Controls)
    assert observation is not None

    (chart,) = Controls().charts(after, observation)

    assert sum(trial.steps * (0.5 if trial.rows else 1) for trial in trials) <= Controls.expected_steps(HELD_OUT, STANDARD) * 1.1
    assert set(chart.lines) == {"as it is", "inputs all zero", "targets shuffled"}
    assert len({len(line) for line in chart.lines.values()}) == 1


def test_nothing_came_to_its_end() -> None:
    """Without outcomes the question stays open."""
    assert isinstance(Controls().read(Evidence(HELD_OUT, STANDARD), {}), Inconclusive)
