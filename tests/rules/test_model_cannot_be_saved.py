"""Models that no file brings back, and such as need a hand."""

import pytest

from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.save_facts import SaveFacts
from dnndoctor.finding import Cause, Finding, Severity, Where
from dnndoctor.rules.model_cannot_be_saved import ModelCannotBeSaved
from tests.evidence_samples import layer
from tests.rules.saved import said, seen, subject, weights, whole

CHECKPOINT = SaveFacts("ModelCheckpoint", ".keras", whole=True, place=Place("train.py", 50))


def test_a_checkpoint_that_would_raise_is_a_warning() -> None:
    """Whole models that cannot be saved stop the training at the first save, and the callback's line is named."""
    trip = whole("ModelCheckpoint", failed_at="saving", error="NotImplementedError: Object Scale must override `get_config()`")

    (finding,) = said(ModelCannotBeSaved(), seen(trip), subject(recipe={"saves": (CHECKPOINT,)}))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.CHECKPOINT, Severity.WARNING)
    assert "stops the training at its first save" in finding.title
    assert finding.where == (Where(place=Place("train.py", 50)),)
    assert "Scale" in finding.evidence[0].text


@pytest.mark.parametrize("stage", ["saving", "loading", "going on"])
def test_what_nobody_does_is_a_note(stage: str) -> None:
    """A model that only the usual way fails for is noted at the classes of the user's own."""
    custom = subject(layers=(layer("scale", "Scale", built_in=False, place=Place("train.py", 3)), layer("head")))

    (finding,) = said(
        ModelCannotBeSaved(), seen(whole(failed_at=stage, error="TypeError: no"), weights("ModelCheckpoint")), custom
    )

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE
    assert finding.where == (Where("scale", Place("train.py", 3)),)


def test_old_files_are_a_note() -> None:
    """A `.h5` file that is loaded and not trained on gets the advice to save in the new format."""
    trip = whole("ModelCheckpoint", suffix=".h5", failed_at="going on", error="ValueError: Unknown variable")

    (finding,) = said(ModelCannotBeSaved(), seen(trip))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE
    assert finding.remedies[0].patch == 'model.save("last.keras")'


def test_custom_objects_and_lambdas_are_no_fault() -> None:
    """What loads with the user's own classes at hand, or without safe mode, is no fault."""
    assert said(ModelCannotBeSaved(), seen(whole("model.save", needs=("custom_objects", "safe_mode=False")))) == []
