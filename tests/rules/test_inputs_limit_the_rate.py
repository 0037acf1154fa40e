"""Inputs so large that an ordinary rate is too high."""

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.inputs_limit_the_rate import InputsLimitTheRate
from tests.evidence_samples import array, facts, layer, optimizer
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def subject(inputs: float = 100.0, rate: float = 0.01, first: str = "Dense") -> Facts:
    return facts(
        inputs=[array(mean=inputs, std=inputs / 2)],
        recipe={"optimizers": (optimizer("SGD", rate),)},
        layers=[layer("first", first), layer()],
    )


def test_sick() -> None:
    """An ordinary rate that explodes on inputs of size 100 is a matter of the inputs."""
    (finding,) = InputsLimitTheRate().judge(examined(ToyPatient(rate=1000.0), subject(), QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.INPUT_SCALE
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "look_alike",
    [
        subject(inputs=1.0),
        subject(rate=10.0),
        subject(first="Normalization"),
        subject(first="Embedding"),
    ],
)
def test_look_alikes(look_alike: Facts) -> None:
    """Standardised inputs, a rate that is high by itself, and a model that scales its inputs are something else."""
    assert list(InputsLimitTheRate().judge(examined(ToyPatient(rate=1000.0), look_alike, QUICK))) == []


def test_healthy() -> None:
    """Large inputs on a model that learns are no fault."""
    assert list(InputsLimitTheRate().judge(examined(ToyPatient(), subject(), QUICK))) == []
