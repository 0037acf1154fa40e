"""A changed recipe against the user's own, run by run."""

from dataclasses import replace

from dnndoctor.evidence.outcome import State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.experiments.paired import Paired, usable_pairs
from tests.experiments.toy_patient import ToyPatient

OWN = [Trial(steps=20, seed=seed) for seed in range(3)]
OTHER = [replace(trial, edits=(Edit("learning_rate", {"factor": 0.1}),)) for trial in OWN]


def test_gain_and_wins() -> None:
    """The gain is that of the means, and a tie is no win."""
    seen = Paired(
        seeds=(0, 1), own=(0.2, 0.5), other=(0.6, 0.5), measure="progress", own_exploded=0, other_exploded=0, trials=("a", "b")
    )

    assert abs(seen.gain - 0.2) < 1e-12
    assert seen.wins == 1


def test_a_pair_wants_both_of_its_runs() -> None:
    """A run that is missing or was cut takes its partner with it, and a single pair shows no spread."""
    outcomes = {trial.id: ToyPatient().answer(trial) for trial in (*OWN, *OTHER)}
    asked = list(zip(OWN, OTHER, strict=True))
    cut = {**outcomes, OTHER[0].id: replace(outcomes[OTHER[0].id], state=State.CUT)}
    missing = {name: outcome for name, outcome in cut.items() if name != OWN[1].id}

    assert [own.trial.seed for own, _ in usable_pairs(outcomes, asked)] == [0, 1, 2]
    assert [own.trial.seed for own, _ in usable_pairs(cut, asked)] == [1, 2]
    assert usable_pairs(missing, asked) == []
