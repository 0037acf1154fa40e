"""What becomes of a recipe without clipping, as statements for the rules that read it."""

import math
import statistics

from dnndoctor.experiments.clipping_off import ClippingOff, Exactness, GradientClip
from dnndoctor.experiments.race import Entry, Race
from dnndoctor.experiments.shortfall import SHORTFALL
from dnndoctor.finding import Statement


def hides(race: Race) -> Entry | None:
    """The recipe without clipping at its own rate, where that explodes or falls far behind, so that clipping hides something."""
    off = race.entries[0]
    if any(edit.name == "learning_rate" for edit in off.variant.edits):
        return None  # the runs at its own rate did not come to their end
    behind = statistics.fmean(race.own) - off.mean
    # A recipe that explodes as often with clipping has nothing hidden by it.
    return off if behind >= SHORTFALL or (off.exploded and behind > 0) else None


def hidden(race: Race, off: Entry) -> Statement:
    """What clipping hides, in a sentence."""
    runs = len(off.reached)
    what = (
        f"becomes NaN or infinite on {off.exploded} of {runs} seeds"
        if off.exploded
        else f"stays at {race.measure} {off.mean:.2f} instead of {statistics.fmean(race.own):.2f}"
    )
    others = "; ".join(f"{entry.variant.name}: {entry.mean:.2f}" for entry in race.entries if entry is not off)
    return Statement(
        f"{off.variant.name} the user's recipe {what}" + (f"; {others}" if others else ""),
        ClippingOff.name,
        {"exploded": float(off.exploded), "own": statistics.fmean(race.own), "off": off.mean},
        off.trials,
    )


def share(clip: GradientClip) -> str:
    """In how many of the steps the gradient is clipped ("about 40%"); a lower bound of nothing tells nothing."""
    if clip.exactness is Exactness.AT_LEAST and not clip.bites:
        return "an unknown share"
    exactly = "" if clip.exactness is Exactness.EXACT else f"{clip.exactness.value} "
    return f"{exactly}{clip.bites:.0%}"


def biting(clip: GradientClip) -> Statement:
    """How often and how much gradient clipping cuts off, in a sentence."""
    left = f", to {clip.kept:.2g} of its norm in the median" if clip.kept is not None and clip.kept < 1 else ""
    moved = f", median update {clip.update_ratio:.2g} of the weights" if math.isfinite(clip.update_ratio) else ""
    return Statement(
        f"{clip.setting}={clip.limit:g} cuts {share(clip)} of {clip.steps:,} gradients{left}: "
        f"median norm before {clip.norm:.3g}{moved}",
        ClippingOff.name,
        {
            "limit": clip.limit,
            "bites": clip.bites,
            "norm": clip.norm,
            "update_ratio": clip.update_ratio,
        }
        | ({} if clip.kept is None else {"kept": clip.kept}),
        clip.trials,
    )
