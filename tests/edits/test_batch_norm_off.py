"""Batch normalisation off."""

from dataclasses import replace

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.edits.batch_norm_off import batch_norm_layers
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, layer, weight

EDIT = Edit("batch_norm_off")


def batch_norm(path: str, kind: str = "BatchNormalization", *, trainable: bool = True) -> LayerFacts:
    """A normalising layer as Keras builds it."""
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = tuple(weight(name, (64,)) for name in names)
    return layer(path, kind, activation=None, weights=weights, trainable=trainable)


def test_layers_named() -> None:
    """Layers are found by their lines, else by their names, a subclass of the user's own by its class; ten are one sentence."""
    placed = [layer(), batch_norm("bn"), batch_norm("block/sync", "SyncBatchNorm"), layer("head")]
    subject, unplaced = facts(layers=placed), facts(layers=[replace(each, place=None) for each in placed])

    assert edit_kind("batch_norm_off").sentence(EDIT, subject) == "remove batch normalisation (2 layers; scale and shift stay)"
    both = "remove the 2 BatchNormalization and SyncBatchNorm layers: "
    assert edit_kind("batch_norm_off").patch(EDIT, subject) == f"{both}train.py:10"
    assert edit_kind("batch_norm_off").patch(EDIT, unplaced) == f"{both}bn, block/sync"


@pytest.mark.parametrize("other", [layer(), layer("ln", "LayerNormalization"), batch_norm("bn", trainable=False)])
def test_layers_that_are_none(other: LayerFacts) -> None:
    """Other normalisations are none, and a frozen layer normalises by no batch."""
    assert batch_norm_layers(facts(layers=[other])) == ()


def test_without_any() -> None:
    """Where facts show none the edit still reads as a sentence."""
    assert edit_kind("batch_norm_off").sentence(EDIT, facts()) == "remove all batch normalisation"
    assert edit_kind("batch_norm_off").patch(EDIT, facts()) == "remove every BatchNormalization layer"
