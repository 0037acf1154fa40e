"""The private corners of TensorFlow: what must stay true of them while the engine leans on them."""

import pytest
import tensorflow as tf

from dnndoctor.subject.engine import private


def drawn(seed: int) -> float:
    tf.random.set_seed(seed)
    return float(tf.random.normal([], seed=3))


def test_seeds_draw_the_same_with_lasting_kernels() -> None:
    """Ops with random state of their own start anew with every seed, inside one stretch, in nested ones and after it."""
    expected = drawn(1), drawn(2), drawn(1)

    with private.lasting_kernels():
        inside = drawn(1), drawn(2), drawn(1)
        with private.lasting_kernels():
            nested = drawn(1), drawn(2), drawn(1)

    assert expected[0] == expected[2] != expected[1]
    assert inside == nested == (drawn(1), drawn(2), drawn(1)) == expected


@pytest.mark.parametrize("lasting", [False, True])
def test_kernels_outlive_seeds_that_nothing_draws_from(lasting: bool) -> None:
    """A function that was run keeps its kernels, which its random state shows, where a seed is set and nothing eager draws."""
    tf.random.set_seed(1)
    function = tf.function(lambda: tf.random.normal([], seed=3), autograph=False).get_concrete_function()
    first, second = float(function()), float(function())

    tf.random.set_seed(1)
    float(function())
    if lasting:
        with private.lasting_kernels():
            tf.random.set_seed(1)
    else:
        tf.random.set_seed(1)

    assert first != second
    assert float(function()) == (second if lasting else first)
