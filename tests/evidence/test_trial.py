"""The identity of trials."""

import subprocess
import sys

from dnndoctor.evidence.trial import Edit, Trial


def test_the_order_of_parameters_does_not_change_the_id() -> None:
    """Equal trials have equal ids, however their edits' parameters were written down."""
    one = Trial(edits=(Edit("optimizer", {"class_name": "Adam", "learning_rate": 0.1}),))
    other = Trial(edits=(Edit("optimizer", {"learning_rate": 0.1, "class_name": "Adam"}),))

    assert one.id == other.id


def test_every_field_changes_the_id() -> None:
    """No two different trials share an id, so none is answered with another's outcome."""
    trials = [
        Trial(),
        Trial(edits=(Edit("dropout_off"),)),
        Trial(rows=1),
        Trial(steps=101),
        Trial(seed=1),
        Trial(stop_below=0.1),
        Trial(callbacks=True),
        Trial(scored=False),
    ]

    assert len({trial.id for trial in trials}) == len(trials)


def test_the_id_is_the_same_in_another_process() -> None:
    """A journal written by one process is understood by the next, whatever its hash seed."""
    code = "from dnndoctor.evidence.trial import Trial; print(Trial(rows=8, stop_below=0.25).id)"

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    ).stdout.strip()

    assert printed == Trial(rows=8, stop_below=0.25).id
