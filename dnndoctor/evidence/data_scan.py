"""What a closer look at the sample found, put together."""

from dataclasses import dataclass

from dnndoctor.evidence.column_scan import BadCells, ColumnScan, TwoScales
from dnndoctor.evidence.row_scan import Alignment, Duplicates, OddLabels, Padding, TellingColumn, Vocabulary, WeightScan
from dnndoctor.evidence.split_scan import BatchMix, ClassSplit, InputSplit, Overlap


@dataclass(frozen=True, slots=True)
class DataScan:
    """All of it.

    Attributes:
        bad_cells: One for each array with values that are not finite.
        columns: One for each input whose columns were looked at.
        two_scales: By name of the input, as pairs.
        batches: One for each output with a class a row, where there are batches to look at.
        classes: One for each output with a class a row, where there are validation rows.
        duplicates: None where inputs are not comparable.
        overlap: None where there are no validation rows.
        alignments: One for each output that could be looked at.
        odd_labels: One for each output with a class a row.
        telling: Columns that give a target away.
        inputs: One for each input of numbers, where there are validation rows.
        paddings: One for each input of sequences that holds padding.
        vocabularies: One for each place that ids are looked up in and that could be traced to an input.
        weights: None where there are no sample weights.
    """

    bad_cells: tuple[BadCells, ...] = ()
    columns: tuple[ColumnScan, ...] = ()
    two_scales: tuple[tuple[str, TwoScales], ...] = ()
    batches: tuple[BatchMix, ...] = ()
    classes: tuple[ClassSplit, ...] = ()
    duplicates: Duplicates | None = None
    overlap: Overlap | None = None
    alignments: tuple[Alignment, ...] = ()
    odd_labels: tuple[OddLabels, ...] = ()
    telling: tuple[TellingColumn, ...] = ()
    inputs: tuple[InputSplit, ...] = ()
    paddings: tuple[Padding, ...] = ()
    vocabularies: tuple[Vocabulary, ...] = ()
    weights: WeightScan | None = None
