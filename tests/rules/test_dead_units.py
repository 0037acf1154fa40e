"""Rectified units that no row turns on."""

from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.dead_units import DeadUnits
from tests.evidence_samples import array, facts, head_layer, layer, optimizer, output, weight
from tests.rules.judging import findings, own_course
from tests.start_samples import activation, starting_point

HEAD = head_layer(output())


def biased(mean: float = -10.0) -> LayerFacts:
    """A layer whose biases start at this value."""
    bias = weight("bias", (64,), initializer="Constant", mean=mean, minimum=mean, maximum=mean, std=0.0)
    return layer(weights=(weight(), bias))


def unscaled() -> ArrayFacts:
    """Inputs far from order one."""
    return array(minimum=0.0, maximum=2000.0, mean=600.0, std=300.0)


def subject(*layers: LayerFacts, **details: object) -> Facts:
    """The usual subject with these hidden layers."""
    return facts(layers=[*layers, HEAD], **details)  # type: ignore[arg-type]  # handed on


def test_a_layer_that_is_off_for_every_input_is_an_error() -> None:
    """All units dead and all rows answered alike: the biases explain it."""
    point = starting_point(
        activations=(activation(dead=64, dead_later=64), activation("dense_1", dead=64, dead_later=64)),
        outputs=(0.0,),
        outputs_later=(0.0,),
    )

    (finding,) = findings(DeadUnits(), subject(biased(), layer("dense_1")), point)

    assert (finding.severity, finding.cause) == (Severity.ERROR, Cause.INITIALIZER)
    assert finding.where[0].layer == "dense"
    assert "-10" in finding.title


def test_a_dead_branch_beside_a_living_one_is_a_warning() -> None:
    """The outputs still tell the rows apart."""
    (finding,) = findings(DeadUnits(), subject(biased()), starting_point(activations=(activation(dead=64),)))

    assert finding.severity is Severity.WARNING


def test_weights_that_lean_and_raw_inputs_are_named() -> None:
    """What pushes the units to one side is the cause."""
    leaning = layer(weights=(weight(mean=-0.3, std=0.1), *layer().weights[1:]))
    point = starting_point(activations=(activation(dead=60),))

    (weights,) = findings(DeadUnits(), subject(leaning), point)
    (inputs,) = findings(DeadUnits(), subject(layer(), inputs=[unscaled()]), point)

    assert weights.cause is Cause.INITIALIZER
    assert inputs.cause is Cause.INPUT_SCALE


def test_units_that_die_in_the_first_steps_are_the_rates_doing() -> None:
    """Alive at first, all off three steps later."""
    point = starting_point(activations=(activation(dead=10, dead_later=64),))
    high = {"optimizers": (optimizer("SGD", 1.0),)}

    (finding,) = findings(DeadUnits(), subject(layer(), recipe=high), point)

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.LEARNING_RATE_HIGH)
    assert finding.remedies[0].edits[0].name == "learning_rate"


def test_an_ordinary_rate_on_raw_inputs_is_the_inputs_doing() -> None:
    """SGD's default rate is nobody's fault."""
    point = starting_point(activations=(activation(dead=10, dead_later=64),), rates=(0.01,))
    ordinary = {"optimizers": (optimizer("SGD", 0.01),)}

    (finding,) = findings(DeadUnits(), subject(layer(), recipe=ordinary, inputs=[unscaled()]), point)

    assert finding.cause is Cause.INPUT_SCALE


def test_sparse_is_not_dead() -> None:
    """Units that some row turns on are in use, however rarely; a half that is off is the luck of the draw."""
    assert findings(DeadUnits(), subject(layer()), starting_point()) == ()
    assert findings(DeadUnits(), subject(layer()), starting_point(activations=(activation(dead=32, dead_later=34),))) == ()


def test_many_dead_units_are_a_note() -> None:
    """Two thirds are worth a word, and so is everything of a model that learns well."""
    many, most = activation(dead=44), activation(dead=62)

    assert findings(DeadUnits(), subject(layer()), starting_point(activations=(many,)))[0].severity is Severity.NOTE
    well = findings(DeadUnits(), subject(layer()), starting_point(activations=(most,)), own_course(0.95))
    assert well[0].severity is Severity.NOTE
    (plain,) = findings(DeadUnits(), subject(layer()), starting_point(activations=(activation(dead=60),)))
    assert plain.remedies[0].edits == (hidden_activation("leaky_relu", ["dense"]),)


def test_constant_weights_are_judged_elsewhere() -> None:
    """Zeros in front of a relu are another rule's, and so is all that is dead because of them."""
    zeros = layer(weights=(weight(mean=0.0, minimum=0.0, maximum=0.0, std=0.0),))
    point = starting_point(activations=(activation(dead=64), activation("dense_1", dead=64)))

    assert findings(DeadUnits(), subject(zeros, layer("dense_1")), point) == ()


def test_few_rows_and_single_units_tell_nothing() -> None:
    """Of sixteen rows many units are off in all; a single unit may be off by chance."""
    assert findings(DeadUnits(), subject(layer()), starting_point(rows=16, activations=(activation(dead=64),))) == ()
    assert findings(DeadUnits(), subject(layer()), starting_point(activations=(activation(units=1, dead=1),))) == ()
