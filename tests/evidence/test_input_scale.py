"""Whether inputs are of order one."""

import pytest

from dnndoctor.evidence.input_scale import is_long_tailed, is_of_order_one, scalable
from tests.evidence_samples import array, facts, layer


def test_of_order_one() -> None:
    """Standardised inputs are, large, tiny and uneven ones are not."""
    assert is_of_order_one(array())
    assert not is_of_order_one(array(mean=100.0))
    assert not is_of_order_one(array(std=0.001, maximum=0.004, minimum=0.0))
    assert not is_of_order_one(array(feature_std_minimum=0.01, feature_std_maximum=2.0))


def test_long_tailed() -> None:
    """Log-uniform values over eight decades have a long tail, normal and uniform ones have none."""
    assert is_long_tailed(array(minimum=1.0, maximum=1.4e8, mean=7.5e6, std=2.1e7))
    assert not is_long_tailed(array(minimum=-4.5, maximum=4.5))
    assert not is_long_tailed(array(minimum=0.0, maximum=255.0, mean=127.0, std=74.0))


@pytest.mark.parametrize("first", ["Normalization", "Rescaling", "Embedding"])
def test_scaled_by_the_model(first: str) -> None:
    """What the model scales or looks up by itself is not to be scaled."""
    large = [array(mean=100.0)]

    assert scalable(facts(inputs=large)) == tuple(large)
    assert scalable(facts(inputs=large, layers=[layer("first", first), layer()])) == ()
