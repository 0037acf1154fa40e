"""Which ways of scaling the inputs enter a race: linear ones, and those that bend orders of magnitude into even steps."""

from dataclasses import dataclass

from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.input_scale import is_long_tailed, scalable, spans_orders
from dnndoctor.evidence.trial import Edit

BENDS = (0.6, 0.75, 0.9)
"""Quantiles of the magnitudes where the tanh that is tried bends. Of values evenly over eight decades the first saturates 36 %
and the last leaves 75 % below 0.01: no single bend is good there, so the logarithm and the ranks race along."""

SATURATED = 2.0
"""Multiples of its scale from which a tanh is within 4 % of its end, and tells values no longer apart."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """One way of scaling the inputs.

    Attributes:
        name: In a few words.
        edits: That do it, in order.
        saturated: Of a squash, the share of values beyond `SATURATED` times its scale, to a twentieth; None of other ways.
    """

    name: str
    edits: tuple[Edit, ...]
    saturated: float | None = None


def unscaled(facts: Facts) -> tuple[ArrayFacts, ...]:
    """The inputs whose size is out of scale and that an edit can scale."""
    editable = scalable_inputs(facts)
    return tuple(array for array in scalable(facts) if array in editable)


def scalings(facts: Facts) -> tuple[Scaling, ...]:
    """The ways of scaling that are worth a trial, the simplest first; empty where the inputs need none.

    Of inputs of one order of magnitude only linear ways are: a bend takes from them what they tell. Over several orders no
    linear way leaves more than the largest values apart, and one stands for all.

    Args:
        facts: Of the subject.
    """
    arrays = unscaled(facts)
    if not arrays:
        return ()
    standardised = Edit("standardize_inputs")
    found = [Scaling("standardised", (standardised,))]
    wide = [array for array in arrays if is_long_tailed(array) or spans_orders(array)]
    if not wide:
        return (*found, Scaling("from 0 to 1", (Edit("min_max_inputs"),)))
    found.append(Scaling("log, standardised", (Edit("log_inputs"), standardised)))
    found += _squashed(max(wide, key=lambda array: max(abs(array.minimum), abs(array.maximum))), standardised)
    found.append(Scaling("by rank", (Edit("quantile_inputs"),)))  # normal scores are standardised as they are
    return tuple(found)


def _squashed(array: ArrayFacts, standardised: Edit) -> list[Scaling]:
    """Bends of tanh at quantiles of one array, to one digit, the hardest last."""
    bends = dict.fromkeys(float(f"{array.magnitude(share):.0e}") for share in reversed(BENDS) if array.magnitudes)
    return [
        Scaling(
            f"tanh(x / {bend:g}), standardised",
            (Edit("squash_inputs", {"scale": bend}), standardised),
            array.share_above(SATURATED * bend),
        )
        for bend in bends
        if bend > 0
    ]
