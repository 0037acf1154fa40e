"""Values in the data that are not finite."""

from dataclasses import replace

from dnndoctor.evidence.column_scan import BadCells
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.bad_values import BadValues
from tests.evidence_samples import array, facts, target
from tests.rules.judging import findings, first_batch, own_course, ruled_out


def test_nan_in_inputs_is_an_error_with_its_row() -> None:
    """A NaN in the training inputs is an error, and the evidence names the row."""
    (finding,) = findings(BadValues(), facts(inputs=[array(nan_count=2, first_bad_row=17)]))

    assert finding.cause is Cause.BAD_VALUES
    assert finding.severity is Severity.ERROR
    assert "row 17" in finding.evidence[0].text
    assert [edit.name for edit in finding.remedies[0].edits] == ["fill_missing"]


def test_row_column_and_their_numbers_are_named() -> None:
    """Where the cells were looked at, the first one is written as an index, and the worst column is named."""
    cells = BadCells("x", rows=2, columns=2, first=(17, 3), worst_column=3, worst_share=0.75)
    subject = facts(inputs=[array(nan_count=4, first_bad_row=17)], data={"scan": DataScan(bad_cells=(cells,))})

    (finding,) = findings(BadValues(), subject)

    assert "first at x[17, 3], in 2 rows and 2 columns, 75% of them in column 3" in finding.evidence[0].text


def test_infinity_in_targets_and_weights_is_found() -> None:
    """Targets and sample weights are looked at, too."""
    subject = facts(
        targets=[target("continuous", array={"inf_count": 1})], data={"sample_weight": array("sample_weight", nan_count=1)}
    )

    (finding,) = findings(BadValues(), subject)

    assert [statement.text.split(":")[0] for statement in finding.evidence] == ["y", "sample_weight"]
    assert finding.remedies[0].edits == ()  # a target cannot be guessed


def test_validation_data_are_a_warning() -> None:
    """A NaN in the validation data cannot break the training, but spoils what is monitored."""
    (finding,) = findings(BadValues(), facts(data={"validation_inputs": (array(nan_count=1),)}))

    assert finding.severity is Severity.WARNING


def test_values_that_the_model_handles_are_a_note() -> None:
    """Where the rows concerned were evaluated and loss and predictions are finite, the model copes on purpose."""
    subject = facts(inputs=[array(nan_count=2, first_bad_row=17)])

    assert findings(BadValues(), subject, first_batch())[0].severity is Severity.NOTE
    assert findings(BadValues(), subject, first_batch(start_finite=False))[0].severity is Severity.ERROR


def test_a_finite_start_proves_nothing_where_the_run_becomes_nan() -> None:
    """A ReLU can turn a NaN into 0 on the way forward; the gradient of the weights is NaN all the same."""
    subject = facts(inputs=[array(nan_count=2, first_bad_row=17)])
    finite = own_course(0.9)
    broken = replace(finite, runs=tuple(replace(run, nonfinite_step=6, nonfinite_where="loss") for run in finite.runs))

    assert findings(BadValues(), subject, first_batch(), finite)[0].severity is Severity.NOTE
    assert findings(BadValues(), subject, first_batch(), broken)[0].severity is Severity.ERROR


def test_a_finite_start_proves_nothing_where_nothing_is_learned() -> None:
    """Weights that became NaN behind a ReLU leave the last bias, and a loss that is finite and as good as a constant's."""
    subject = facts(inputs=[array(nan_count=2, first_bad_row=17)])

    assert findings(BadValues(), subject, first_batch(), own_course(0.0))[0].severity is Severity.ERROR


def test_rows_that_were_not_evaluated_prove_nothing() -> None:
    """A finite start says nothing of a bad row far behind the evaluated ones."""
    subject = facts(inputs=[array(nan_count=2, first_bad_row=5000)])

    assert findings(BadValues(), subject, first_batch())[0].severity is Severity.ERROR


def test_finite_data_rule_the_cause_out() -> None:
    """Finite data give no finding and rule bad values out."""
    assert findings(BadValues(), facts()) == ()
    assert ruled_out(BadValues(), facts()) == (Cause.BAD_VALUES,)
