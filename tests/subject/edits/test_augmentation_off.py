"""Augmentation inside the model switched off."""

import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import compared, edited, losses
from tests.subject.engine import kinds


@pytest.mark.slow
def test_off_is_a_model_without_the_layers(engine: Engine) -> None:
    """The losses are those of a model written without the augmenting layer, dropout and penalties still in it."""
    found = compared(engine, (Edit("augmentation_off"),), flip=False)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps > 0
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_layers_do_in_training_what_they_do_in_inference() -> None:
    """Flips, turns and contrast are still; the layer's own scaling of values, if any, stays."""
    own, off = edited("augmentation"), edited("augmentation", Edit("augmentation_off"))
    images = kinds.IMAGES[:8]

    assert not np.allclose(own(images, training=True), own(images, training=False))
    assert np.array_equal(off(images, training=True), off(images, training=False))
    assert np.array_equal(off(images, training=False), own(images, training=False))


@pytest.mark.slow
def test_nothing_changes_where_there_is_none() -> None:
    """A model without augmentation trains as before, bit for bit, its dropout and noise included."""
    plain, off = losses("batch norm, dropout, noise", (), (Edit("augmentation_off"),))

    assert off == plain
