"""What other courses of the learning rate show, for the rules that read them."""

from dnndoctor.evidence.facts import CallbackFacts, Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.other_schedules import OtherSchedules, Schedules
from dnndoctor.experiments.race import Duel
from dnndoctor.finding import Statement

EARLY_TENTH, EARLY_HUNDREDTH = 0.5, 0.75
"""Share of the course before which a rate that stays at or below a tenth, or a hundredth, of its largest has fallen early. A
cosine over the whole course is there at 80 % and 94 % of it, a straight line at 90 % and 99 %, an exponential decay to a
hundredth at 50 % and 100 %, steps by ten as of He et al. (2016, section 4.2) at 50 % and 75 %."""

RISING = ("acc", "auc", "precision", "recall", "f1", "iou", "dice", "r2_score", "top_k")
FALLING = ("loss", "error", "mse", "mae", "rmse", "crossentropy")
"""What metrics are called that are better the higher, and the lower."""


def falls_early(schedules: Schedules) -> bool:
    """Whether the rate falls to a tenth or a hundredth so soon that a good part of the course is left without it."""
    tenth, hundredth = schedules.tenth, schedules.hundredth
    return (tenth is not None and tenth < EARLY_TENTH) or (hundredth is not None and hundredth < EARLY_HUNDREDTH)


def starving(evidence: Evidence) -> Duel | None:
    """The duel that the user's schedule lost to a rate that does not fall so soon; None where it did not, or does not fall early.

    It is in the race as it is, not compressed.

    Args:
        evidence: Of all rungs so far.
    """
    schedules = evidence.of(OtherSchedules)
    if schedules is None or not schedules.names or not schedules.decisive or not falls_early(schedules):
        return None
    return schedules.race.won


def fall(schedules: Schedules) -> str:
    """When the rate falls, as the end of a sentence ("to a tenth at 12 % of the course, to a hundredth at 25 %")."""
    parts = [("a tenth", schedules.tenth), ("a hundredth", schedules.hundredth)]
    told = [f"to {name} at {share:.0%}" for name, share in parts if share is not None]
    return f"{', '.join(told)} of the course" if told else "to no less than a tenth within the course"


def lowers(schedules: Schedules) -> str:
    """What lowers the rate, with its verb ("ExponentialDecay lowers")."""
    return f"{' and '.join(schedules.names)} lower{'s' * (len(schedules.names) == 1)}"


def rates(schedules: Schedules) -> Statement:
    """The rate over the course in a sentence, with its numbers."""
    most = max(schedules.cuts, default=0)
    least = min(schedules.cuts, default=0)
    cut = f"; {most if least == most else f'{least} to {most}'} {'cut' if most == 1 else 'cuts'} in a run" if most else ""
    values: dict[str, float | str | tuple[float, ...]] = {"rates": schedules.rates.rates} if schedules.rates.rates else {}
    shares = {"tenth": schedules.tenth, "hundredth": schedules.hundredth}
    values |= {name: share for name, share in shares.items() if share is not None}
    return Statement(f"{lowers(schedules)} the rate {fall(schedules)}{cut}", OtherSchedules.name, values)


def plateau_callbacks(facts: Facts) -> tuple[CallbackFacts, ...]:
    """The callbacks that cut the rate when a metric stalls."""
    return tuple(callback for callback in facts.recipe.callbacks if callback.kind == "ReduceLROnPlateau" and callback.takes_part)


def right_mode(callback: CallbackFacts) -> str:
    """The mode that fits what a callback monitors, where it is set to the other one; else empty.

    Keras' own "auto" asks the metric for its direction, and is right.

    Args:
        callback: That monitors a metric.
    """
    monitor, mode = str(callback.settings.get("monitor", "")).lower(), callback.settings.get("mode")
    falling, rising = any(name in monitor for name in FALLING), any(name in monitor for name in RISING)
    if falling == rising:  # neither, or a name that could be both
        return ""
    right = "min" if falling else "max"
    return right if mode in ("min", "max") and mode != right else ""
