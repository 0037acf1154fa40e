"""All questions are asked of the arrays they are about, fast enough for a large sample."""

import time

import numpy as np

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.subject.blueprint import Array
from dnndoctor.subject.facts.array_facts import array_facts
from dnndoctor.subject.facts.scan.data_scan import data_scan
from dnndoctor.subject.facts.scan.part import Part, Target

RNG = np.random.default_rng(0)


def part(x: Array, labels: Array, suffix: str = "", weight: Array | None = None) -> Part:
    """Rows of one input and one output with a class a row."""
    arrays = [("x" + suffix, x), ("y" + suffix, labels)]
    return Part([("x" + suffix, x, False)], [Target("out", labels=labels)], arrays, weight)


def scan(train: Part, validation: Part | None = None) -> DataScan:
    """Of parts with one input, batches of 32."""
    inputs = (array_facts(train.inputs[0][1], "x"),)
    held_out = (array_facts(validation.inputs[0][1], "x_val"),) if validation is not None else ()
    return data_scan(train, validation, inputs, held_out, 32)


def test_a_healthy_table_leaves_nothing_to_say() -> None:
    """Clean rows have no bad cells, copies, leaks, odd weights or marks."""
    labels = RNG.integers(0, 3, 600)
    x = RNG.normal(size=(600, 8)) + labels[:, None]

    found = scan(part(x[:500], labels[:500], weight=np.ones(500)), part(x[500:], labels[500:], "_val"))

    assert (found.bad_cells, found.telling, found.two_scales, found.paddings, found.vocabularies) == ((), (), (), (), ())
    assert found.overlap is not None
    assert found.overlap.share == 0
    assert found.weights is not None
    assert found.weights.negative == 0
    assert found.alignments[0].own > 10


def test_validation_arrays_are_looked_at_under_their_names() -> None:
    """A bad value in the validation inputs is theirs."""
    labels = RNG.integers(0, 3, 200)
    x = RNG.normal(size=(200, 4))
    x[150, 2] = np.nan

    found = scan(part(x[:100], labels[:100]), part(x[100:], labels[100:], "_val"))

    assert [(cells.array, cells.first) for cells in found.bad_cells] == [("x_val", (50, 2))]


def test_weights_below_zero_are_named() -> None:
    """With their number and the first row."""
    weight = np.ones(100)
    weight[[40, 41]] = -1

    found = scan(part(RNG.normal(size=(100, 4)), RNG.integers(0, 3, 100), weight=weight)).weights

    assert found is not None
    assert (found.negative, found.first_negative, found.zero_share) == (2, 40, 0)


def test_a_large_sample_takes_seconds_at_most() -> None:
    """8,000 rows of 784 floats take a tenth of a second beside the 0.2 s that 2,000 rows cost; ten times that is allowed."""
    x, labels = RNG.random((8_000, 784), dtype=np.float32), RNG.integers(0, 10, 8_000)
    sample = part(x, labels)
    inputs = (array_facts(x, "x"),)

    begin = time.process_time()
    data_scan(sample, None, inputs, (), 32)

    assert time.process_time() - begin < 3
