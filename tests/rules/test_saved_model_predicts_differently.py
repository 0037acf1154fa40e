"""Models that come back as others, and such as do not."""

from dnndoctor.evidence.facts import Place
from dnndoctor.finding import Cause, Finding, Severity, Where
from dnndoctor.rules.saved_model_predicts_differently import SavedModelPredictsDifferently
from tests.evidence_samples import layer
from tests.rules.saved import said, seen, subject, weights, whole

CUSTOM = subject(layers=(layer("hidden", "Hidden", built_in=False, place=Place("train.py", 7)), layer("head")))


def test_the_users_own_file_is_an_error() -> None:
    """What the recipe saves predicts something else, and the layer of the user's own is pointed at."""
    (finding,) = said(SavedModelPredictsDifferently(), seen(weights("ModelCheckpoint", predictions_apart=1.5)), CUSTOM)

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.CHECKPOINT, Severity.ERROR)
    assert finding.title.startswith("Saved by its weights in a .weights.h5 file, the model comes back as another one: ")
    assert finding.title.endswith("predictions change by 1.5 of their size")
    assert finding.where == (Where("hidden", Place("train.py", 7)),)
    assert "with all weights that Keras knows of" in finding.evidence[0].text


def test_a_way_that_nobody_uses_is_a_warning() -> None:
    """A `.keras` file that the recipe does not write would be wrong, and none is yet."""
    (finding,) = said(SavedModelPredictsDifferently(), seen(whole(predictions_apart=0.2, weights_apart=2)))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING
    assert "2 weights differ" in finding.evidence[0].text


def test_rounding_and_random_models_are_no_fault() -> None:
    """Differences of rounding, and models that never answer the same twice, are left alone."""
    assert said(SavedModelPredictsDifferently(), seen(whole("model.save", predictions_apart=3e-6))) == []
    assert said(SavedModelPredictsDifferently(), seen(whole("model.save", predictions_apart=None))) == []
