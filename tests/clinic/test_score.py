"""The arithmetic of the clinic's figures."""

from tests.clinic.patients import Truth
from tests.clinic.score import constant_answers, disagreements, most_frequent_causes, tally

RATE = Truth("rate", frozenset({"learning-rate-high"}), frozenset({"optimizer"}))
HEAD = Truth("head", frozenset({"output-activation", "input-scale"}), frozenset({"loss-function"}))
WELL = Truth("well", frozenset())


def test_strict_takes_the_faults_alone() -> None:
    """Two patients of whom one's first is right; of three faults one is named, and of three names one is right."""
    answers = {"rate": ["learning-rate-high"], "head": ["loss-function", "epochs"], "well": []}

    counts = tally([RATE, HEAD, WELL], answers, lenient=False)

    assert (counts.first, counts.among_three, counts.faulty) == (1, 1, 2)
    assert (counts.found, counts.faults) == (1, 3)
    assert (counts.right, counts.named) == (1, 3)
    assert (counts.alarms, counts.healthy) == (0, 1)


def test_lenient_takes_acceptable_causes_for_a_fault_not_named() -> None:
    """Each stands in for one fault, and a patient's recall never passes one."""
    answers = {"rate": ["learning-rate-high", "optimizer"], "head": ["epochs", "loss-function"], "well": []}

    counts = tally([RATE, HEAD, WELL], answers, lenient=True)

    assert (counts.first, counts.among_three) == (1, 2)
    assert (counts.found, counts.faults) == (2, 3)
    assert (counts.right, counts.named) == (3, 4)


def test_only_the_first_three_are_among_the_first_three() -> None:
    """A list of everything would otherwise be right about everybody."""
    answers = {"rate": ["epochs", "labels", "dropout", "learning-rate-high"]}

    counts = tally([RATE], answers, lenient=False)

    assert (counts.first, counts.among_three, counts.found) == (0, 0, 1)


def test_a_healthy_patient_with_a_name_is_an_alarm() -> None:
    """Whatever it is that was named."""
    counts = tally([WELL], {"well": ["epochs"]}, lenient=True)

    assert (counts.alarms, counts.healthy, counts.named) == (1, 1, 0)


def test_patients_without_an_answer_are_left_out() -> None:
    """A run that was stopped is scored on those examined; nobody named on a sick patient counts as a miss."""
    counts = tally([RATE, HEAD], {"head": []}, lenient=False)

    assert (counts.faulty, counts.first, counts.faults) == (1, 0, 2)


def test_the_best_constant_answer_is_scored_like_any_other() -> None:
    """It is right wherever its cause is a label, and alarms on everyone healthy; ties go by the alphabet."""
    truths = [RATE, HEAD, Truth("scale", frozenset({"input-scale"})), WELL]

    one = most_frequent_causes(truths, 1, lenient=False)
    three = most_frequent_causes(truths, 3, lenient=False)
    counts = tally(truths, constant_answers(truths, one), lenient=False)
    of_three = tally(truths, constant_answers(truths, three), lenient=False)

    assert one == ("input-scale",)
    assert three == ("input-scale", "learning-rate-high", "output-activation")
    assert (counts.first, counts.faulty, counts.alarms, counts.healthy) == (2, 3, 1, 1)
    assert (of_three.among_three, of_three.first, of_three.right, of_three.named) == (3, 2, 4, 9)


def test_the_lenient_constant_counts_acceptable_labels() -> None:
    """Against lenient figures stands the constant that is best under lenient scoring."""
    truths = [RATE, Truth("other", frozenset({"epochs"}), frozenset({"optimizer"}))]

    assert most_frequent_causes(truths, 1, lenient=True) == ("optimizer",)


def test_agreement_is_on_the_first_cause_of_patients_seen_twice() -> None:
    """Later causes may differ; naming none both times agrees."""
    one = {"a": ["epochs", "labels"], "b": [], "c": ["labels"], "only here": ["epochs"]}
    other = {"a": ["epochs"], "b": [], "c": ["epochs", "labels"]}

    assert disagreements(one, other) == (3, ["c"])
