"""Class ids counted from another number."""

import pytest

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, target

KIND = edit_kind("shift_labels")


@pytest.mark.parametrize(("by", "line"), [(-1, "y = y - 1"), (2, "y = y + 2")])
def test_written(by: int, line: str) -> None:
    """The line has the sign of the number."""
    assert KIND.patch(Edit("shift_labels", {"by": by}), facts()) == f"{line}  # validation and test labels, too"


def test_sentence() -> None:
    """It tells the ids before and after."""
    subject = facts(targets=[target(array={"minimum": 1.0, "maximum": 10.0})])
    both = facts(targets=[target(), target(output="other")])
    edit = Edit("shift_labels", {"by": -1})

    assert KIND.sentence(edit, subject) == "count the classes from 0 to 9 instead of 1 to 10"
    assert KIND.sentence(edit, both) == "add -1 to the class ids"


def test_parameter() -> None:
    """It is a whole number of either sign."""
    assert not KIND.problems(Edit("shift_labels", {"by": -1}))
    assert KIND.problems(Edit("shift_labels", {"by": 0.5}))
