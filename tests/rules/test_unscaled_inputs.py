"""Inputs far from order one."""

import math

import pytest

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.finding import Cause, NotSeen, Severity
from dnndoctor.rules.unscaled_inputs import UnscaledInputs
from tests.evidence_samples import array, facts, head_layer, layer, output
from tests.rules.judging import findings, first_batch, judged, layer_start, own_course, ruled_out

HUGE = array(
    mean=20_000.0, std=3000.0, minimum=15_000.0, maximum=25_000.0, feature_std_maximum=3000.0, feature_std_minimum=3000.0
)
PIXELS = array(
    mean=110.0,
    std=70.0,
    minimum=0.0,
    maximum=255.0,
    feature_std_maximum=72.0,
    feature_std_minimum=68.0,
    feature_mean_maximum=115.0,
    integer_valued=True,
    shape=(32, 32, 3),
    features=3,
)
OFFSET = array(
    mean=67.0, std=1.8, minimum=65.0, maximum=70.0, feature_mean_maximum=69.0, feature_std_maximum=1.5, feature_std_minimum=1.4
)
UNEVEN = array(
    mean=9.0, std=25.0, minimum=0.1, maximum=1700.0, feature_mean_maximum=75.0, feature_std_maximum=31.0, feature_std_minimum=0.12
)
TWICE = array(mean=0.002, std=0.001, minimum=0.0, maximum=0.004, feature_mean_maximum=0.002, feature_std_maximum=0.001)


@pytest.mark.parametrize("inputs", [HUGE, OFFSET, UNEVEN, TWICE], ids=["huge", "offset", "uneven", "scaled twice"])
def test_raw_inputs_out_of_scale_are_a_warning(inputs: ArrayFacts) -> None:
    """Huge values, a common offset, features of very different spread and inputs scaled twice are warnings."""
    (finding,) = findings(UnscaledInputs(), facts(inputs=[inputs]))

    assert finding.cause is Cause.INPUT_SCALE
    assert finding.severity is Severity.WARNING
    assert finding.remedies[0].patch


@pytest.mark.parametrize("kind", ["Rescaling", "Normalization", "BatchNormalization", "LayerNormalization"])
def test_inputs_normalised_inside_are_silent(kind: str) -> None:
    """A model that rescales before its first weights takes raw inputs."""
    normalised = [layer("norm", kind, activation=None, parameters=0), layer(), head_layer(output())]

    assert findings(UnscaledInputs(), facts(inputs=[HUGE], layers=normalised)) == ()


def test_batch_norm_right_behind_the_first_weights_is_silent() -> None:
    """Batch normalisation between the first convolution and its relu takes the inputs' scale away."""
    layers = [
        layer("conv", "Conv2D", activation="linear"),
        layer("norm", "BatchNormalization", activation=None),
        layer(),
        head_layer(output()),
    ]

    assert findings(UnscaledInputs(), facts(inputs=[PIXELS], layers=layers), first_batch(start_losses=(90.0, 90.0))) == ()


def test_ids_for_an_embedding_are_silent() -> None:
    """Token ids have no scale."""
    tokens = array(mean=2000.0, std=1500.0, minimum=0.0, maximum=5000.0, integer_valued=True)
    layers = [layer("embedding", "Embedding", activation=None), layer(), head_layer(output())]

    assert findings(UnscaledInputs(), facts(inputs=[tokens], layers=layers)) == ()


def test_pixels_are_a_note_unless_the_start_shows_the_strain() -> None:
    """Grey values up to 255 into a relu network are a note; a loss that starts far above a constant's makes them a warning."""
    subject = facts(inputs=[PIXELS])

    assert findings(UnscaledInputs(), subject, first_batch())[0].severity is Severity.NOTE
    assert findings(UnscaledInputs(), subject, first_batch(start_losses=(40.0, 50.0)))[0].severity is Severity.WARNING


def test_saturated_first_layer_is_a_warning() -> None:
    """Values of order 100 saturate a sigmoid, also where it is a layer of its own."""
    layers = [
        layer(activation="linear"),
        layer("act", "Activation", activation="sigmoid", parameters=0, weights=()),
        head_layer(output()),
    ]

    (finding,) = findings(UnscaledInputs(), facts(inputs=[PIXELS], layers=layers), first_batch())

    assert finding.severity is Severity.WARNING
    assert "sigmoid" in finding.title


def test_standardised_inputs_rule_the_cause_out() -> None:
    """Inputs of order one are no fault, nor are counts of a few bits."""
    counts = array(
        mean=4.9, std=6.0, minimum=0.0, maximum=16.0, feature_mean_maximum=12.0, feature_std_maximum=6.5, feature_std_minimum=0.1
    )

    assert ruled_out(UnscaledInputs(), facts()) == (Cause.INPUT_SCALE,)
    assert findings(UnscaledInputs(), facts(inputs=[counts])) == ()


def test_custom_first_layer_is_not_seen() -> None:
    """What a layer of the user's own does to the inputs is said to be unknown."""
    layers = [layer("mine", "Scale", built_in=False, activation=None, parameters=0), layer(), head_layer(output())]

    (said,) = judged(UnscaledInputs(), facts(inputs=[HUGE], layers=layers))

    assert isinstance(said, NotSeen)


def test_division_inside_a_functional_model_is_seen_by_its_effect() -> None:
    """A Functional model may divide its inputs by an operation that is no layer: the first layer's answers tell."""
    subject = facts(inputs=[HUGE], model_kind="Functional")
    raw = first_batch(layers=(layer_start("dense", activation_rms=9000.0),))
    divided = first_batch(layers=(layer_start("dense", activation_rms=0.7),))

    assert findings(UnscaledInputs(), subject, raw)
    assert findings(UnscaledInputs(), subject, divided) == ()
    assert findings(UnscaledInputs(), subject) == ()


def test_text_inputs_are_not_judged() -> None:
    """Arrays that are not numeric have no moments, and nothing is said."""
    text = array(dtype="str", mean=math.nan, std=math.nan, minimum=math.nan, maximum=math.nan, feature_std_maximum=math.nan)

    assert findings(UnscaledInputs(), facts(inputs=[text])) == ()


def test_model_that_learns_well_gets_a_note() -> None:
    """Where the user's own recipe comes far, this is a note; where it does not, a warning."""
    assert findings(UnscaledInputs(), facts(inputs=[HUGE]), own_course(0.95))[0].severity is Severity.NOTE
    assert findings(UnscaledInputs(), facts(inputs=[HUGE]), own_course(0.4))[0].severity is Severity.WARNING


def test_remedies_can_be_tried() -> None:
    """The remedy has the edits that treatment tries; over many decades the logarithm comes first."""
    large = array(mean=150.0, std=80.0, minimum=0.0, maximum=300.0)
    decades = array(mean=7.5e6, std=2.1e7, minimum=1.0, maximum=1.4e8)
    tried = [findings(UnscaledInputs(), facts(inputs=[inputs]))[0].remedies[0].edits for inputs in (large, decades)]

    assert [[edit.name for edit in edits] for edits in tried] == [["standardize_inputs"], ["log_inputs", "standardize_inputs"]]
    pictures = findings(UnscaledInputs(), facts(inputs=[PIXELS]))[0].remedies
    assert [[edit.name for edit in remedy.edits] for remedy in pictures] == [["min_max_inputs"], ["standardize_inputs"]]
