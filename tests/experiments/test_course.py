"""The user's course in steps, and skill."""

import math

import pytest

from dnndoctor.evidence.outcome import Scores
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.course import constant_margin, course_steps, horizon, rows_read, scored_rows, skill, train_skill
from tests.evidence_samples import facts, outcome, score


def test_course() -> None:
    """It is epochs times steps an epoch, from the rows where no steps are set, unknown where the data never ends."""
    assert course_steps(facts(recipe={"epochs": 3, "steps_per_epoch": 7})) == 21
    assert course_steps(facts(recipe={"epochs": 3, "steps_per_epoch": None}, data={"rows_total": 100})) == 12
    assert course_steps(facts(recipe={"steps_per_epoch": None}, data={"rows_total": None})) is None


def test_horizon_never_exceeds_the_course() -> None:
    """What a short trial reaches was reached in no more steps than the user's own recipe has."""
    short = facts(recipe={"epochs": 5, "steps_per_epoch": 7})

    assert horizon(short, Settings(Preset.QUICK)) == 35
    assert horizon(facts(), Settings(Preset.QUICK)) == 150
    assert horizon(facts(), Settings(Preset.QUICK, scale=0.5)) == 75


def test_train_skill_takes_the_better_mode() -> None:
    """Batch statistics that lag and dropout both hide what was learnt, in one mode each."""
    assert train_skill(Scores(train=score(skill=0.2), train_mode=score(skill=0.8))) == 0.8
    assert train_skill(Scores()) is None


def test_skill_rows() -> None:
    """Held-out rows count where there are enough of them."""
    run = outcome(scores=Scores(train=score(skill=0.9), validation=score(skill=0.5)))

    few, many = skill(facts(data={"validation_rows": 20}), run), skill(facts(data={"validation_rows": 500}), run)

    assert few is not None
    assert (few.value, few.rows) == (0.9, "train")
    assert many is not None
    assert (many.value, many.rows) == (0.5, "validation")


@pytest.mark.parametrize(("rows", "margin"), [(10, 0.1), (1600, 0.05), (100_000, 0.02)])
def test_constant_margin(rows: int, margin: float) -> None:
    """More rows tell smaller skills from chance, within bounds."""
    assert constant_margin(rows) == pytest.approx(margin)


@pytest.mark.parametrize(("seconds", "rows"), [(0.01, 2048), (0.1, 512), (2.0, 128), (math.nan, 2048)])
def test_slow_models_are_scored_on_fewer_rows(seconds: float, rows: int) -> None:
    """What chance may give is told by the rows that the engine scores, which are fewer where a step is slow."""
    subject = facts(data={"rows_sampled": 5000}, engine={"step_seconds": seconds})

    assert rows_read(subject) == rows
    assert scored_rows(subject, 60) == 60
