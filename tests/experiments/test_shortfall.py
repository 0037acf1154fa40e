"""How far runs must stay behind others to be called sick for it."""

import pytest

from dnndoctor.experiments.shortfall import falls_short


@pytest.mark.parametrize(
    ("own", "other", "short"),
    [
        ((0.1, 0.2, 0.15), (0.5, 0.6, 0.2), True),
        ((0.88, 0.89, 0.88), (0.95, 0.96, 0.95), True),
        ((0.88, 0.89, 0.96), (0.95, 0.96, 0.95), False),
        ((0.5, 0.5, 0.5), (0.62, 0.62, 0.62), False),
        ((0.97, 0.97, 0.97), (0.995, 0.995, 0.995), False),
    ],
    ids=["plainly", "most of the little that is left", "one run gets there", "little of much that is left", "hardly anything"],
)
def test_what_is_missing(own: tuple[float, ...], other: tuple[float, ...], short: bool) -> None:
    """A quarter of everything is a shortfall anywhere; less is one where it is most of what is left, on every seed."""
    assert falls_short(own, other) is short


def test_of_a_loss_only_a_plain_shortfall_tells() -> None:
    """The last of a loss goes by overfitting."""
    assert not falls_short((0.88, 0.88), (0.96, 0.96), in_skill=False)
    assert falls_short((0.6, 0.6), (0.9, 0.9), in_skill=False)
