"""Plain numbers under a cross-entropy that takes them for probabilities."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, NotSeen, Severity
from dnndoctor.rules.logits_without_from_logits import LogitsWithoutFromLogits
from tests.evidence_samples import facts, keras_loss, output, target
from tests.rules.judging import findings, first_batch, judged, output_start, ruled_out
from tests.rules.loss_seen import alike, own_loss, predicted, seen

WIDE = first_batch(outputs={"output": output_start(minimum=-3.0, maximum=4.0, outside_unit=0.7)})
TOLD = keras_loss("binary_crossentropy", from_logits=True)


def test_linear_head_is_an_error_with_two_ways_out() -> None:
    """A linear head without from_logits is an error; the loss can be told, or the activation added."""
    (finding,) = findings(LogitsWithoutFromLogits(), facts([output("linear")]), WIDE)

    assert finding.cause is Cause.LOGITS_MISMATCH
    assert finding.severity is Severity.ERROR
    assert "70%" in finding.title
    assert [remedy.edits[0].name for remedy in finding.remedies] == ["loss", "output_activation"]
    assert "from_logits=True" in finding.remedies[0].patch
    assert 'activation="softmax"' in finding.remedies[1].patch


def test_facts_alone_are_enough() -> None:
    """Without the first batch the contract is broken all the same."""
    subject = facts([output("linear", 1, "binary_crossentropy")], [target("binary")])

    assert findings(LogitsWithoutFromLogits(), subject)[0].severity is Severity.ERROR


def test_unknown_head_is_judged_by_its_numbers() -> None:
    """A head that could not be read is found where a good part of its answers lies outside 0 to 1, and else is not."""
    subject = facts([output(None, layer=None)])

    assert findings(LogitsWithoutFromLogits(), subject, WIDE)
    assert findings(LogitsWithoutFromLogits(), subject, first_batch()) == ()
    assert findings(LogitsWithoutFromLogits(), subject) == ()


def test_answers_that_never_leave_the_unit_interval_acquit() -> None:
    """Where no answer lies outside 0 to 1 on any row, something else keeps them there."""
    assert findings(LogitsWithoutFromLogits(), facts([output("linear")]), first_batch()) == ()


@pytest.mark.parametrize(
    "subject",
    [facts(), facts([output("linear", 1, TOLD)], [target("binary")])],
    ids=["probabilities", "logits"],
)
def test_matching_contracts_rule_the_cause_out(subject: Facts) -> None:
    """Probabilities for a loss that takes them, and logits for one that was told so, rule it out."""
    assert findings(LogitsWithoutFromLogits(), subject) == ()
    assert ruled_out(LogitsWithoutFromLogits(), subject) == (Cause.LOGITS_MISMATCH,)


def test_probabilities_with_from_logits_do_not_rule_it_out() -> None:
    """The other way round is another rule's finding, and no acquittal."""
    assert ruled_out(LogitsWithoutFromLogits(), facts([output("sigmoid", 1, TOLD)], [target("binary")])) == ()


def test_regression_is_silent() -> None:
    """A linear head under a squared error has nothing to do with logits."""
    assert judged(LogitsWithoutFromLogits(), facts([output("linear", 1, "mean_squared_error")], [target("continuous")])) == ()


def test_custom_loss_is_not_seen() -> None:
    """What a loss of the user's own takes cannot be told, and that is said."""
    own = output("linear", 10, keras_loss("my_loss", built_in=False))

    (said,) = judged(LogitsWithoutFromLogits(), facts([own]))

    assert isinstance(said, NotSeen)


def test_look_at_the_loss_gives_the_share_without_a_gradient() -> None:
    """Where losses were looked at, the numbers are there before any step is run, with the share that gets no gradient."""
    silent = predicted(
        minimum=-0.7, maximum=0.5, outside_unit=0.72, no_gradient=0.7, rows_without_gradient=0.0, finds_logits=False
    )

    (found,) = findings(LogitsWithoutFromLogits(), facts([output("linear")]), seen(built_in=True, predicted=silent))

    assert "72%" in found.title
    assert "70% of the predictions get a gradient of exactly zero" in found.evidence[1].text


def test_loss_of_ones_own_is_judged_as_the_one_it_is_a_multiple_of() -> None:
    """A cross-entropy written by hand that takes probabilities is named on logits, and passes on a softmax."""
    outside = predicted(minimum=-0.7, maximum=0.5, outside_unit=0.72)
    by_hand = alike("categorical_crossentropy", from_logits=False)

    assert findings(LogitsWithoutFromLogits(), own_loss(output("linear")), seen(likeness=by_hand, predicted=outside))
    assert findings(LogitsWithoutFromLogits(), own_loss(), seen(likeness=by_hand)) == ()
    assert findings(LogitsWithoutFromLogits(), own_loss(output("linear")), seen(predicted=outside)) == ()
