"""Durations and sizes as people write them."""

import pytest

from dnndoctor.config.quantities import seconds, size_in_bytes


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3m", 180),
        ("90s", 90),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        ("0.5h", 1800),
        ("2M", 120),
        (" 3m ", 180),
        (120, 120),
        (0.5, 0.5),
        ("120", 120),
    ],
)
def test_durations(written: str | float, value: float) -> None:
    """Hours, minutes and seconds, alone or together; a plain number is seconds."""
    assert seconds(written) == value


@pytest.mark.parametrize("written", ["", "m", "3 parsecs", "30m1h", "-3m", "1e3s", "3m3", True, "inf"])
def test_no_durations(written: str | float) -> None:
    """Other texts are refused with what to write."""
    with pytest.raises(ValueError, match="`90s`, `3m` or `1h30m`"):
        seconds(written)


@pytest.mark.parametrize("written", [0, -1, "0s", float("inf"), float("nan"), 10**400])
def test_durations_are_positive(written: str | float) -> None:
    """Zero, negative and infinite times are refused."""
    with pytest.raises(ValueError, match="more than zero"):
        seconds(written)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("6GiB", 6 * 2**30),
        ("512MB", 512 * 10**6),
        ("1.5 KiB", 1536),
        ("1TB", 10**12),
        ("7B", 7),
        ("64mib", 2**26),
        (4096, 4096),
        (4096.0, 4096),
        ("100", 100),
    ],
)
def test_sizes(written: str | float, value: int) -> None:
    """Powers of 1000 and of 1024; a plain number is bytes."""
    assert size_in_bytes(written) == value


@pytest.mark.parametrize("written", ["", "6G", "GiB", "6 apples", "-1GB", "1e3", True, 1.5])
def test_no_sizes(written: str | float) -> None:
    """Other texts are refused with what to write."""
    with pytest.raises(ValueError, match="`512MB` or `6GiB`"):
        size_in_bytes(written)


@pytest.mark.parametrize("written", [0, -5, "0GB"])
def test_sizes_are_positive(written: str | float) -> None:
    """Nothing fits into zero bytes."""
    with pytest.raises(ValueError, match="at least one byte"):
        size_in_bytes(written)
