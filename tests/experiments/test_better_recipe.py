"""What was seen to get farther than the user's own recipe, whichever experiment tried it."""

from dataclasses import replace

from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.better_recipe import better_recipes
from dnndoctor.experiments.other_schedules import OtherSchedules
from tests.experiments.toy_patient import ToyPatient, climb, examined, scheduled

STANDARD = Settings(Preset.STANDARD, (0, 1))
STARVED = ToyPatient(decay=0.96)


def test_every_confirmed_variant_is_one() -> None:
    """The sweep's rate and the other schedule are both told, each with its own seeds and steps."""
    evidence, _ = climb(OtherSchedules(), examined(STARVED, scheduled(0.96), STANDARD), STARVED)
    found = {better.rung: better for better in better_recipes(evidence)}

    assert set(found) == {"learning_rate_sweep", "other_schedules"}
    assert found["other_schedules"].gain > 0.4
    assert found["other_schedules"].steps == 320
    assert "constant rate" in found["other_schedules"].how


def test_a_compressed_schedule_is_none() -> None:
    """What only a compressed schedule loses to is not held against the user's own course."""
    evidence, _ = climb(OtherSchedules(), examined(STARVED, scheduled(0.96), STANDARD), STARVED)
    seen = evidence.of(OtherSchedules)
    assert seen is not None
    compressed = replace(evidence, observations={**evidence.observations, OtherSchedules.name: replace(seen, compressed=0.1)})

    assert {better.rung for better in better_recipes(compressed)} == {"learning_rate_sweep"}


def test_healthy() -> None:
    """Nothing gets plainly farther than a recipe that learns."""
    assert better_recipes(examined(ToyPatient(), settings=STANDARD)) == ()
