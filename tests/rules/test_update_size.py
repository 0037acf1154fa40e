"""Updates out of proportion to the weights."""

import math
from typing import Any

from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.update_size import UpdateSize
from tests.evidence_samples import array, facts, head_layer, layer, optimizer, output, weight
from tests.rules.judging import findings, own_course
from tests.start_samples import starting_point, variable

RISING = ((2.4, 30.0, 90.0), (2.5, 40.0, 80.0))
RAW = array(minimum=0.0, maximum=2000.0, mean=600.0, std=300.0)


def point(ratio: float, **details: Any) -> StartingPoint:
    """Both kernels are updated by this share of themselves."""
    variables = (variable(ratio=ratio), variable("dense", "bias", ratio=math.nan), variable("head", ratio=ratio))
    return starting_point(**({"variables": variables} | details))


def test_updates_larger_than_the_weights_on_which_the_loss_rises_are_a_warning() -> None:
    """A step along the gradient is to lower the loss of the very rows."""
    (finding,) = findings(UpdateSize(), facts(), point(4.0, losses=RISING, rates=(1.0,)))
    (nan,) = findings(UpdateSize(), facts(), point(4.0, losses=((2.4, math.nan, math.nan),), rates=(1.0,)))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LEARNING_RATE_HIGH)
    assert finding.remedies[0].edits[0].parameters == {"factor": 1e-4}
    assert nan.cause is Cause.LEARNING_RATE_HIGH


def test_an_ordinary_rate_on_raw_inputs_is_the_inputs_doing() -> None:
    """With SGD's default rate."""
    recipe = {"optimizers": (optimizer("SGD", 0.01),)}

    (finding,) = findings(UpdateSize(), facts(recipe=recipe, inputs=[RAW]), point(4.0, losses=RISING, rates=(0.01,)))

    assert finding.cause is Cause.INPUT_SCALE


def test_large_first_updates_of_adam_alone_are_silent() -> None:
    """Its first steps are its largest; as long as the loss falls, nothing is said."""
    assert findings(UpdateSize(), facts(), point(4.0)) == ()
    assert findings(UpdateSize(), facts(), point(0.1, losses=RISING)) == ()


def test_a_course_that_does_not_move_the_weights_is_a_warning() -> None:
    """320 steps of a ten-millionth each."""
    (finding,) = findings(UpdateSize(), facts(), point(1e-7, rates=(1e-8,)))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LEARNING_RATE_LOW)
    assert finding.remedies[0].edits[0].parameters == {"factor": 1e4}


def test_warm_ups_fine_tuning_and_long_courses_are_silent() -> None:
    """The rate is still to rise; loaded weights move little; many small steps come far."""
    warming = facts(recipe={"rates": (0.0, 5e-4, 1e-3)})
    loaded = facts(layers=[layer(weights=(weight(loaded=True),)), head_layer(output())])
    long = facts(recipe={"epochs": 10_000})

    assert findings(UpdateSize(), warming, point(1e-6, rates=(0.0, 1e-6, 2e-6))) == ()
    assert findings(UpdateSize(), loaded, point(1e-6)) == ()
    assert findings(UpdateSize(), long, point(1e-6)) == ()


def test_embeddings_and_models_that_learn_well_are_silent() -> None:
    """Rows of an embedding that the batch does not ask for do not move."""
    embedding = facts(layers=[layer("dense", "Embedding"), head_layer(output())])
    still = starting_point(variables=(variable(ratio=1e-7), variable("head", ratio=1e-2)))

    assert findings(UpdateSize(), embedding, still) == ()
    assert findings(UpdateSize(), facts(), point(1e-7), own_course(0.95)) == ()
