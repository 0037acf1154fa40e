"""Held-out rows against training rows."""

import random

import pytest

from dnndoctor.experiments.control_runs import ControlRun
from dnndoctor.experiments.held_out_gap import held_out_gap
from tests.evidence_samples import facts, target

TWO_CLASSES = facts(targets=[target("class_ids", 2, class_shares=(0.5, 0.5))], data={"rows_sampled": 400, "validation_rows": 200})


def runs(*skills: tuple[float | None, float | None]) -> list[ControlRun]:
    """Runs with these skills on training and on held-out rows."""
    return [ControlRun(seed, "", 100, 0.5, trained, held_out) for seed, (trained, held_out) in enumerate(skills)]


def test_models_that_do_equally_well_seldom_differ_by_more_than_noise() -> None:
    """Accuracy 0.8 on 400 and 200 rows, drawn 500 times: the noise is two standard errors, and errs on the wide side."""
    rng, beyond = random.Random(0), 0
    for _ in range(500):
        trained, held_out = (2 * sum(rng.random() < 0.8 for _ in range(rows)) / rows - 1 for rows in (400, 200))
        gap = held_out_gap(TWO_CLASSES, runs((trained, held_out)))
        assert gap is not None
        beyond += gap.above or gap.below

    assert beyond <= 0.06 * 500


def test_both_ways() -> None:
    """Every seed has to agree."""
    better, worse, mixed = (
        held_out_gap(TWO_CLASSES, runs(*skills))
        for skills in ([(0.4, 0.8), (0.5, 0.8)], [(0.8, 0.4), (0.8, 0.5)], [(0.1, 0.8), (0.5, 0.4)])
    )

    assert better
    assert better.above
    assert not better.below
    assert worse
    assert worse.below
    assert not worse.above
    assert mixed
    assert not mixed.above
    assert not mixed.below


def test_rare_classes_make_it_wider() -> None:
    """An error among few is a larger part of the skill."""
    uneven = facts(
        targets=[target("class_ids", 2, class_shares=(0.95, 0.05))], data={"rows_sampled": 400, "validation_rows": 200}
    )
    even_gap, uneven_gap = (held_out_gap(each, runs((0.5, 0.6))) for each in (TWO_CLASSES, uneven))

    assert even_gap
    assert uneven_gap
    assert uneven_gap.noise == pytest.approx(even_gap.noise * (0.5 / 0.05) ** 0.5)


def test_nothing_to_compare() -> None:
    """Too few held-out rows, or nothing decoded."""
    assert held_out_gap(facts(data={"validation_rows": 5}), runs((0.5, 0.9))) is None
    assert held_out_gap(TWO_CLASSES, runs((None, 0.9), (0.5, None))) is None
