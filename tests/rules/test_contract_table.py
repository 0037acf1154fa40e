"""Head, loss and targets: every right pairing passes all contract rules, every wrong one is named, by its cause and first."""

from dataclasses import replace

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import OutputFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.categorical_loss_on_one_unit import CategoricalLossOnOneUnit
from dnndoctor.rules.head_cannot_reach_targets import HeadCannotReachTargets
from dnndoctor.rules.head_unfit_for_probability_loss import HeadUnfitForProbabilityLoss
from dnndoctor.rules.labels_out_of_range import LabelsOutOfRange
from dnndoctor.rules.logits_without_from_logits import LogitsWithoutFromLogits
from dnndoctor.rules.loss_unfit_for_targets import LossUnfitForTargets
from dnndoctor.rules.probabilities_with_from_logits import ProbabilitiesWithFromLogits
from dnndoctor.rules.regression_loss_on_classes import RegressionLossOnClasses
from dnndoctor.rules.sigmoid_on_exclusive_classes import SigmoidOnExclusiveClasses
from dnndoctor.rules.softmax_on_independent_labels import SoftmaxOnIndependentLabels
from dnndoctor.rules.softmax_on_one_unit import SoftmaxOnOneUnit
from dnndoctor.rules.too_few_output_units import TooFewOutputUnits
from tests.evidence_samples import evidence, facts, keras_loss, output, target

CONTRACT = (
    CategoricalLossOnOneUnit,
    HeadCannotReachTargets,
    HeadUnfitForProbabilityLoss,
    LabelsOutOfRange,
    LogitsWithoutFromLogits,
    LossUnfitForTargets,
    ProbabilitiesWithFromLogits,
    RegressionLossOnClasses,
    SigmoidOnExclusiveClasses,
    SoftmaxOnIndependentLabels,
    SoftmaxOnOneUnit,
    TooFewOutputUnits,
)

SPARSE, CATEGORICAL, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
MSE, MAE = "mean_squared_error", "mean_absolute_error"
ACTIVATION, LOSS, LOGITS, UNITS, LABELS = (
    Cause.OUTPUT_ACTIVATION,
    Cause.LOSS_FUNCTION,
    Cause.LOGITS_MISMATCH,
    Cause.OUTPUT_UNITS,
    Cause.LABELS,
)

IDS, ONE_HOT, TAGS, YES_NO, NUMBERS = (
    target(),
    target("one_hot"),
    target("multi_hot", 10),
    target("binary"),
    target("continuous"),
)
SIGNED = target("signed_binary")
SHARES = target("continuous", array={"minimum": 0.0, "maximum": 1.0, "mean": 0.5, "std": 0.3})
COUNTS = target("continuous", array={"minimum": 0.0, "maximum": 9.0, "mean": 3.0, "std": 2.0, "integer_valued": True})
PIXELS = target("continuous", array={"minimum": 0.0, "maximum": 1.0, "mean": 0.3, "std": 0.3, "shape": (10,), "features": 10})
FROM_ONE = target(array={"minimum": 1.0, "maximum": 10.0})
TWELVE = target("class_ids", 12)


def head(activation: str, units: int, loss: str, *, logits: bool = False) -> OutputFacts:
    """An output with that head and loss."""
    attached = keras_loss(loss)
    return output(activation, units, replace(attached, from_logits=True) if logits else attached)


def deep(one: OutputFacts, *sizes: int) -> OutputFacts:
    """The same head at every position of a sequence or an image."""
    return replace(one, shape=(*sizes, *one.shape))


RIGHT = {
    "ids, softmax": (head("softmax", 10, SPARSE), IDS),
    "ids, logits": (head("linear", 10, SPARSE, logits=True), IDS),
    "two ids, two softmax units": (head("softmax", 2, SPARSE), target("binary")),
    "one-hot, softmax": (head("softmax", 10, CATEGORICAL), ONE_HOT),
    "one-hot, logits": (head("linear", 10, CATEGORICAL, logits=True), ONE_HOT),
    "one-hot, focal": (head("softmax", 10, "categorical_focal_crossentropy"), ONE_HOT),
    "one-hot, a sigmoid each, binary": (head("sigmoid", 10, BINARY), ONE_HOT),
    "shares, softmax": (head("softmax", 10, CATEGORICAL), target("probabilities")),
    "shares, softmax, divergence": (head("softmax", 10, "kl_divergence"), target("probabilities")),
    "tags, sigmoids": (head("sigmoid", 10, BINARY), TAGS),
    "tags, logits": (head("linear", 10, BINARY, logits=True), TAGS),
    "tags, sigmoids, focal": (head("sigmoid", 10, "binary_focal_crossentropy"), TAGS),
    "yes or no, sigmoid": (head("sigmoid", 1, BINARY), YES_NO),
    "yes or no, logit": (head("linear", 1, BINARY, logits=True), YES_NO),
    "yes or no, Brier score": (head("sigmoid", 1, MSE), YES_NO),
    "plus and minus, tanh, hinge": (head("tanh", 1, "hinge"), SIGNED),
    "plus and minus, linear, hinge": (head("linear", 1, "hinge"), SIGNED),
    "plus and minus, tanh, squared": (head("tanh", 1, MSE), SIGNED),
    "numbers, linear, squared": (head("linear", 1, MSE), NUMBERS),
    "numbers, linear, absolute": (head("linear", 1, MAE), NUMBERS),
    "numbers, linear, Huber": (head("linear", 1, "huber"), NUMBERS),
    "counts, exponential, Poisson": (head("exponential", 1, "poisson"), COUNTS),
    "counts, softplus, Poisson": (head("softplus", 1, "poisson"), COUNTS),
    "counts, relu, squared": (head("relu", 1, MSE), COUNTS),
    "counts as numbers": (head("linear", 1, MSE), COUNTS),
    "shares of one, sigmoid, squared": (head("sigmoid", 1, MSE), SHARES),
    "pixels, sigmoid, binary": (head("sigmoid", 10, BINARY), PIXELS),
    "pixels, sigmoid, squared": (head("sigmoid", 10, MSE), PIXELS),
    "pixels, linear, squared": (head("linear", 10, MSE), PIXELS),
    "a softmax at each step": (deep(head("softmax", 10, SPARSE), 24), replace(IDS, task="sequence_multiclass")),
    "logits at each pixel": (deep(head("linear", 10, SPARSE, logits=True), 8, 8), replace(IDS, task="sequence_multiclass")),
    "a mask": (deep(head("sigmoid", 1, BINARY), 8, 8), target("multi_hot", 1, array={"shape": (8, 8, 1), "features": 1})),
    "more units than classes in the sample": (head("softmax", 12, SPARSE), IDS),
    "an embedding, cosine": (head("linear", 10, "cosine_similarity"), NUMBERS),
}

WRONG = {
    "ids, logits not told": (head("linear", 10, SPARSE), IDS, LOGITS),
    "one-hot, logits not told": (head("linear", 10, CATEGORICAL), ONE_HOT, LOGITS),
    "yes or no, logit not told": (head("linear", 1, BINARY), YES_NO, LOGITS),
    "tags, logits not told": (head("linear", 10, BINARY), TAGS, LOGITS),
    "logits at each step not told": (deep(head("linear", 10, SPARSE), 24), IDS, LOGITS),
    "ids, relu": (head("relu", 10, SPARSE), IDS, ACTIVATION),
    "one-hot, tanh": (head("tanh", 10, CATEGORICAL), ONE_HOT, ACTIVATION),
    "yes or no, relu": (head("relu", 1, BINARY), YES_NO, ACTIVATION),
    "yes or no, tanh": (head("tanh", 1, BINARY), YES_NO, ACTIVATION),
    "yes or no, softmax of one": (head("softmax", 1, BINARY), YES_NO, ACTIVATION),
    "numbers, softmax of one": (head("softmax", 1, MSE), NUMBERS, ACTIVATION),
    "numbers, sigmoid": (head("sigmoid", 1, MSE), NUMBERS, ACTIVATION),
    "numbers, tanh": (
        head("tanh", 1, MAE),
        target("continuous", array={"minimum": 3.0, "maximum": 50.0, "mean": 22.0, "std": 9.0}),
        ACTIVATION,
    ),
    "numbers around zero, relu": (head("relu", 1, MSE), NUMBERS, ACTIVATION),
    "plus and minus, sigmoid, squared": (head("sigmoid", 1, MSE), SIGNED, ACTIVATION),
    "plus and minus, relu, squared": (head("relu", 1, MSE), SIGNED, ACTIVATION),
    "tags, softmax": (head("softmax", 10, BINARY), TAGS, ACTIVATION),
    "counts, tanh, Poisson": (head("tanh", 1, "poisson"), COUNTS, ACTIVATION),
    "ids, categorical": (head("softmax", 10, CATEGORICAL), IDS, LOSS),
    "one-hot, sparse": (head("softmax", 10, SPARSE), ONE_HOT, LOSS),
    "ids, squared": (head("softmax", 10, MSE), IDS, LOSS),
    "ids, squared, linear": (head("linear", 10, MSE), IDS, LOSS),
    "ids, squared, one sigmoid": (head("sigmoid", 1, MSE), target("class_ids", 5), LOSS),
    "yes or no, categorical on one sigmoid": (head("sigmoid", 1, CATEGORICAL), YES_NO, LOSS),
    "numbers, categorical": (head("linear", 10, CATEGORICAL, logits=True), PIXELS, LOSS),
    "numbers, binary": (head("sigmoid", 1, BINARY), NUMBERS, LOSS),
    "one-hot, absolute": (head("softmax", 10, MAE), ONE_HOT, LOSS),
    "plus and minus, binary": (head("sigmoid", 1, BINARY), SIGNED, LABELS),
    "ids counted from one": (head("softmax", 10, SPARSE), FROM_ONE, LABELS),
    "twelve ids, ten units": (head("softmax", 10, SPARSE), TWELVE, UNITS),
    "ten columns, six units": (head("softmax", 6, CATEGORICAL), ONE_HOT, UNITS),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_pairings_pass(name: str) -> None:
    """Nothing above a note is said of a head, a loss and targets that belong together."""
    one, targets = RIGHT[name]

    said = diagnose(evidence(facts([one], [targets])), (), CONTRACT)

    assert not said.faults
    assert [ranked.finding.title for ranked in said.findings if ranked.finding.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("name", WRONG)
def test_wrong_pairings_are_named(name: str) -> None:
    """The first finding names the cause, above a note."""
    one, targets, cause = WRONG[name]

    said = diagnose(evidence(facts([one], [targets])), (), CONTRACT)

    assert not said.faults
    assert said.findings
    assert said.findings[0].finding.cause is cause
    assert said.findings[0].finding.severity is not Severity.NOTE
