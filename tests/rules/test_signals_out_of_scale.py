"""Signals that grow or fade from layer to layer."""

import math

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.signals_out_of_scale import SignalsOutOfScale
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course, ruled_out
from tests.start_samples import depth, starting_point

HEAD = head_layer(output())


def stack(ratio: float, activation: str = "relu") -> list[LayerFacts]:
    """Ten layers with weights so many times as wide as asked."""
    std = ratio * math.sqrt(2 / 64)
    return [layer(f"dense_{place}", activation=activation, weights=(weight(std=std),)) for place in range(10)] + [HEAD]


def test_wide_weights_that_make_signals_grow_are_a_warning() -> None:
    """Measured in the weights and in what they give."""
    point = starting_point(activation_slope=depth(7.0), gradient_slope=depth(0.3), losses=((1e6,), (2e6,)))

    (finding,) = findings(SignalsOutOfScale(), facts(layers=stack(5.0)), point)

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert "grow by 7.0 orders" in finding.title
    assert any("constant predictor" in statement.text for statement in finding.evidence)


def test_narrow_weights_that_make_signals_fade_are_a_warning() -> None:
    """The same the other way."""
    (finding,) = findings(SignalsOutOfScale(), facts(layers=stack(0.01)), starting_point(activation_slope=depth(-9.0)))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert "fade" in finding.title


def test_a_vanishing_gradient_behind_sigmoids_is_a_note_here() -> None:
    """Another rule judges saturating stacks."""
    (finding,) = findings(
        SignalsOutOfScale(), facts(layers=stack(0.8, "sigmoid")), starting_point(gradient_slope=depth(4.7, 0.02))
    )

    assert (finding.severity, finding.cause) == (Severity.NOTE, Cause.HIDDEN_ACTIVATION)
    assert "fades" in finding.title


def test_slopes_within_scatter_or_of_less_than_two_orders_are_silent() -> None:
    """Glorot's weights lose 1.7 orders over twelve relu layers, and U-shapes scatter."""
    for slope in (depth(-1.7), depth(1.2), depth(4.0, 0.2)):
        assert findings(SignalsOutOfScale(), facts(layers=stack(0.7)), starting_point(activation_slope=slope)) == ()


def test_residual_growth_and_models_that_learn_well_are_notes() -> None:
    """Weights in scale, or a run that is well, leave nothing to warn of."""
    growing = starting_point(activation_slope=depth(3.0))

    assert findings(SignalsOutOfScale(), facts(layers=stack(1.0)), growing)[0].severity is Severity.NOTE
    assert findings(SignalsOutOfScale(), facts(layers=stack(5.0)), growing, own_course(0.95))[0].severity is Severity.NOTE


def test_even_signals_rule_the_initializer_out() -> None:
    """Where both lines are flat and the weights in scale."""
    even = starting_point(activation_slope=depth(0.1), gradient_slope=depth(-0.2))

    assert ruled_out(SignalsOutOfScale(), facts(layers=stack(1.0)), even) == (Cause.INITIALIZER,)
    assert ruled_out(SignalsOutOfScale(), facts(layers=stack(5.0)), even) == ()
