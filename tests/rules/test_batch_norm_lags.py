"""Batch normalisation whose running statistics do not arrive before training ends."""

import pytest

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.batch_norm_lags import BatchNormLags
from tests.evidence_samples import facts, head_layer, layer, output, weight
from tests.rules.judging import findings, own_course

HEAD = head_layer(output())


def norm(momentum: float = 0.99, trainable: bool = True, loaded: bool = False) -> LayerFacts:
    """A batch normalisation of that momentum."""
    statistics = (weight("moving_mean", (64,), loaded=loaded),)
    return layer(
        "norm", "BatchNormalization", activation=None, trainable=trainable, weights=statistics, settings={"momentum": momentum}
    )


def model(normalisation: LayerFacts, epochs: int = 3, steps: int | None = 10) -> Facts:
    """A net that is trained for so many steps an epoch."""
    return facts(layers=[layer(), normalisation, HEAD], recipe={"epochs": epochs, "steps_per_epoch": steps})


def test_thirty_steps_at_the_default_are_pointed_out() -> None:
    """After 30 steps at 0.99 three quarters of the statistics are their starting values, as counting them down says, too."""
    (finding,) = findings(BatchNormLags(), model(norm()))
    left = 1.0
    for _ in range(30):
        left *= 0.99

    assert (finding.cause, finding.severity) == (Cause.BATCH_NORM, Severity.NOTE)
    assert finding.evidence[0].values["left"] == pytest.approx(left)
    assert "74%" in finding.title


def test_a_model_that_is_seen_to_fail_makes_it_a_warning() -> None:
    """Where the user's run is sick, statistics that hardly moved are beyond noise; a fifth of them left is not."""
    assert findings(BatchNormLags(), model(norm()), own_course(0.0))[0].severity is Severity.WARNING
    assert findings(BatchNormLags(), model(norm(), epochs=16), own_course(0.0))[0].severity is Severity.NOTE
    assert findings(BatchNormLags(), model(norm()), own_course(0.95))[0].severity is Severity.NOTE


@pytest.mark.parametrize(
    "subject",
    [
        model(norm(), epochs=30),
        model(norm(momentum=0.9)),
        model(norm(trainable=False)),
        model(norm(loaded=True)),
        model(norm(), steps=None),
        facts(),
    ],
    ids=["long enough", "0.9", "frozen", "pretrained", "endless", "none"],
)
def test_statistics_that_arrive_are_silent(subject: Facts) -> None:
    """Long runs, a lower momentum, and statistics that were loaded."""
    assert findings(BatchNormLags(), subject) == ()
