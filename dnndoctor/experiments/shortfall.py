"""How far a run must stay behind what the same model reaches to be called sick for it."""

import statistics
from collections.abc import Sequence

SHORTFALL = 0.25
"""Skill that is plainly missing, wherever the run stands, and share of the loss: about a third of the smallest gain (0.7) of the
right rate on development cases whose rate is wrong."""

LEAST = 0.06
"""Skill below which nothing is missing. The least by which labelled cases fall behind their fixed variant is 0.08 of what a
constant leaves open, and a change that is tried gets back most of it."""

SHARE = 0.4
"""Of what the run leaves to learn, what must be missing where it is less than `SHORTFALL`: healthy models at 0.5 gain 0.1 by
many a change, and one that makes two errors of ten where three would be made does not call the three a fault."""


def falls_short(own: Sequence[float], other: Sequence[float], *, in_skill: bool = True) -> bool:
    """Whether runs stay far behind others, on average; where little is missing, no run may reach what any of the others does.

    Args:
        own: What the user's own runs reach, by seed.
        other: The same of what they are held against.
        in_skill: Whether both are skills; of a loss, whose floor is seldom known, only `SHORTFALL` tells.
    """
    reached = statistics.fmean(own)
    gain = statistics.fmean(other) - reached
    if gain >= SHORTFALL:
        return True
    return in_skill and gain >= max(LEAST, SHARE * (1 - reached)) and min(other) > max(own)
