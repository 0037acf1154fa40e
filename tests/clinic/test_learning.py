"""Confidences fitted on patients whose faults are known."""

import numpy as np

from tests.clinic.learning import Example, cross_validated, fitted


def _examples(count: int = 60) -> list[Example]:
    """Findings whose lead decides whether they are right, but for every sixth."""
    return [
        Example(f"p{index}", f"g{index % 5}", {"lead": float(index % 2), "idle": 0.0}, (index % 2 == 1) is not (index % 6 == 0))
        for index in range(count)
    ]


def test_what_tells_gets_a_coefficient() -> None:
    """A trait that goes with being right counts for it, one that is always the same for nothing."""
    model = fitted(_examples())

    assert model.coefficients["lead"] > 0.5
    assert abs(model.coefficients["idle"]) < 1e-6
    assert model.confidence({"lead": 1.0}) > model.confidence({"lead": 0.0})


def test_nobody_is_judged_by_a_model_that_saw_his_group() -> None:
    """Every finding gets a confidence, by a model without its group's."""
    examples = _examples()
    predicted = cross_validated(examples)
    without = fitted([example for example in examples if example.group != "g2"])

    assert np.isfinite(predicted).all()
    assert predicted[2] == without.confidence(examples[2].traits)
