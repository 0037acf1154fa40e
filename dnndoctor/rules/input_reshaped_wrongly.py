"""Inputs that the model brings into a shape that their values do not lie in."""

from collections.abc import Iterable

from dnndoctor.edits.permute_for_reshape import permute_for_reshape
from dnndoctor.evidence.seen.layout import ArraySeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import LayoutExperiment
from dnndoctor.experiments.layout_evidence import Scramble, full_order, scramble, sizes
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Where
from dnndoctor.rules import Rule


class InputReshapedWrongly(Rule):
    """A reshape in the model gives flat inputs axes in another order than their values lie in.

    What was looked at:
        Inputs as the first layer with weights reads them, behind the model's own reshapes. How unlike values next to each other
        are in that shape, and in the shapes with the same sizes in another order.

    Why it matters:
        3,072 numbers that hold three colour planes of 32 x 32, one after the other, make no picture as `Reshape((32, 32, 3))`:
        that takes the first three pixels of a line for the three colours of one. What a convolution then looks at are no
        neighbours.

    What to do:
        Reshape to the sizes in the order in which the values lie, then `Permute` the axes into the next layer's order.

    When it is not a fault:
        Values without neighbourhoods: nothing is said where both shapes are as rough.

    References:
        G. Matheron, "Principles of geostatistics" (1963), for the semivariogram. Keras API, Reshape and Permute.
    """

    code = "DD142"
    name = "input-reshaped-wrongly"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("D7",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        named = {(reshape.layer or "", reshape.reader) for reshape in layout.seen.reshapes}
        for array in layout.seen.arrays:
            if array.reshaped is None or (array.reshaped, array.reader) in named:
                continue  # as the user's data has it; or a transpose that is named by itself
            found = scramble(array, layout)
            if found is not None:
                yield self._finding(evidence, array, found)

    def _finding(self, evidence: Evidence, array: ArraySeen, found: Scramble) -> Finding:
        layers = [layer for path in (array.reshaped, array.reader) if (layer := evidence.facts.layer(path)) is not None]
        order = full_order(found.other.order, len(array.shape))
        stored = tuple(array.shape[axis] for axis in order)
        permuted = tuple(order.index(axis) + 1 for axis in range(len(order)))
        who = array.reshaped or "A reshape in the model"
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            f"{who} makes {sizes(array.shape)} of {array.name}, whose values lie as {sizes(found.other.sizes)}",
            Severity.ERROR if found.decisive else Severity.WARNING,
            found.confidence,
            tuple(Where(layer.path, layer.place) for layer in layers),
            found.statements,
            (
                Remedy(
                    "Reshape in the order in which the values lie, then permute",
                    tuple(permute_for_reshape(layer.path, permuted) for layer in layers[:1] if layer.kind == "Reshape"),
                    patch=f"keras.layers.Reshape({stored}),\nkeras.layers.Permute({permuted}),",
                ),
            ),
        )
