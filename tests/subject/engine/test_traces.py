"""How much is traced: once for each structure and recording level, whatever else the trials differ in."""

import itertools

import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.subject.engine import Engine
from tests.subject.engine import kinds


def run(engine: Engine, trials: list[Trial]) -> list[Outcome]:
    found: list[Outcome] = []
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    assert {outcome.state for outcome in found} == {State.FINISHED}
    return found


@pytest.mark.slow
def test_a_whole_sweep_is_one_trace() -> None:
    """Rates times seeds times batch sizes, and tiny sets, on two cores, are one trace of the loss-only structure."""
    engine = Engine(kinds.KINDS["plain"].blueprint(), cores=2, alive=lambda _: None)
    sweep = [
        Trial((Edit("learning_rate", {"factor": factor}), Edit("batch_size", {"size": size})), steps=4, seed=seed)
        for factor, seed, size in itertools.product((0.01, 1.0, 100.0), (0, 1, 2), (1, 8, 32))
    ]
    tiny = [Trial(rows=rows, steps=4, seed=seed) for rows, seed in itertools.product((1, 2, 8, 20), (0, 1))]
    blank = [Trial((Edit("zero_inputs"),), steps=4), Trial((Edit("zero_inputs"),), rows=8, steps=4)]

    found = run(engine, [*sweep, *tiny, *blank])
    (structure,) = engine._structures.values()

    assert len(found) == 27 + 8 + 2
    assert structure.traces == 1
    assert structure.path == "replicas"


@pytest.mark.slow
def test_recordings_and_structures_add_one_trace_each() -> None:
    """A level of recording is a trace more, and a structural edit a structure more; a second time neither is."""
    engine = Engine(kinds.KINDS["plain"].blueprint(), cores=1, alive=lambda _: None)
    swap = Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.1})

    def traced(first: int) -> dict[int, int]:
        run(engine, [Trial(steps=first, recording=level) for level in Recording])
        run(engine, [Trial((swap,), steps=first, seed=seed) for seed in (0, 1)])
        return {len(structure.edits): structure.traces for structure in engine._structures.values()}

    assert traced(2) == {0: 3, 1: 1}
    assert traced(3) == {0: 3, 1: 1}
