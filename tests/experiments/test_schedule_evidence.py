"""What other courses of the learning rate show."""

from dataclasses import replace

import pytest

from dnndoctor.experiments.other_schedules import Schedules
from dnndoctor.experiments.race import Race
from dnndoctor.experiments.rate_course import RateCourse
from dnndoctor.experiments.schedule_evidence import fall, falls_early, lowers, plateau_callbacks, rates, right_mode, starving
from tests.evidence_samples import callback, evidence, facts
from tests.experiments.test_race import duel


def schedules(tenth: float | None, hundredth: float | None, compressed: float = 1.0, cuts: tuple[int, ...] = ()) -> Schedules:
    race = Race("validation skill", (0.4, 0.4), (), duel())
    return Schedules(("StepDecay",), RateCourse((0.0, 0.5), (1.0, 0.1)), tenth, hundredth, cuts, compressed, race)


@pytest.mark.parametrize(
    ("tenth", "hundredth", "early"),
    [
        (0.2, 0.4, True),
        (0.6, 0.7, True),
        (0.8, 0.94, False),  # a cosine
        (0.9, 0.99, False),  # a straight line
        (0.51, 0.76, False),  # usual steps by ten
        (0.3, None, True),
        (None, None, False),  # a warm-up
    ],
)
def test_early(tenth: float | None, hundredth: float | None, early: bool) -> None:
    """Usual schedules do not fall early."""
    assert falls_early(schedules(tenth, hundredth)) is early


def test_starving() -> None:
    """A schedule starves the run where it falls early, as it is, and loses the duel."""
    asked = {
        name: evidence(None, {"other_schedules": seen})
        for name, seen in {
            "early": schedules(0.2, 0.4),
            "late": schedules(0.8, 0.94),
            "compressed": schedules(0.2, 0.4, 0.1),
        }.items()
    }

    assert starving(asked["early"]) is not None
    assert starving(asked["late"]) is None
    assert starving(asked["compressed"]) is None
    assert starving(evidence()) is None


def test_words() -> None:
    """When the rate falls, and how often it was cut, is said with its numbers."""
    said = rates(schedules(0.2, 0.4, cuts=(3, 5)))

    assert said.text == "StepDecay lowers the rate to a tenth at 20%, to a hundredth at 40% of the course; 3 to 5 cuts in a run"
    assert said.values["tenth"] == 0.2
    assert rates(schedules(0.2, 0.4, cuts=(1, 1))).text.endswith("; 1 cut in a run")
    assert lowers(schedules(0.2, 0.4)) == "StepDecay lowers"
    assert lowers(replace(schedules(0.2, 0.4), names=("A", "B"))) == "A and B lower"
    assert fall(schedules(None, None)) == "to no less than a tenth within the course"


@pytest.mark.parametrize(
    ("monitor", "mode", "right"),
    [
        ("val_accuracy", "min", "max"),
        ("val_loss", "max", "min"),
        ("val_auc", "min", "max"),
        ("mean_absolute_error", "max", "min"),
        ("val_loss", "min", ""),
        ("val_accuracy", "auto", ""),
        ("score", "min", ""),  # nobody knows
        ("accuracy_loss", "max", ""),  # both
    ],
)
def test_wrong_mode(monitor: str, mode: str, right: str) -> None:
    """A metric that is watched in the mode of its opposite is found by its name, where that is plain."""
    assert right_mode(callback("ReduceLROnPlateau", monitor=monitor, mode=mode)) == right


def test_plateau_callbacks() -> None:
    """Only those that take part are meant."""
    both = (callback("ReduceLROnPlateau"), callback("ReduceLROnPlateau", "not run"), callback("EarlyStopping"))

    assert len(plateau_callbacks(facts(recipe={"callbacks": both}))) == 1
