"""What layouts show, in words and code, for the rules that judge them."""

from collections.abc import Sequence
from dataclasses import dataclass

from dnndoctor.evidence.seen.layout import ArraySeen, OtherLayout
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.finding import Statement

SMOOTHER = 0.7
"""Share of the roughness that the right layout may have. Measured on made-up faults: colour pictures with channels first
0.48, sines of two to five sensors 0.05 to 0.32. Intact data can be below, too (prices that hardly differ 0.25, a daily course
0.56, grey pictures in three equal channels 0.67): that is what the further conditions are for."""

SURE = 5.0
"""Standard errors. Rows may overlap (windows of a series), which makes errors look smaller than they are."""

_EACH = 0.85
"""The same along each axis by itself. Chosen: the fault above gives 0.45 and 0.52, equal channels leave one axis at 1."""

_UNRELATED = 0.8
"""Roughness from which neighbours are as good as unrelated. Chosen; noise gives 1."""

_SEAM = 2.0
"""Roughness across the ends of lines, as a multiple of it elsewhere. Chosen: unrelated sensors gave 3 to 27, a daily one 1.2."""

_FEATURE_READERS = frozenset(
    {"AdditiveAttention", "Attention", "Dense", "EinsumDense", "GroupedQueryAttention", "MultiHeadAttention"}
)


@dataclass(frozen=True, slots=True)
class Scramble:
    """Why an array is taken to have been reshaped where it should have been transposed.

    Attributes:
        other: The layout that its values really have.
        confidence: That a reshape is what is wrong.
        decisive: Whether it shows in the very neighbours that the model reads.
        statements: The measurements, the most telling first.
    """

    other: OtherLayout
    confidence: float
    decisive: bool
    statements: tuple[Statement, ...]


def scramble(array: ArraySeen, layout: Layout) -> Scramble | None:
    """Tells whether an array's values lie in another order than its shape says.

    Args:
        array: As it is read.
        layout: That it is part of.

    Returns:
        None where nothing speaks for it beyond noise.
    """
    other = array.other
    if other is None:
        return None
    by_feature = array.reader_kind in _FEATURE_READERS
    statements = []
    confidence = 0.0
    if _padding_in_order(array):
        statements.append(_padding_statement(array, layout))
        confidence = 0.95  # a pattern that chance does not make: every row's zeros come together at one end
    if _smoother(array, other):
        statements.append(_smoothness_statement(array, other, layout))
        confidence = max(confidence, 0.9)  # an estimate: what is left are odd periodic series
    elif not statements and _more_coherent(array, other):
        statements.append(_coherence_statement(array, other, layout))
        return Scramble(other, 0.65, False, tuple(statements))  # likeness of features alone, which has more explanations
    if not statements:
        return None
    return Scramble(other, confidence - 0.15 * by_feature, not by_feature, tuple(statements))


def undone(name: str, array: ArraySeen, other: OtherLayout) -> str:
    """The line of numpy that puts an array's values in order.

    Args:
        name: Of the array.
        array: As it is.
        other: The layout that its values really have.
    """
    sizes, axes = (", ".join(map(str, numbers)) for numbers in transposition(array, other))
    return f"{name} = {name}.reshape(-1, {sizes}).transpose(0, {axes})"


def transposition(array: ArraySeen, other: OtherLayout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of a row before a reshape, and which of its axes, counted from 1, should have become which.

    Args:
        array: As it is.
        other: The layout that its values really have.
    """
    order = full_order(other.order, len(array.shape))
    return tuple(array.shape[axis] for axis in order), tuple(order.index(axis) + 1 for axis in range(len(order)))


def full_order(order: Sequence[int], axes: int) -> tuple[int, ...]:
    """An order of some axes, with the others at the end.

    Args:
        order: Of the axes with more than one value.
        axes: How many there are.
    """
    return (*order, *(axis for axis in range(axes) if axis not in order))


def sizes(shape: Sequence[int]) -> str:
    """A shape in words.

    Args:
        shape: Of a row.
    """
    return " x ".join(str(size) for size in shape)


def _padding_in_order(array: ArraySeen) -> bool:
    zeros = array.padding
    return (
        zeros is not None and zeros.rows >= 5 and zeros.mixed >= 0.1 and zeros.mixed_other <= 0.02 and zeros.tails_other >= 0.95
    )


def _smoother(array: ArraySeen, other: OtherLayout) -> bool:
    given, moved = array.given.over(array.spatial), other.roughness.over(array.spatial)
    if not (moved <= SMOOTHER * given and moved <= _UNRELATED and other.score >= SURE):
        return False
    # Channels that are alike pass for columns that are; then another axis gets no smoother, and the channels get rough.
    each = all(
        other.roughness.over((axis,)) <= _EACH * array.given.over((axis,)) for axis in array.spatial if axis in array.given.axes
    )
    if not each and other.roughness.over() > SMOOTHER * array.given.over():
        return False
    # Along one axis alone, features that go together look like steps that do; but only real lines end where lines end.
    wide = sum(axis in array.given.axes for axis in array.spatial)
    return wide > 1 or (other.along <= _UNRELATED * given and other.across >= _SEAM * other.along)


def _more_coherent(array: ArraySeen, other: OtherLayout) -> bool:
    given, moved = array.given.over(), other.roughness.over()
    return given >= _UNRELATED and moved <= 0.75 * given and other.score_all >= SURE


def _padding_statement(array: ArraySeen, layout: Layout) -> Statement:
    zeros = array.padding
    assert zeros is not None
    assert array.other is not None
    text = (
        f"{zeros.mixed:.0%} of the steps of {array.name} with a zero hold other values, too; read as {sizes(array.other.sizes)} "
        f"and transposed, {zeros.mixed_other:.0%} do, and in {zeros.tails_other:.0%} of the {zeros.rows} padded rows the zeros "
        "are all at one end"
    )
    values = {"mixed": zeros.mixed, "mixed_other": zeros.mixed_other, "tails_other": zeros.tails_other}
    return Statement(text, LayoutExperiment.name, values, layout.trials)


def _smoothness_statement(array: ArraySeen, other: OtherLayout, layout: Layout) -> Statement:
    given, moved = array.given.over(array.spatial), other.roughness.over(array.spatial)
    along = "neighbours in it" if len(array.spatial) > 1 else "steps next to each other"
    text = (
        f"{along} differ by {given:.2f} of the variance as {array.name} is, by {moved:.2f} if it is read as "
        f"{sizes(other.sizes)} and transposed ({array.rows} rows; 1 is unrelated, 0 equal)"
    )
    return Statement(text, LayoutExperiment.name, {"given": given, "other": moved, "score": other.score}, layout.trials)


def _coherence_statement(array: ArraySeen, other: OtherLayout, layout: Layout) -> Statement:
    given, moved = array.given.over(), other.roughness.over()
    text = (
        f"values next to each other in {array.name} are as good as unrelated ({given:.2f} of the variance, over all axes); "
        f"read as {sizes(other.sizes)} and transposed they are not ({moved:.2f})"
    )
    return Statement(text, LayoutExperiment.name, {"given": given, "other": moved, "score": other.score_all}, layout.trials)
