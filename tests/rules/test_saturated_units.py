"""Units at the flat ends of their activation before training begins."""

from typing import Any

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.saturated_units import SaturatedUnits
from tests.evidence_samples import array, facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course
from tests.start_samples import activation, starting_point

HEAD = head_layer(output())
RAW = array(minimum=0.0, maximum=2000.0, mean=600.0, std=300.0)


def flat(path: str = "dense", name: str = "sigmoid", **details: Any) -> Any:
    """A layer at its ends throughout."""
    return activation(path, name, **({"flat": 64, "flat_share": 0.98} | details))


def test_wide_weights_saturate() -> None:
    """The spread of the weights explains it."""
    wide = layer(activation="sigmoid", weights=(weight(std=2.0),))

    (finding,) = findings(SaturatedUnits(), facts(layers=[wide, HEAD]), starting_point(activations=(flat(),)))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert finding.where[0].layer == "dense"


def test_raw_inputs_saturate_the_first_layer_and_the_output() -> None:
    """Both are the inputs' doing."""
    for path, name in (("dense", "tanh"), ("head", "softmax")):
        (finding,) = findings(SaturatedUnits(), facts(inputs=[RAW]), starting_point(activations=(flat(path, name),)))

        assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INPUT_SCALE)


def test_what_nothing_explains_is_a_note() -> None:
    """And so is everything of a model that learns well."""
    point = starting_point(activations=(flat(),))

    assert findings(SaturatedUnits(), facts(), point)[0].severity is Severity.NOTE
    assert findings(SaturatedUnits(), facts(inputs=[RAW]), point, own_course(0.95))[0].severity is Severity.NOTE
    assert findings(SaturatedUnits(), facts(), point)[0].remedies[0].edits == (hidden_activation("relu", ["dense"]),)


def test_units_in_use_attention_and_single_units_are_silent() -> None:
    """A few flat values, a softmax inside the model, a softmax over one unit, a ten-class softmax that is unsure."""
    fine = (
        activation("dense", "sigmoid", flat=6, flat_share=0.2),
        flat("attention", "softmax"),
        flat("head", "softmax", units=1),
        activation("head", "softmax", units=10, flat_share=0.1),
    )

    assert findings(SaturatedUnits(), facts(), starting_point(activations=fine)) == ()
