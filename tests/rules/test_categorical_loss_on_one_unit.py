"""A loss for several classes on one unit."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.categorical_loss_on_one_unit import CategoricalLossOnOneUnit
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings, first_batch


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence"])
def test_one_unit_is_an_error(loss: str) -> None:
    """Every loss for exclusive classes is an error on one unit; binary cross-entropy with a sigmoid is the remedy."""
    (finding,) = findings(CategoricalLossOnOneUnit(), facts([output("sigmoid", 1, loss)], [target("binary")]))

    assert finding.cause is Cause.LOSS_FUNCTION
    assert finding.severity is Severity.ERROR
    assert 'loss="binary_crossentropy"' in finding.remedies[0].patch


def test_first_loss_is_told() -> None:
    """Where the first batch was seen, its loss is the first evidence."""
    subject = facts([output("sigmoid", 1, "categorical_crossentropy")], [target("binary")])

    (finding,) = findings(CategoricalLossOnOneUnit(), subject, first_batch(start_losses=(0.0, 0.0)))

    assert finding.evidence[0].values == {"start_loss": 0.0}


@pytest.mark.parametrize(
    "subject", [facts(), facts([output("sigmoid", 1, "binary_crossentropy")], [target("binary")])], ids=["ten units", "binary"]
)
def test_sound_pairs_are_silent(subject: Facts) -> None:
    """Ten units, and binary cross-entropy on one, are sound."""
    assert findings(CategoricalLossOnOneUnit(), subject) == ()
