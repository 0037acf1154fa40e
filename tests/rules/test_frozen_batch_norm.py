"""Batch normalisation that is frozen before it has seen anything."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.frozen_batch_norm import FrozenBatchNorm
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())


def norm(trainable: bool = False, mean: float = 0.0, loaded: bool = False, kind: str = "BatchNormalization") -> LayerFacts:
    """A batch normalisation with these running statistics."""
    statistics = [
        weight(name, (64,), minimum=value, maximum=value, std=0.0, trainable=False, loaded=loaded)
        for name, value in (("moving_mean", mean), ("moving_variance", 1.0))
    ]
    return layer("norm", kind, activation=None, trainable=trainable, weights=tuple(statistics))


SICK = facts(layers=[layer(), norm(), HEAD])


def test_a_frozen_normalisation_without_statistics_is_a_warning() -> None:
    """At mean 0 and variance 1 it does nothing."""
    (finding,) = findings(FrozenBatchNorm(), SICK)

    assert (finding.cause, finding.severity) == (Cause.BATCH_NORM, Severity.WARNING)
    assert finding.where[0].layer == "norm"


def test_a_model_that_learns_well_gets_a_note() -> None:
    """Nets without normalisation train, too."""
    assert findings(FrozenBatchNorm(), SICK, own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "subject",
    [
        facts(layers=[layer(), norm(trainable=True), HEAD]),
        facts(layers=[layer(), norm(mean=0.3), HEAD]),
        facts(layers=[layer(), norm(loaded=True), HEAD]),
        facts(layers=[layer(), norm(kind="LayerNormalization"), HEAD]),
        facts(layers=[layer(trainable=False), norm(), HEAD]),
    ],
    ids=["trained", "statistics", "loaded", "layer norm", "in a frozen backbone"],
)
def test_look_alikes_are_silent(subject: Facts) -> None:
    """Pretrained statistics are kept on purpose; a backbone that is frozen at random is another finding."""
    assert findings(FrozenBatchNorm(), subject) == ()
