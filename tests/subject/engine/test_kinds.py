"""Every kind of model trains in the engine as `train_on_batch` trains it, however much is recorded and wherever it runs."""

import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Recording
from dnndoctor.subject.engine import data, order
from dnndoctor.subject.engine.building import drawn_values, make_model
from dnndoctor.subject.engine.paths import train_on_batch
from dnndoctor.subject.engine.recording import loss_in
from dnndoctor.subject.engine.structure import Structure
from tests.subject.engine.kinds import KINDS, Kind

STEPS = 10


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])
def test_losses_are_those_of_train_on_batch(kind: Kind) -> None:
    """Losses equal `train_on_batch`, bit for bit with and without probes, in chunks, and on a replica."""
    blueprint = kind.blueprint()
    rows = data.rows_of(blueprint.train)
    index = order.stream(np.arange(rows.count, dtype=np.int32), STEPS, 8, 3, True)
    model = blueprint.build(3)
    expected = [
        float(loss_in(train_on_batch(model, data.batch(rows.template, [tf.gather(leaf, pick) for leaf in rows.leaves]))))
        for pick in index
    ]

    structure = Structure(blueprint, (), rows, 8, 2)
    ways = {recording: structure.way(recording) for recording in (Recording.LOSS, Recording.LAYERS)}
    start = structure.start(drawn_values(make_model(blueprint, (), 3, rows)), 1.0)

    def losses(recording: Recording, cuts: tuple[int, ...] = (STEPS,), replica: int = 0) -> list[float]:
        structure.state.reset(start, structure.replicas[replica])
        parts = np.split(index, cuts[:-1])
        taken = [ways[recording].run(rows.leaves, part, -np.inf, 0, structure.replicas[replica]).records[:, 0] for part in parts]
        return np.concatenate(taken).tolist()  # type: ignore[no-any-return]  # numpy's tolist is Any

    assert structure.path == kind.way
    if not structure.repeatable:
        return  # its random state lives in the kernels; that the first steps are right was checked when the way was chosen
    whole = losses(Recording.LOSS)
    assert np.allclose(whole, expected, rtol=1e-5)
    assert losses(Recording.LOSS) == whole
    assert losses(Recording.LAYERS) == whole
    assert losses(Recording.LOSS, (3, 4, STEPS)) == whole
    assert losses(Recording.LOSS, replica=1) == whole
