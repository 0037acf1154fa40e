"""The contract between head, loss and targets."""

import random
import statistics
from typing import Any

import pytest

from dnndoctor.evidence.contract import heads, share_outside
from tests.evidence_samples import array, facts, output, target


def moments(values: list[float]) -> dict[str, Any]:
    """Range and moments of a list of numbers, the plain way."""
    return {"minimum": min(values), "maximum": max(values), "mean": statistics.fmean(values), "std": statistics.pstdev(values)}


@pytest.mark.parametrize("seed", range(20))
def test_share_outside_never_exceeds_the_true_share(seed: int) -> None:
    """The bound from the moments stays below the counted share, for many shapes of data and intervals."""
    draw = random.Random(seed)
    values = [draw.choice((1.0, 1.0, 20.0)) * draw.gauss(draw.uniform(-2, 2), 1) for _ in range(draw.choice((5, 50, 500)))]
    low = draw.uniform(-3, 1)
    high = low + draw.expovariate(0.5)
    counted = sum(not low <= value <= high for value in values) / len(values)

    assert 0.0 <= share_outside(array(**moments(values)), low, high) <= counted + 1e-12


def test_share_outside_is_exact_at_its_ends() -> None:
    """All values beyond the interval give 1, all inside give 0, and text gives 0."""
    assert share_outside(array(minimum=20.0, maximum=90.0, mean=50.0, std=10.0), 0.0, 1.0) == 1.0
    assert share_outside(array(minimum=0.0, maximum=1.0, mean=0.5, std=0.2), 0.0, 1.0) == 0.0
    assert share_outside(array(minimum=float("nan")), 0.0, 1.0) == 0.0


def test_centred_targets_prove_a_share_below_zero() -> None:
    """Values around zero prove that some lie below it, from their moments alone."""
    assert share_outside(array(minimum=-3.3, maximum=3.3, mean=0.0, std=1.0), 0.0, float("inf")) > 0.04


def test_heads_find_their_targets_by_name() -> None:
    """Each output gets the targets of its name, in the model's order, and knows that there are several."""
    first, second = heads(facts([output(name="a"), output(name="b")], [target("binary", output="b"), target(output="a")]))

    assert first.encoding == "class_ids"
    assert second.encoding == "binary"
    assert first.name == "The output a"


def test_head_without_targets_or_layer() -> None:
    """An output without targets or a known layer has neither encoding nor place, and one number each is one unit."""
    (head,) = heads(facts([output(None, layer=None, shape=())], []))

    assert (head.encoding, head.layer, head.place, head.units, head.name) == ("unknown", None, None, 1, "The output")
