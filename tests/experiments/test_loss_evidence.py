"""What the look at losses tells about single outputs."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.loss_evidence import known_heads, likeness_statement, loss_of, predicted_by
from tests.evidence_samples import evidence, facts
from tests.rules.loss_seen import alike, own_loss, predicted, seen


def looked(subject: Facts, found: LossSeen) -> Evidence:
    """Evidence with that look."""
    return evidence(subject, {LossAndMetrics.name: found})


def test_loss_of_ones_own_becomes_the_one_it_is_a_multiple_of() -> None:
    """A head then has that loss of Keras', with its logits, and says so."""
    known = looked(own_loss(), seen(likeness=alike("categorical_crossentropy", from_logits=True, factor=2.0)))
    (head,) = known_heads(known)
    (said,) = likeness_statement(known, head)

    assert head.loss is not None
    assert (head.loss.name, head.loss.from_logits) == ("categorical_crossentropy", True)
    assert said.text.startswith("own is 2 times categorical_crossentropy(from_logits=True)")


def test_upside_down_and_swapped_losses_stay_unknown() -> None:
    """What is minus a loss, or a loss the wrong way round, must not be judged as if it were that loss."""
    for likeness in (alike("mean_squared_error", factor=-1.0), alike("categorical_crossentropy", False, swapped=True), None):
        (head,) = known_heads(looked(own_loss(), seen(likeness=likeness)))
        assert head.loss is None


def test_built_in_losses_and_unlooked_outputs_are_as_the_facts_have_them() -> None:
    """Facts about Keras' own losses stand, and without a look there is nothing to add."""
    (of_keras,) = known_heads(looked(facts(), seen(built_in=True)))
    (unlooked,) = known_heads(evidence(own_loss()))

    assert of_keras.loss is not None
    assert unlooked.loss is None
    assert loss_of(evidence(), of_keras) is None
    assert predicted_by(evidence(), of_keras) is None
    assert predicted_by(looked(facts(), seen()), of_keras) == predicted()
