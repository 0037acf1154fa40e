"""Numbers as people read them: durations, and quantities of any magnitude in few characters."""

import math


def duration(seconds: float) -> str:
    """A duration in at most two units ("0.4 s", "12 s", "3 min 5 s", "2 h 10 min").

    Args:
        seconds: Not negative.
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def quantity(value: float) -> str:
    """A number to three significant digits, in scientific notation where it is very large or very small."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    if value == int(value) and abs(value) < 1e5:
        return str(int(value))
    return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
