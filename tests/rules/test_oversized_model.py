"""More filters or parameters than the task is likely to need."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Severity
from dnndoctor.rules.oversized_model import OversizedModel
from tests.evidence_samples import facts, layer, weight
from tests.rules.judging import findings

WIDE = layer("conv", "Conv2D", units=256)


def test_wide_convolutions_are_a_note_with_the_parameters_for_each_row() -> None:
    """256 filters are pointed out, and no more than that."""
    (finding,) = findings(OversizedModel(), facts(layers=[WIDE]))

    assert finding.severity is Severity.NOTE
    assert "256 filters in conv" in finding.title
    assert finding.evidence[1].values["per_row"] == pytest.approx(4.16)
    assert [(edit.name, edit.parameters) for edit in finding.remedies[0].edits] == [("width", {"factor": 0.5})]


def test_a_model_that_dwarfs_its_data_is_a_note() -> None:
    """A million parameters for a thousand rows are pointed out; the same for a million rows are not."""
    subject = facts(layers=[layer(parameters=2_000_000)])
    much_data = replace(subject, data=replace(subject.data, rows_total=1_000_000))

    assert findings(OversizedModel(), subject)[0].severity is Severity.NOTE
    assert findings(OversizedModel(), much_data) == ()


@pytest.mark.parametrize(
    "subject",
    [
        facts(layers=[layer("conv", "Conv2D", units=128)]),
        facts(layers=[layer("depth", "DepthwiseConv2D", units=1), layer(units=512)]),
        facts(layers=[layer("conv", "Conv2D", units=512, trainable=False)]),
        facts(layers=[layer("conv", "Conv2D", units=512, weights=(weight(loaded=True),), parameters=9_000_000)]),
        facts(layers=[layer("ids", "Embedding", activation=None, parameters=9_000_000)]),
    ],
    ids=["128", "depthwise and dense", "frozen", "pretrained", "lookup table"],
)
def test_usual_sizes_backbones_and_tables_are_silent(subject: Facts) -> None:
    """What is usual, was trained before, or is a table of rows, is not oversized."""
    assert findings(OversizedModel(), subject) == ()
