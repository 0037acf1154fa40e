"""Whether inputs are of a size that the usual initializers are made for."""

import math

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import ID_CONSUMERS, first_weighted

PLAIN = 5.0
"""Root mean square up to which, with even features, the scale is ruled out as a cause: the curvature is 25 times that of
standardised inputs at most, less than the default rates leave room for."""

TINY = 0.02
"""Largest magnitude of inputs that were shrunk, for example divided by 255 twice (1/255 = 0.004)."""

OFFSET = 10.0
"""Mean over spread from which the differences between rows are a tenth, or less, of what all rows share."""

LONG_TAIL = 5.0
"""Distance of the farthest value from the mean, in standard deviations, from which a linear scaling leaves most values next to
each other. A normal sample reaches it with one in 1.7 million values; log-uniform values over eight decades lie at 6."""


def is_of_order_one(array: ArrayFacts) -> bool:
    """Whether an array is of order one, and no feature dwarfs the others."""
    rms = math.hypot(array.mean, array.std)
    even = math.isnan(array.feature_std_minimum) or array.feature_std_maximum <= OFFSET * array.feature_std_minimum
    return TINY < rms <= PLAIN and even


def is_long_tailed(array: ArrayFacts) -> bool:
    """Whether a few values lie so far out that standardising leaves the others indistinguishable."""
    return array.std > 0 and max(array.maximum - array.mean, array.mean - array.minimum) > LONG_TAIL * array.std


def spans_orders(array: ArrayFacts) -> bool:
    """Whether the middle nine tenths of the magnitudes span three orders; of normal and uniform values it is one and a half."""
    low, high = array.magnitude(0.05), array.magnitude(0.95)
    return low > 0 and high >= 1000 * low


def scalable(facts: Facts) -> tuple[ArrayFacts, ...]:
    """The inputs that are numbers of another order than one and reach the model's first weights without being scaled.

    Args:
        facts: Of the subject.

    Returns:
        Empty, too, where ids are looked up, whose size means nothing.
    """
    first = first_weighted(facts)
    before = facts.layers[: first + 1] if first is not None else facts.layers
    if any(layer.kind in ID_CONSUMERS or layer.kind in ("Normalization", "Rescaling") for layer in before):
        return ()
    return tuple(
        array for array in facts.data.inputs if math.isfinite(array.std) and array.std > 0 and not is_of_order_one(array)
    )
