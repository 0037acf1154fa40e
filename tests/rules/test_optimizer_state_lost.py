"""Saved models that forget the optimizer, and healthy ways of saving."""

from dataclasses import replace

from dnndoctor.evidence.facts import Place
from dnndoctor.finding import Cause, Finding, RuledOut, Severity, Where
from dnndoctor.rules.optimizer_state_lost import OptimizerStateLost
from tests.evidence_samples import layer, optimizer, weight
from tests.rules.saved import UNBROKEN, said, seen, subject, weights, whole

LOADED = (replace(weight(), loaded=True), replace(weight("bias", (64,)), loaded=True))


def test_weights_alone_are_a_note() -> None:
    """Saved weights that come back without the moments are told with both losses, at the line that saves them."""
    (finding,) = said(OptimizerStateLost(), seen(whole(), weights("ModelCheckpoint")))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.CHECKPOINT, Severity.NOTE)
    assert finding.where == (Where(place=Place("train.py", 40)),)
    assert "the loss is 0.66 instead of 0.6 5 steps after loading" in finding.evidence[0].text


def test_a_recipe_that_begins_from_weights_is_warned() -> None:
    """A factory that loads every trained weight resumes, and resumes without the optimizer's state."""
    resuming = subject(layers=(layer(weights=LOADED), layer("head", weights=LOADED)))

    (finding,) = said(OptimizerStateLost(), seen(weights("ModelCheckpoint")), resuming)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING


def test_a_pretrained_backbone_does_not_resume() -> None:
    """Loaded weights below a head that is drawn anew are no run that goes on."""
    tuned = subject(layers=(layer(weights=LOADED), layer("head")))

    (finding,) = said(OptimizerStateLost(), seen(weights("ModelCheckpoint")), tuned)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


def test_whole_models_and_backups_are_ruled_out() -> None:
    """Where everything comes back, the checkpoint is not at fault."""
    (word,) = said(
        OptimizerStateLost(), seen(whole("model.save"), weights("BackupAndRestore", optimizer_kept=True, losses=UNBROKEN))
    )

    assert isinstance(word, RuledOut)
    assert word.cause is Cause.CHECKPOINT


def test_plain_sgd_has_no_state() -> None:
    """A step counter that is lost at a constant rate changes no loss, and nothing is said; with a schedule it starts over."""
    saving = seen(weights("ModelCheckpoint", losses=UNBROKEN))
    scheduled = subject(recipe={"optimizers": (optimizer("SGD", schedule="CosineDecay"),)})

    assert said(OptimizerStateLost(), saving) == []
    assert len(said(OptimizerStateLost(), saving, scheduled)) == 1


def test_a_run_that_never_repeats_is_no_jump() -> None:
    """Losses that differ as much between the same steps run twice say nothing of saving."""
    wild = tuple(loss * 1.05 for loss in UNBROKEN)

    assert said(OptimizerStateLost(), seen(weights("ModelCheckpoint"), again=wild)) == []


def test_a_way_that_nobody_uses_is_no_finding() -> None:
    """The `.keras` file that is tried in any case is nobody's checkpoint."""
    assert said(OptimizerStateLost(), seen(whole(optimizer_kept=False, losses=tuple(reversed(UNBROKEN))))) == []
