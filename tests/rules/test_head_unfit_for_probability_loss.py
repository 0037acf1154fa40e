"""Heads that give no probabilities under losses that take them."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.head_unfit_for_probability_loss import HeadUnfitForProbabilityLoss
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings, first_batch, output_start, ruled_out

LOGITS = keras_loss("binary_crossentropy", from_logits=True)


@pytest.mark.parametrize("activation", ["relu", "tanh", "elu", "softplus", "gelu"])
def test_cross_entropy_on_other_activations_is_an_error(activation: str) -> None:
    """A cross-entropy over a relu or its like is an error whose remedy is the softmax."""
    (finding,) = findings(HeadUnfitForProbabilityLoss(), facts([output(activation)]))

    assert finding.cause is Cause.OUTPUT_ACTIVATION
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].edits[0].parameters["activation"] == "softmax"


def test_single_unit_gets_a_sigmoid() -> None:
    """A yes/no question is cured by a sigmoid."""
    (finding,) = findings(HeadUnfitForProbabilityLoss(), facts([output("tanh", 1, "binary_crossentropy")], [target("binary")]))

    assert finding.remedies[0].edits[0].parameters["activation"] == "sigmoid"


def test_bounded_logits_are_a_warning() -> None:
    """With from_logits a relu bounds the logits from one side: a warning."""
    (finding,) = findings(HeadUnfitForProbabilityLoss(), facts([output("relu", 1, LOGITS)], [target("binary")]))

    assert finding.severity is Severity.WARNING


def test_negative_rates_under_a_poisson_loss() -> None:
    """A linear head under a Poisson loss is a warning, an error once negative answers are seen, and a softplus is sound."""
    rates = facts([output("linear", 1, "poisson")], [target("continuous", array={"minimum": 0.0})])
    negative = first_batch(outputs={"output": output_start(minimum=-0.5)})

    assert findings(HeadUnfitForProbabilityLoss(), rates)[0].severity is Severity.WARNING
    assert findings(HeadUnfitForProbabilityLoss(), rates, negative)[0].severity is Severity.ERROR
    assert findings(HeadUnfitForProbabilityLoss(), facts([output("softplus", 1, "poisson")], [target("continuous")])) == ()
    (found,) = findings(HeadUnfitForProbabilityLoss(), rates)
    assert found.remedies[0].edits == (Edit("output_activation", {"output": "output", "activation": "exponential"}),)


def test_linear_head_under_a_divergence_is_an_error() -> None:
    """The Kullback-Leibler divergence has no from_logits: plain numbers are no distribution."""
    assert findings(HeadUnfitForProbabilityLoss(), facts([output("linear", 10, "kl_divergence")], [target("one_hot")]))


@pytest.mark.parametrize(
    "subject",
    [
        facts(),
        facts([output("linear", 10)]),
        facts([output("sigmoid", 1, "binary_crossentropy")], [target("binary")]),
        facts([output("custom", 10)]),
        facts([output("relu", 10, keras_loss("mine", built_in=False))]),
    ],
    ids=["softmax", "logits are another rule's", "sigmoid", "custom activation", "custom loss"],
)
def test_other_heads_are_silent(subject: Facts) -> None:
    """Sound heads, plain logits and what is the user's own are not this fault."""
    assert findings(HeadUnfitForProbabilityLoss(), subject) == ()


@pytest.mark.parametrize(
    ("subject", "causes"),
    [
        (facts(), (Cause.OUTPUT_ACTIVATION,)),
        (facts([output("linear", 1, LOGITS)], [target("binary")]), (Cause.OUTPUT_ACTIVATION,)),
        (facts([output("linear", 1, "mean_squared_error")], [target("continuous")]), (Cause.OUTPUT_ACTIVATION,)),
        (facts([output("softmax", 1, "binary_crossentropy")], [target("binary")]), ()),
        (facts([output("softmax", 6, "categorical_crossentropy")], [target("multi_hot")]), ()),
    ],
    ids=["softmax on ids", "logits", "regression", "softmax on one unit", "softmax on several labels"],
)
def test_only_textbook_heads_rule_the_cause_out(subject: Facts, causes: tuple[Cause, ...]) -> None:
    """Only where head, loss and targets form a textbook triple is the output's activation ruled out."""
    assert ruled_out(HeadUnfitForProbabilityLoss(), subject) == causes
