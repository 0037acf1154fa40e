"""A reshape inside the model where a transpose was meant."""

from collections.abc import Iterable

from dnndoctor.edits.permute_for_reshape import permute_for_reshape
from dnndoctor.evidence.seen.layout import ReshapeSeen
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.experiments.layout_evidence import SURE, sizes
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

ROUGHER = 1.4
"""Roughness behind the reshape, as a multiple of that behind the transpose: the inverse of what is asked of data."""

LESS_ALIKE = 0.1
"""Share of the variance by which neighbours over all axes become less alike. Chosen; the score sees to the noise."""


class ReshapeForTranspose(Rule):
    """A reshape in the model has the sizes of a transpose, and puts values together that do not belong together.

    What was looked at:
        Every reshape in the forward pass, in layers, lambdas and custom calls: whether its sizes are those of the same axes in
        another order, which only a transpose can give. What reads it. And on your own rows, through the untrained model, how
        unlike neighbours are before it, behind it, and behind the transpose.

    Why it matters:
        `Reshape` keeps the values in memory's order and only counts them anew. Of a picture of 32 x 32 with 3 colours,
        `Reshape((3, 32, 32))` makes three strips in which the colours alternate, not three colour planes. What comes behind it
        treats values as neighbours, or as one feature, that are not.

    What to do:
        `keras.layers.Permute`, or `keras.ops.transpose` where the rows' axis is concerned; then reshape, if axes are merged.

    When it is not a fault:
        Reshapes that keep the axes' order: flattening, adding or dropping axes of size one, patches, pixel shuffles, splitting
        and merging heads, folding time into the rows. These are told apart by their sizes. Framing that happens to have the
        sizes of a transpose is not, so that this is a note unless neighbours are seen to become rougher.

    References:
        Keras API, Reshape and Permute. NumPy manual, numpy.reshape and numpy.transpose.
    """

    code = "DD141"
    name = "reshape-for-transpose"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("D7",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        for reshape in layout.seen.reshapes:
            yield self._finding(evidence, layout, reshape)

    def _finding(self, evidence: Evidence, layout: Layout, reshape: ReshapeSeen) -> Finding:
        severity, confidence = _weight(reshape)
        layers = [layer for path in (reshape.layer, reshape.reader) if (layer := evidence.facts.layer(path)) is not None]
        before = f"in front of {reshape.reader}" if reshape.reader else "in the model"
        named = reshape.layer or f"A reshape {before}"
        rows = " and takes the rows along" if reshape.moves_rows else ""
        verdict = "has the sizes of a transpose" if severity is Severity.NOTE else "should be a transpose"
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            f"{named} makes {sizes(reshape.made[1:])} of {sizes(reshape.given[1:])}{rows}, which {verdict}",
            severity,
            confidence,
            tuple(Where(layer.path, layer.place) for layer in layers),
            tuple(_statements(reshape, layout)),
            (Remedy("Transpose instead of reshaping", _edits(reshape), _patch(reshape)),),
        )


def _rougher_for_reader(reshape: ReshapeSeen) -> bool:
    if reshape.after is None or reshape.meant is None:
        return False
    after, meant = reshape.after.over(reshape.spatial), reshape.meant.over(reshape.spatial)
    return after >= ROUGHER * meant and meant <= 1 / ROUGHER and reshape.score >= SURE


def _less_alike(reshape: ReshapeSeen) -> bool:
    if reshape.after is None or reshape.before is None:
        return False
    return reshape.after.over() - reshape.before.over() >= LESS_ALIKE and reshape.score_all >= SURE


def _weight(reshape: ReshapeSeen) -> tuple[Severity, float]:
    """Severity and confidence: exact sizes are a sign, and rougher neighbours on real rows what makes sure of it."""
    if _rougher_for_reader(reshape) or reshape.moves_rows:
        return Severity.ERROR, 0.9
    if _less_alike(reshape):
        return Severity.WARNING, 0.7
    return Severity.NOTE, 0.3


def _statements(reshape: ReshapeSeen, layout: Layout) -> Iterable[Statement]:
    what = "splits and reorders" if reshape.splits else "has the sizes of"
    side = reshape.made if reshape.splits else reshape.given
    order = tuple(side[axis] for axis in reshape.order)
    text = (
        f"the reshape from {reshape.given} to {reshape.made} (rows first) {what} {order}, but keeps the values in memory's order"
    )
    reader = reshape.reader_kind or "what follows"
    if reshape.before is not None and reshape.after is not None and reshape.meant is not None:
        after, meant = reshape.after.over(reshape.spatial), reshape.meant.over(reshape.spatial)
        measured = (
            f"neighbours along the axes that {reader} moves along differ by {after:.2f} of the variance behind it, by "
            f"{meant:.2f} behind the transpose; over all axes by {reshape.before.over():.2f} before, "
            f"{reshape.after.over():.2f} behind it ({reshape.rows} rows)"
        )
        values = {"after": after, "meant": meant, "score": reshape.score}
        yield Statement(measured, LayoutExperiment.name, values, layout.trials)
    if reshape.footprint:
        text += f"; {reshape.patch} positions next to each other end up at {reshape.footprint}"
    yield Statement(text, LayoutExperiment.name, {}, layout.trials)


def _edits(reshape: ReshapeSeen) -> tuple[Edit, ...]:
    """What permutes in the layer; empty where the reshape is no layer's, or takes the rows along."""
    order = reshape.order
    if reshape.layer is None or reshape.kind != "Reshape" or order[0] != 0:
        return ()
    axes = tuple(order.index(axis) for axis in range(len(order))) if reshape.splits else order
    return (permute_for_reshape(reshape.layer, axes[1:]),)


def _patch(reshape: ReshapeSeen) -> str:
    order = reshape.order
    if reshape.splits:
        stored = tuple(reshape.made[axis] for axis in order)
        back = tuple(order.index(axis) for axis in range(len(order)))
        if order[0] != 0:
            return f"x = keras.ops.transpose(keras.ops.reshape(x, (-1, {_list(stored[1:])})), {back})"
        return f"keras.layers.Reshape({stored[1:]}),\nkeras.layers.Permute({back[1:]}),"
    if order[0] != 0:
        return f"x = keras.ops.transpose(x, {order})"
    permuted = tuple(reshape.given[axis] for axis in order)
    patch = f"keras.layers.Permute({order[1:]}),"
    return patch if permuted == reshape.made else f"{patch}\nkeras.layers.Reshape({reshape.made[1:]}),"


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
