"""Data that was reshaped where it should have been transposed."""

from collections.abc import Iterable

from dnndoctor.edits.transpose_inputs import transpose_inputs
from dnndoctor.evidence.seen.layout import ArraySeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import LayoutExperiment
from dnndoctor.experiments.layout_evidence import Scramble, scramble, sizes, transposition, undone
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Where
from dnndoctor.rules import Rule


class ScrambledData(Rule):
    """The data was brought into its shape by a reshape where a transpose was needed, so that neighbours are no neighbours.

    What was looked at:
        Inputs as the first layer with weights reads them, and targets that are pictures. How unlike values next to each other
        are, as the array is given and as it would be if its values had lain in memory with the axes in another order; and in
        padded sequences, whether the zeros come together at the ends of the sequences.

    Why it matters:
        `reshape` keeps the values in memory's order and only counts them anew: (5, 20) reshaped to (20, 5) has the right
        shape, and in every step five values of one feature instead of one value of five. A convolution or a recurrent layer
        then looks at neighbours that are none. Nothing fails; the model learns badly or not at all.

    What to do:
        Use `transpose` (or `np.moveaxis`, `.T`, `swapaxes`) where the axes change places. Plot one row before and after.

    When it is not a fault:
        Data without neighbourhoods: nothing is said where both layouts are as rough. Series with a period of exactly the other
        layout's line, which is why lines must also be seen to end where that layout's lines end.

    References:
        G. Matheron, "Principles of geostatistics" (1963), for the semivariogram. NumPy manual, numpy.reshape and numpy.transpose.
    """

    code = "DD030"
    name = "scrambled-data"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("D7", "data: layout")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        for array in layout.seen.arrays:
            found = scramble(array, layout) if array.reshaped is None else None
            if found is not None:
                yield self._finding(evidence, array, found)

    def _finding(self, evidence: Evidence, array: ArraySeen, found: Scramble) -> Finding:
        shapes = f"{sizes(found.other.sizes)} to {sizes(array.shape)}"
        reader = evidence.facts.layer(array.reader)
        places = [Where(None, evidence.facts.data.place)] if evidence.facts.data.place is not None else []
        places += [Where(reader.path, reader.place)] if reader is not None else []
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            f"{array.name} was reshaped from {shapes} where it should have been transposed",
            Severity.ERROR if found.decisive else Severity.WARNING,
            found.confidence,
            tuple(places),
            found.statements,
            (
                Remedy(
                    "Transpose instead of reshaping; what was reshaped is put in order by this line",
                    () if array.name.startswith("y") else (transpose_inputs(*transposition(array, found.other)),),
                    patch=undone(array.name, array, found.other),
                    note="the same for validation and test data",
                ),
            ),
        )
