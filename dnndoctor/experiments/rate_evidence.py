"""What the sweep shows of a rate, as statements and remedies for the rules that read it."""

import statistics
from collections.abc import Sequence

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.rate_response import Comparison, RateResponse
from dnndoctor.finding import Remedy, Statement, Where


def confirmed(comparisons: Sequence[Comparison], tolerance: float) -> bool:
    """Whether the other rate is better than the user's own beyond noise, over every horizon, and worse on no fresh seed."""
    return bool(comparisons) and all(
        comparison.gain > tolerance
        and all(other >= own - tolerance for own, other in zip(comparison.own, comparison.other, strict=True))
        for comparison in comparisons
    )


def where(facts: Facts) -> tuple[Where, ...]:
    """Where the user wrote the rate down; empty where that was not seen."""
    return tuple(Where(place=optimizer.place) for optimizer in facts.recipe.optimizers[:1] if optimizer.place is not None)


def against_own(comparison: Comparison, response: RateResponse) -> Statement:
    """One comparison in a sentence, with its numbers and trials."""
    own, other = statistics.fmean(comparison.own), statistics.fmean(comparison.other)
    rate = response.user_rate * comparison.factor
    return Statement(
        f"learning rate x{comparison.factor:g} ({rate:.3g}): {comparison.measure} {own:.2f} -> {other:.2f} after "
        f"{comparison.steps:,} steps, better on {comparison.wins} of {len(comparison.seeds)} fresh seeds",
        LearningRateSweep.name,
        {
            "factor": comparison.factor,
            "steps": float(comparison.steps),
            "own": own,
            "other": other,
            "own_by_seed": comparison.own,
            "other_by_seed": comparison.other,
        },
        comparison.trials,
    )


def interval(response: RateResponse) -> Statement:
    """The usable interval, the user's place and the edge of instability."""
    low, high = response.usable
    tested = response.points[-1].factor
    edge = f"unstable from x{response.edge:g} on" if response.edge is not None else f"stable up to x{tested:g}"
    return Statement(
        f"usable rates are x{low:g} to x{high:g} of the user's own {response.user_rate:.3g} "
        f"({response.steps:,} steps each), {edge}",
        LearningRateSweep.name,
        {
            "factors": tuple(point.factor for point in response.points),
            "progress": tuple(point.progress for point in response.points),
            "usable_low": low,
            "usable_high": high,
            "user_rate": response.user_rate,
        },
        tuple(trial for point in response.points for trial in point.trials),
    )


def remedy(response: RateResponse, comparisons: Sequence[Comparison], facts: Facts, *, verified: bool) -> Remedy:
    """The recommended rate as a remedy, with the longest comparison's effect.

    Args:
        response: What the sweep saw; its recommended factor is not 1.
        comparisons: Of that factor with the user's own; may be empty.
        facts: Of the subject.
        verified: Whether the comparisons show that it works.
    """
    edit = Edit("learning_rate", {"factor": response.recommended})
    kind = edit_kind(edit.name)
    sentence = kind.sentence(edit, facts)
    longest = max(comparisons, key=lambda comparison: comparison.steps, default=None)
    low, high = response.usable
    return Remedy(
        sentence[0].upper() + sentence[1:],
        (edit,),
        kind.patch(edit, facts),
        verified,
        statistics.fmean(longest.own) if longest is not None else None,
        statistics.fmean(longest.other) if longest is not None else None,
        against_own(longest, response).text if longest is not None else "",
        longest.seeds if longest is not None else (),
        f"anything from {response.user_rate * low:.3g} to {response.user_rate * high:.3g} works as well" if low < high else "",
    )
