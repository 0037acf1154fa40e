"""Penalties and weight decay switched off."""

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import compared, edited
from tests.subject.engine import kinds


@pytest.mark.slow
def test_off_is_no_regularizer_and_no_decay(engine: Engine) -> None:
    """The losses are those of a model written without penalties and decay, dropout and augmentation still in it."""
    found = compared(engine, (Edit("regularization_off"),), penalty=None, decay=None)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_penalties_go_and_added_losses_stay() -> None:
    """Kernel and activity penalties are gone; what a layer adds by itself is the user's own loss."""
    own, off = edited("added losses"), edited("added losses", Edit("regularization_off"))

    for model in (own, off):
        model(kinds.X[:8], training=True)

    assert (len(own.losses), len(off.losses)) == (3, 1)


def test_decay_goes_with_the_optimizer_kept() -> None:
    """AdamW's decay is gone, its schedule and class are not."""
    own, off = edited("schedule and AdamW"), edited("schedule and AdamW", Edit("regularization_off"))

    assert own.optimizer.weight_decay == 0.05
    assert off.optimizer.weight_decay is None
    assert type(off.optimizer) is type(own.optimizer)
