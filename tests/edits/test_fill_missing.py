"""Missing inputs filled in."""

from typing import Any

import numpy as np
import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import array, facts

KIND = edit_kind("fill_missing")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit("fill_missing"), "fill in values that are not finite in the inputs by the median of their feature"),
        (Edit("fill_missing", {"value": -999.0}), "fill in values that are not finite, and -999, in the inputs by the median"),
    ],
)
def test_sentence(edit: Edit, words: str) -> None:
    """It says what counts as missing."""
    assert KIND.sentence(edit, facts()).startswith(words)


@pytest.mark.parametrize("value", [None, -9.0])
def test_the_written_lines_run(value: float | None) -> None:
    """They leave what is known, and put medians in the place of the rest."""
    x = np.array([[1.0, 5.0], [np.nan, 7.0], [3.0, -9.0], [2.0, 6.0]])
    names: dict[str, Any] = {"np": np, "x": x}

    exec(KIND.patch(Edit("fill_missing", {} if value is None else {"value": value}), facts(inputs=[array(shape=(2,))])), names)

    assert np.array_equal(names["x"][1], [2.0, 7.0])
    assert names["x"][2, 1] == (-9.0 if value is None else 6.0)
