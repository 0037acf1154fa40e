"""Losses of different batch sizes."""

import math

import pytest

from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments.equal_rows import aligned, unrest
from tests.evidence_samples import outcome


def test_unrest() -> None:
    """A trend is no unrest; jumps are."""
    falling = [10 - 0.01 * step for step in range(300)]
    jumping = [loss + (-1) ** step for step, loss in enumerate(falling)]

    assert unrest(falling) < 0.01
    assert unrest(jumping) == pytest.approx(math.sqrt(2), rel=0.02)


def test_losses_are_compared_over_equally_many_rows() -> None:
    """Single rows, most of them easy, have a low median loss; over eight rows at a time they are what they are on the mean."""
    single = outcome(Trial(steps=80), [8.0 if step % 8 == 0 else 0.0 for step in range(80)], batch_size=1)
    larger = outcome(Trial(steps=10), [1.0] * 10, batch_size=8)

    made = aligned({"single": single, "larger": larger})

    assert made["single"].losses == (1.0,) * 10
    assert made["larger"].losses == larger.losses


def test_what_is_left_over_is_not_lost() -> None:
    """A NaN at the very end is still there."""
    made = aligned({"a": outcome(losses=[1.0, 1.0, math.nan], batch_size=1), "b": outcome(losses=[1.0], batch_size=2)})

    assert len(made["a"].losses) == 1
    assert math.isnan(made["a"].losses[0])


def test_what_is_in_no_race_does_not_count() -> None:
    """Gradients that are looked at in larger batches leave the losses of the race as they are."""
    made = aligned({"a": outcome(Trial(), [1.0, 2.0], batch_size=1), "b": outcome(Trial(scored=False), [1.0], batch_size=8)})

    assert made["a"].losses == (1.0, 2.0)
