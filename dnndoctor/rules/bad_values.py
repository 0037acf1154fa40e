"""NaN and infinite values in the data."""

from collections.abc import Iterable, Mapping

from dnndoctor.evidence.column_scan import BadCells, cell
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import SicknessKind, has
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

EVALUATED_ROWS = 2048
"""The start of a trial is evaluated on at most so many rows, see `Scores.start`."""


class BadValues(Rule):
    """The data hold values that are not finite.

    What was looked at:
        Every value of the sampled inputs, targets and sample weights, of the training and of the validation data. Where
        the first steps were run: whether the untrained model's loss and predictions on these rows are finite
        nevertheless, and whether your own run stays finite and learns anything.

    Why it matters:
        One NaN in a batch makes its loss NaN, the gradient of every weight with it, and after that one update the whole
        model. Nothing that comes later can repair it, and no change of the recipe helps.

    What to do:
        Look at the row that is named, find where the value comes from (a division by zero, a missing entry, the logarithm
        of zero), and drop the row or fill the value in before training.

    When it is not a fault:
        A model or loss of your own that masks such values on purpose. If the evaluated rows include them, loss and
        predictions are finite, and your own recipe neither becomes NaN nor fails to learn, this is only a note.

    References:
        IEEE 754-2019, section 6.2: an operation on a NaN gives a NaN. I. Goodfellow, Y. Bengio, A. Courville, "Deep
        Learning" (2016), section 11.5, on looking at the data first.
    """

    code = "DD001"
    name = "bad-values"
    causes = (Cause.BAD_VALUES,)
    covers = ("data: bad values",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        data = evidence.facts.data
        weights = (data.sample_weight,) if data.sample_weight is not None else ()
        training = [*data.inputs, *(target.array for target in data.targets), *weights]
        bad = [array for array in training if array.nan_count + array.inf_count]
        cells = {found.array: found for found in data.scan.bad_cells}
        bad_validation = [
            array for array in (*data.validation_inputs, *data.validation_targets) if array.nan_count + array.inf_count
        ]
        if bad:
            handled = _handled(evidence, bad)
            fillable = all(array in data.inputs and not array.codes for array in bad)
            yield self._finding(bad, "training", Severity.NOTE if handled else Severity.ERROR, handled, cells, fillable)
        if bad_validation:
            fillable = all(array in data.validation_inputs and not array.codes for array in bad_validation)
            yield self._finding(bad_validation, "validation", Severity.WARNING, handled=False, cells=cells, fillable=fillable)
        if not bad and not bad_validation:
            yield RuledOut(Cause.BAD_VALUES, f"all values of the {data.rows_sampled:,} sampled rows are finite")

    def _finding(
        self,
        bad: list[ArrayFacts],
        part: str,
        severity: Severity,
        handled: bool,
        cells: Mapping[str, BadCells],
        fillable: bool,
    ) -> Finding:
        first = bad[0]
        count = first.nan_count + first.inf_count
        values = "1 value that is" if count == 1 else f"{count:,} values that are"
        ending = "; the model's loss is finite all the same" if handled else ""
        return Finding(
            self.code,
            self.name,
            Cause.BAD_VALUES,
            f"The {part} data hold {values} not finite in {first.name}{ending}",
            severity,
            # Arithmetic, not a guess: one such value ends the training. Validation data cannot do that, but spoil what is
            # monitored.
            0.1 if handled else 0.97 if part == "training" else 0.5,
            evidence=tuple(_statement(array, cells.get(array.name)) for array in bad),
            remedies=(
                Remedy(
                    "Drop or fill in the rows with values that are not finite",
                    (Edit("fill_missing"),) if fillable else (),
                    note="tried by filling in medians" if fillable else "",
                    patch="finite = np.isfinite(x.reshape(len(x), -1)).all(axis=1)\nx, y = x[finite], y[finite]",
                ),
            ),
        )


def _statement(array: ArrayFacts, cells: BadCells | None) -> Statement:
    place = f", first in row {array.first_bad_row}" if array.first_bad_row is not None else ""
    if cells is not None:
        place = f", first at {cell(array.name, cells.first)}, in {_counted(cells.rows, 'row')}"
        if array.features > 1:
            column = f", {cells.worst_share:.0%} of them in column {cells.worst_column}" if cells.columns > 1 else ""
            place += f" and {_counted(cells.columns, 'column')}{column}"
    return Statement(
        f"{array.name}: {array.nan_count:,} NaN and {array.inf_count:,} infinite values in {array.rows:,} rows{place}",
        "facts",
        {"nan": float(array.nan_count), "infinite": float(array.inf_count)},
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _handled(evidence: Evidence, bad: list[ArrayFacts]) -> bool:
    """Whether the rows concerned were evaluated before the first step, and nothing that is not finite came out, then or later."""
    start = evidence.of(FirstBatchExperiment)
    if start is None or not start.start_finite or start.nonfinite:
        return False
    # A forward pass can hide a NaN: a ReLU on a CPU turns it into 0, and the weights' gradient is NaN all the same. What is left
    # of the model is then often its last bias, whose loss is finite.
    course = evidence.of(OwnRecipe)
    if course is not None and course.exploded:
        return False
    if has(evidence, SicknessKind.NO_BETTER_THAN_CONSTANT, SicknessKind.CANNOT_MEMORISE):
        return False
    seen = all(array.first_bad_row is not None and array.first_bad_row < EVALUATED_ROWS for array in bad)
    return seen and all(output.nonfinite == 0 for output in start.outputs.values())
