"""Everything that changes in training is put back, on the model's own variables and on replicas."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.trial import Recording
from dnndoctor.subject.engine import data, order
from dnndoctor.subject.engine.state import Replica, State, key, optimizers_of
from dnndoctor.subject.engine.structure import Structure
from tests.subject.engine import kinds


def trained(kind: str) -> tuple[keras.Model, State, list[Any]]:
    """A model of this kind after three steps, its state from before, and everything in it that Keras knows."""
    chosen = kinds.KINDS[kind]
    model = chosen.blueprint().build(0)
    x, y = np.asarray(chosen.sample.x), np.asarray(chosen.sample.y)
    model.train_on_batch(x[:8], y[:8])
    everything = [*model.variables, *model.metrics_variables]
    for optimizer in optimizers_of(model):
        everything += optimizer.variables
    state = State()
    state.know(everything)
    for _ in range(3):
        model.train_on_batch(x[:8], y[:8])
    return model, state, everything


def values(variables: list[Any]) -> list[bytes]:
    return [np.asarray(variable).tobytes() for variable in variables]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "batch norm, dropout, noise", "mixed precision", "accumulation, average, clipping"])
def test_everything_is_reset_bit_for_bit(kind: str) -> None:
    """Weights, statistics, seeds, slots, step counts, loss scales and metrics are as they were, and so is what follows."""
    model, state, everything = trained(kind)
    chosen = kinds.KINDS[kind]
    x, y = np.asarray(chosen.sample.x), np.asarray(chosen.sample.y)
    after_three = values(everything)

    state.reset({})
    before = values(everything)
    for _ in range(3):
        model.train_on_batch(x[:8], y[:8])

    assert before == [np.asarray(state.pristine[key(variable)]).tobytes() for variable in everything]
    assert before != after_three
    assert values(everything) == after_three


def test_states_that_keras_does_not_list_are_known() -> None:
    """What a stateful layer carries from batch to batch is in no list of the model's variables, but the trace touches it."""
    blueprint = kinds.KINDS["stateful recurrent"].blueprint()
    rows = data.rows_of(blueprint.train)
    structure = Structure(blueprint, (), rows, 8, 1)
    index = order.stream(np.arange(rows.count, dtype=np.int32), 3, 8, 0, shuffle=True)
    way = structure.way(Recording.LOSS)
    carried = [state.value for layer in structure.model.layers for state in getattr(layer, "states", None) or ()]

    way.run(rows.leaves, index, -np.inf, 0, None)
    moved = [np.abs(state.numpy()).max() for state in carried]
    structure.state.reset({})

    assert carried
    assert {id(state) for state in carried} <= {id(variable) for variable in structure.state.variables}
    assert min(moved) > 0
    assert [np.abs(state.numpy()).max() for state in carried] == [0.0] * len(carried)


def test_given_values_replace_the_snapshot() -> None:
    """A trial's own start is taken where one is given, and only for that trial."""
    one, other = tf.Variable([1.0, 2.0]), keras.Variable([3.0])
    state = State()
    state.know([one, other])

    state.reset({key(other): tf.constant([9.0])})
    given = (one.numpy().tolist(), np.asarray(other).tolist())
    state.reset({})

    assert given == ([1.0, 2.0], [9.0])
    assert np.asarray(other).tolist() == [3.0]


def test_a_snapshot_is_taken_once() -> None:
    """A variable that is known keeps its first snapshot, and a Keras variable is its TensorFlow variable."""
    variable = keras.Variable([1.0])
    state = State()
    state.know([variable])
    variable.assign([5.0])

    state.know([variable, variable.value])
    state.reset({})

    assert len(state.variables) == 1
    assert np.asarray(variable).tolist() == [1.0]


def test_a_replica_is_a_world_of_its_own() -> None:
    """Resetting and running on a replica leaves the model's variables alone, and gives what they would give."""
    variable = tf.Variable([1.0, 2.0])
    state = State()
    state.know([variable])

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
    def double() -> Any:
        return variable.assign(2 * variable)

    function = double.get_concrete_function()
    replica = Replica()
    variable.assign([7.0, 7.0])
    state.reset({}, replica)
    captures = replica.captures(function)
    returned = function._call_flat([], captures)

    assert variable.numpy().tolist() == [7.0, 7.0]
    assert replica.of(variable).numpy().tolist() == [2.0, 4.0]
    assert np.asarray(tf.nest.flatten(returned)[0]).tolist() == [2.0, 4.0]
    assert replica.captures(function) is captures


def test_optimizers_are_found_wherever_a_model_keeps_them() -> None:
    """The compiled one comes first; those in attributes, lists and dicts follow, each once."""
    model = kinds.plain()
    alone, listed, named = (keras.optimizers.SGD(rate) for rate in (0.1, 0.2, 0.3))
    model.second, model.several, model.by_name = alone, [listed, alone], {"one": named, "own": model.optimizer}

    found = optimizers_of(model)

    assert found[0] is model.optimizer
    assert {id(one) for one in found[1:]} == {id(alone), id(listed), id(named)}
    assert len(found) == 4
