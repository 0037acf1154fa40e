"""Another number of rows a step."""

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.edits import CannotApplyError, Run, change_run
from dnndoctor.subject.engine import Engine
from tests.subject.edits.patient import X, compared, trained


@pytest.mark.slow
def test_a_size_is_the_batch_written_so(engine: Engine) -> None:
    """The losses are those of steps with three rows, which need no trace of their own."""
    found = compared(engine, (Edit("batch_size", {"size": 3}),), size=3)

    assert found.treated == pytest.approx(found.expected, rel=1e-4)
    assert found.treated != pytest.approx(found.plain, rel=1e-3)
    assert found.own_steps == 0  # nothing was traced anew
    assert found.after == found.plain
    assert found.untreated == pytest.approx(found.plain, rel=1e-4)


def test_outcomes_tell_the_size(engine: Engine) -> None:
    """More rows than there are is all of them; the size taken is told."""
    small, large = (trained(engine, Edit("batch_size", {"size": size})) for size in (1, 10_000))

    assert (small.batch_size, large.batch_size) == (1, len(X))


@pytest.mark.parametrize("size", [0, -4, None, "8", True])
def test_what_is_no_size_is_refused(size: str | float | None) -> None:
    """A size is a number above 0."""
    with pytest.raises(CannotApplyError, match="size"):
        change_run([Edit("batch_size", {"size": size})], Run())
