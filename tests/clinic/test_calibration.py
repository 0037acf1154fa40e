"""How well confidences tell what is right."""

from collections.abc import Mapping

import pytest

from tests.clinic.calibration import Claim, calibration, claims_of, precision_at
from tests.clinic.examination import Named, Result
from tests.clinic.patients import Truth


def _result(name: str, *named: Named) -> Result:
    return Result(name, "standard", None, "sick", 1, 10.0, named)


def _error(cause: str, confidence: float) -> Named:
    return Named(cause, "error", confidence, "DD401")


def _patients(sure: float, right_of_ten: int) -> tuple[list[Truth], Mapping[str, Result]]:
    """Ten patients with the same fault; so many are told it with this confidence, the others something else."""
    truths = [Truth(f"p{index}", frozenset({"epochs"})) for index in range(10)]
    said = ["epochs" if index < right_of_ten else "labels" for index in range(10)]
    return truths, {truth.id: _result(truth.id, _error(cause, sure)) for truth, cause in zip(truths, said, strict=True)}


def test_a_claim_is_the_first_finding_of_a_cause() -> None:
    """Notes claim nothing, and a cause that is named twice is claimed once, as sure as where it ranks first."""
    result = _result(
        "p", _error("epochs", 0.8), _error("epochs", 0.3), Named("labels", "note", 0.9, "DD022"), _error("dropout", 0.2)
    )
    truth = Truth("p", frozenset({"epochs"}), frozenset({"dropout"}))

    assert claims_of(truth, result, lenient=False) == (Claim(0.2, False), Claim(0.8, True))
    assert claims_of(truth, result, lenient=True) == (Claim(0.2, True), Claim(0.8, True))


def test_who_is_as_sure_as_right_is_calibrated() -> None:
    """Seven of ten at 0.7: no calibration error, and no skill over the base rate either."""
    told = calibration(*_patients(0.7, 7), lenient=False)

    assert told is not None
    assert (told.claims, told.base_rate) == (10, 0.7)
    assert told.error == pytest.approx(0.0, abs=1e-9)
    assert told.brier_skill == pytest.approx(0.0, abs=1e-9)
    assert told.auroc == pytest.approx(0.5)
    assert told.error_interval[0] <= told.error_interval[1]


def test_who_is_too_sure_is_not() -> None:
    """Three of ten at 0.9."""
    told = calibration(*_patients(0.9, 3), lenient=False)

    assert told is not None
    assert told.error == pytest.approx(0.6)
    assert told.brier_skill < 0
    assert told.bins[0] == pytest.approx((10, 0.9, 0.3))


def test_confidences_that_tell_right_from_wrong_have_skill() -> None:
    """Sure of what is right and unsure of what is not."""
    truths, found = _patients(0.9, 10)
    both = {name: _result(name, *result.findings, _error("labels", 0.1)) for name, result in found.items()}
    told = calibration(truths, both, lenient=False)

    assert told is not None
    assert told.auroc == 1.0
    assert told.brier_skill > 0.9


def test_nothing_named_is_nothing_to_be_told() -> None:
    """Without a claim there are no figures, and where all are right none that compare."""
    all_right = calibration(*_patients(0.9, 10), lenient=False)

    assert calibration([Truth("p", frozenset())], {"p": _result("p")}, lenient=False) is None
    assert all_right is not None
    assert (all_right.auroc, all_right.brier_skill) == (None, 0.0)


def test_precision_is_told_where_enough_faults_are_named() -> None:
    """Half of the faults are named at 0.9 without an error; all of them only together with a wrong claim."""
    truths = [Truth("a", frozenset({"epochs"})), Truth("b", frozenset({"labels"}))]
    found = {"a": _result("a", _error("epochs", 0.9)), "b": _result("b", _error("dropout", 0.5), _error("labels", 0.4))}

    assert precision_at(truths, found, 0.5, lenient=False) == 1.0
    assert precision_at(truths, found, 1.0, lenient=False) == pytest.approx(2 / 3)
    assert precision_at(truths[:1], {"a": _result("a")}, 0.5, lenient=False) is None
