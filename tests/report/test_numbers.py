import math

import pytest

from dnndoctor.report.numbers import duration, quantity


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (71.8, "1 min 12 s"),
        (3599.9, "1 h"),
        (7830.0, "2 h 10 min"),
    ],
)
def test_duration(seconds: float, shown: str) -> None:
    """A duration has at most two units and never sixty of one."""
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (10.0, "10"),
        (99999.0, "99999"),
        (1e5, "1e5"),
        (0.0003, "0.0003"),
        (2.5e-7, "2.5e-7"),
        (1.23456, "1.23"),
        (1.5e300, "1.5e300"),
        (math.nan, "NaN"),
        (math.inf, "infinite"),
        (-math.inf, "-infinite"),
    ],
)
def test_quantity(value: float, shown: str) -> None:
    """A number takes few characters at any magnitude."""
    assert quantity(value) == shown
