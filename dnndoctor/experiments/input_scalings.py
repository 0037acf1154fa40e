"""Which ways of scaling the inputs enter a race: standardised as they are, squashed first, or their logarithm."""

import math
from dataclasses import dataclass

from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.input_scale import is_long_tailed, scalable
from dnndoctor.evidence.trial import Edit

SQUASHED_DECADES = (1, 2)
"""Where the tanh that is tried bends, in decades below the largest value: far enough down that it is no straight line, and not so
far that most values are 1. Over many decades no single bend is good, so the logarithm races along."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """One way of scaling the inputs.

    Attributes:
        name: In a few words.
        edits: That do it, in order.
    """

    name: str
    edits: tuple[Edit, ...]


def unscaled(facts: Facts) -> tuple[ArrayFacts, ...]:
    """The inputs whose size is out of scale and that an edit can scale."""
    editable = scalable_inputs(facts)
    return tuple(array for array in scalable(facts) if array in editable)


def scalings(facts: Facts) -> tuple[Scaling, ...]:
    """The ways of scaling that are worth a trial, the simplest first; empty where the inputs need none.

    Args:
        facts: Of the subject.
    """
    arrays = unscaled(facts)
    if not arrays:
        return ()
    standardised = Edit("standardize_inputs")
    found = [Scaling("standardised", (standardised,))]
    if any(map(is_long_tailed, arrays)):
        found.append(Scaling("log, standardised", (Edit("log_inputs"), standardised)))
        top = max(max(abs(array.minimum), abs(array.maximum)) for array in arrays)
        for decades in SQUASHED_DECADES:
            bend = 10.0 ** (math.floor(math.log10(top)) - decades)
            squash = Edit("squash_inputs", {"scale": bend})
            found.append(Scaling(f"tanh(x / {bend:g}), standardised", (squash, standardised)))
    return tuple(found)
