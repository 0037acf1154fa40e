"""Which inputs can be given another scale."""

import pytest

from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from tests.evidence_samples import array, facts


@pytest.mark.parametrize(
    "quantity",
    [array(), array(dtype="uint8", integer_valued=True, minimum=0.0, maximum=255.0), array(dtype="int64", integer_valued=True)],
)
def test_quantities(quantity: ArrayFacts) -> None:
    """Floats and whole numbers, images too, can."""
    assert scalable_inputs(facts(inputs=[quantity])) == (quantity,)


@pytest.mark.parametrize(
    "other",
    [
        array(codes=True, dtype="int32", integer_valued=True),
        array(dtype="object"),
        array(dtype="str"),
        array(dtype="bool", minimum=0.0, maximum=1.0),
        array(integer_valued=True, minimum=0.0, maximum=1.0, distinct=2),
    ],
)
def test_others(other: ArrayFacts) -> None:
    """Codes, text, flags and one-hot rows cannot."""
    assert scalable_inputs(facts(inputs=[other])) == ()
