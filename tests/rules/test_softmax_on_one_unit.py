"""A softmax over a single unit."""

import pytest

from dnndoctor.evidence.facts import Facts, OutputFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.softmax_on_one_unit import SoftmaxOnOneUnit
from tests.evidence_samples import facts, head_layer, layer, output, target
from tests.rules.judging import findings, first_batch, output_start


def binary(loss: str = "binary_crossentropy") -> Facts:
    """A yes/no question answered by a softmax over one unit."""
    return facts([output("softmax", 1, loss)], [target("binary")])


def test_binary_question_is_an_error_cured_by_a_sigmoid() -> None:
    """It is an error at the head's place, and with binary cross-entropy the sigmoid alone is the remedy."""
    (finding,) = findings(SoftmaxOnOneUnit(), binary())

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.ERROR
    assert finding.where[0].place is not None
    assert finding.remedies[0].patch == 'keras.layers.Dense(1, activation="sigmoid")'


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (binary("mean_absolute_error"), 'loss="binary_crossentropy"'),
        (facts([output("softmax", 1, "mean_squared_error")], [target("continuous")]), 'activation="linear"'),
        (facts([output("softmax", 1)], [target(classes=7)]), 'keras.layers.Dense(7, activation="softmax")'),
    ],
    ids=["absolute error", "regression", "seven classes"],
)
def test_remedy_fits_the_targets(subject: Facts, code: str) -> None:
    """A regression loses its activation, several classes get units, a wrong loss is changed along."""
    (finding,) = findings(SoftmaxOnOneUnit(), subject)

    assert code in finding.remedies[0].patch


def test_constant_predictions_are_told() -> None:
    """Where the first batch was seen, its constant predictions are the first evidence."""
    start = first_batch(outputs={"output": output_start(minimum=1.0, maximum=1.0, varies=0.0)})

    (finding,) = findings(SoftmaxOnOneUnit(), binary(), start)

    assert finding.evidence[0].rung == "first_batch"


def test_predictions_that_vary_acquit() -> None:
    """If the answers differ between rows, the softmax runs over another axis."""
    start = first_batch(outputs={"output": output_start(minimum=0.1, maximum=0.9)})

    assert findings(SoftmaxOnOneUnit(), binary(), start) == ()


def test_softmax_over_another_axis_is_silent() -> None:
    """A softmax over the steps of a sequence is attention."""
    head = output("softmax", shape=(20, 1))
    steps = layer("head", "Softmax", activation="softmax", settings={"axis": 1})

    assert findings(SoftmaxOnOneUnit(), facts([head], layers=[layer(), steps])) == ()


@pytest.mark.parametrize("head", [output("softmax", 10), output("sigmoid", 1)], ids=["ten units", "sigmoid"])
def test_sound_heads_are_silent(head: OutputFacts) -> None:
    """A softmax over ten units and a sigmoid on one are what they should be."""
    assert findings(SoftmaxOnOneUnit(), facts([head], layers=[layer(), head_layer(head)])) == ()
