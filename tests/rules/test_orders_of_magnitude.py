"""Columns over many orders of magnitude."""

from typing import Any

from dnndoctor.evidence.column_scan import ColumnScan
from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Severity
from dnndoctor.rules.orders_of_magnitude import OrdersOfMagnitude
from tests.evidence_samples import facts, layer
from tests.rules.judging import findings, own_course


def subject(orders: float | None, **details: Any) -> Facts:
    """A subject one of whose columns spans so much."""
    scan = ColumnScan("x", 20, orders=orders, orders_column=4, orders_columns=3)
    return facts(data={"scan": DataScan(columns=(scan,))}, **details)


def test_five_orders_that_reach_the_first_weights_are_a_warning() -> None:
    """The column is named, and the logarithm is the remedy."""
    (finding,) = findings(OrdersOfMagnitude(), subject(6.2))

    assert finding.severity is Severity.WARNING
    assert "x[:, 4]" in finding.title
    assert [edit.name for edit in finding.remedies[0].edits] == ["log_inputs", "standardize_inputs"]


def test_what_is_scaled_inside_or_learns_well_is_a_note() -> None:
    """A normalisation in front, a subclassed model that nobody can look into, and a run that does well."""
    inside = subject(6.2, layers=[layer("norm", "BatchNormalization", parameters=0), layer()])

    assert findings(OrdersOfMagnitude(), inside)[0].severity is Severity.NOTE
    assert findings(OrdersOfMagnitude(), subject(6.2, model_kind="subclassed"))[0].severity is Severity.NOTE
    assert findings(OrdersOfMagnitude(), subject(6.2), own_course(0.95))[0].severity is Severity.NOTE
    assert findings(OrdersOfMagnitude(), subject(4.0))[0].severity is Severity.NOTE


def test_ordinary_columns_are_left_alone() -> None:
    """Normal columns span 1.5 orders, incomes two or three; flags none that is known."""
    for orders in (1.5, 3.0, None):
        assert findings(OrdersOfMagnitude(), subject(orders)) == ()
