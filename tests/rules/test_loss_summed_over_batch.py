"""Losses that grow with the batch."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_summed_over_batch import LossSummedOverBatch
from tests.evidence_samples import facts, optimizer
from tests.rules.judging import findings, own_course
from tests.rules.loss_seen import seen


def trained_by(kind: str, rate: float, batch_size: int = 32, **details: float) -> Facts:
    """The default subject with that optimizer."""
    return facts(recipe={"optimizers": (optimizer(kind, rate, **details),), "batch_size": batch_size})


def test_sum_under_plain_gradient_descent_is_a_warning() -> None:
    """The usual rate times 32 is much for SGD."""
    (found,) = findings(LossSummedOverBatch(), trained_by("SGD", 0.01), seen(growth=1.0))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.WARNING)
    assert "32 times larger" in found.title
    mean, slower = found.remedies
    assert mean.edits[0].parameters["name"] == "sparse_categorical_crossentropy"
    assert slower.edits == (Edit("learning_rate", {"factor": 1 / 32}),)


@pytest.mark.parametrize(
    "subject",
    [
        trained_by("Adam", 1e-3),
        trained_by("SGD", 3e-4),
        trained_by("SGD", 0.01, batch_size=4),
        trained_by("SGD", 0.01, clipnorm=1.0),
    ],
    ids=["Adam", "a rate for the sum", "small batches", "clipped"],
)
def test_sum_that_does_not_matter_is_a_note(subject: Facts) -> None:
    """Adam divides by the size, and who lowered the rate knew."""
    assert [found.severity for found in findings(LossSummedOverBatch(), subject, seen(growth=1.0))] == [Severity.NOTE]


def test_sum_that_is_seen_to_learn_well_is_a_note() -> None:
    """A run that learns well needs no other reduction."""
    (found,) = findings(LossSummedOverBatch(), trained_by("SGD", 0.01), seen(growth=1.0), own_course(0.95))

    assert found.severity is Severity.NOTE


def test_what_layers_add_up_is_a_note() -> None:
    """Penalties on activities grow with the batch in Keras 3 by themselves."""
    (found,) = findings(LossSummedOverBatch(), trained_by("SGD", 0.01), seen(added_growth=1.0))

    assert found.severity is Severity.NOTE
    assert "layers add" in found.title


@pytest.mark.parametrize("growth", [0.125, 0.354, 0.132, None, 8.0])
def test_means_and_losses_over_pairs_are_silent(growth: float | None) -> None:
    """A mean, a root of a sum, an overlap of the whole batch, what has no gradient, a sum over all pairs."""
    assert findings(LossSummedOverBatch(), trained_by("SGD", 0.01), seen(growth=growth)) == ()


def test_batches_of_one_are_silent() -> None:
    """With one row a batch, sum and mean are the same."""
    assert findings(LossSummedOverBatch(), trained_by("SGD", 0.1, batch_size=1), seen(growth=1.0)) == ()
