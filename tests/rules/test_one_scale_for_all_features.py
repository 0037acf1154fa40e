"""A Normalization layer with a single mean and variance."""

import pytest

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.one_scale_for_all_features import OneScaleForAllFeatures
from tests.evidence_samples import array, facts, layer, weight
from tests.rules.judging import findings, own_course

UNEVEN = array(feature_std_minimum=0.12, feature_std_maximum=310.0, features=13)


def normalization(shape: tuple[int, ...]) -> LayerFacts:
    """An adapted Normalization layer whose mean has this shape."""
    moments = (weight("mean", shape, trainable=False), weight("variance", shape, trainable=False))
    return layer("normalization", "Normalization", activation=None, weights=moments)


def test_scalar_mean_over_uneven_features_is_a_warning() -> None:
    """One mean and variance over features whose spreads differ a thousand times are a warning with the layer's place."""
    (finding,) = findings(OneScaleForAllFeatures(), facts(inputs=[UNEVEN], layers=[normalization(()), layer()]))

    assert finding.cause is Cause.INPUT_SCALE
    assert finding.severity is Severity.WARNING
    assert finding.where[0].layer == "normalization"
    assert [edit.name for edit in finding.remedies[0].edits] == ["normalization_off", "standardize_inputs"]


@pytest.mark.parametrize("layers", [[normalization((13,)), layer()], [layer()]], ids=["one mean a feature", "no normalization"])
def test_other_models_are_silent(layers: list[LayerFacts]) -> None:
    """A mean for each feature, or no such layer, is not this fault."""
    assert findings(OneScaleForAllFeatures(), facts(inputs=[UNEVEN], layers=layers)) == ()


def test_features_of_one_unit_are_silent() -> None:
    """Pixels share a scale, and so may their normalisation."""
    pixels = array(feature_std_minimum=60.0, feature_std_maximum=75.0, features=3)

    assert findings(OneScaleForAllFeatures(), facts(inputs=[pixels], layers=[normalization(()), layer()])) == ()


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, this is a note; where it does not, a warning."""
    assert (
        findings(OneScaleForAllFeatures(), facts(inputs=[UNEVEN], layers=[normalization(()), layer()]), own_course(0.95))[
            0
        ].severity
        is Severity.NOTE
    )
    assert (
        findings(OneScaleForAllFeatures(), facts(inputs=[UNEVEN], layers=[normalization(()), layer()]), own_course(0.4))[
            0
        ].severity
        is Severity.WARNING
    )
