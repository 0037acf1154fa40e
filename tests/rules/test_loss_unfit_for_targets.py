"""Cross-entropies that the targets do not fit."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.loss_unfit_for_targets import LossUnfitForTargets
from tests.evidence_samples import facts, output, target
from tests.rules.judging import findings


@pytest.mark.parametrize(
    ("subject", "cause", "code"),
    [
        (facts([output()], [target("one_hot")]), Cause.LOSS_FUNCTION, 'loss="categorical_crossentropy"'),
        (
            facts([output("softmax", 10, "categorical_crossentropy")], [target()]),
            Cause.LOSS_FUNCTION,
            'loss="sparse_categorical_crossentropy"',
        ),
        (facts([output("softmax", 6, "categorical_crossentropy")], [target("multi_hot")]), Cause.LOSS_FUNCTION, "sigmoid"),
        (facts([output()], [target("continuous")]), Cause.LOSS_FUNCTION, 'loss="mean_squared_error"'),
        (facts([output("sigmoid", 1, "binary_crossentropy")], [target("signed_binary")]), Cause.LABELS, "(y + 1) / 2"),
        (facts([output("sigmoid", 1, "binary_crossentropy")], [target(classes=4)]), Cause.LOSS_FUNCTION, "Dense(4,"),
        (facts([output("sigmoid", 1, "binary_crossentropy")], [target("continuous")]), Cause.LOSS_FUNCTION, "mean_squared_error"),
        (facts([output("linear", 1, "poisson")], [target("continuous")]), Cause.LOSS_FUNCTION, "mean_squared_error"),
    ],
    ids=[
        "sparse on one-hot",
        "categorical on ids",
        "categorical on several labels",
        "classes on numbers",
        "binary on -1 and +1",
        "binary on ids",
        "binary on numbers",
        "counts on negative numbers",
    ],
)
def test_broken_contracts_are_errors(subject: Facts, cause: Cause, code: str) -> None:
    """Each encoding that the loss cannot read is an error with the fitting loss or encoding as its remedy."""
    (finding,) = findings(LossUnfitForTargets(), subject)

    assert finding.cause is cause
    assert finding.severity is Severity.ERROR
    assert code in finding.remedies[0].patch


def test_hinge_is_the_loss_for_signs() -> None:
    """Targets of -1 and +1 can stay what they are."""
    subject = facts([output("sigmoid", 1, "binary_crossentropy")], [target("signed_binary")])

    (finding,) = findings(LossUnfitForTargets(), subject)

    assert [edit.name for edit in finding.remedies[1].edits] == ["output_activation", "loss"]
    assert finding.remedies[1].edits[1].parameters["name"] == "hinge"


@pytest.mark.parametrize(
    "subject",
    [
        facts(),
        facts([output("softmax", 10, "categorical_crossentropy")], [target("one_hot")]),
        facts([output("softmax", 10, "kl_divergence")], [target("probabilities")]),
        facts([output("sigmoid", 1, "binary_crossentropy")], [target("binary")]),
        facts([output("sigmoid", 6, "binary_crossentropy")], [target("multi_hot")]),
        facts([output("sigmoid", 64, "binary_crossentropy")], [target("continuous", array={"minimum": 0.0, "maximum": 1.0})]),
        facts([output("linear", 1, "mean_squared_error")], [target("continuous")]),
        facts([output()], []),
    ],
    ids=["ids", "one-hot", "shares", "binary", "several labels", "pixels", "regression", "no targets"],
)
def test_sound_pairs_are_silent(subject: Facts) -> None:
    """Losses on the encoding they are made for, pixels of an autoencoder among them, are silent."""
    assert findings(LossUnfitForTargets(), subject) == ()
