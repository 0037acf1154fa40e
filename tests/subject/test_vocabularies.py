"""Ids are followed to where the model looks them up, through whatever lies in between."""

from typing import Any

import keras
import numpy as np

from dnndoctor.evidence.row_scan import Vocabulary
from dnndoctor.subject.forward_pass import traced
from dnndoctor.subject.vocabularies import vocabularies

RNG = np.random.default_rng(0)
layers = keras.layers


def looked_up(model: keras.Model, x: Any, validation: Any = None) -> tuple[Vocabulary, ...]:
    """What is found for these inputs."""
    return vocabularies(model, traced(model, x), x, validation)


def test_ids_beyond_an_embedding_are_found_in_both_parts() -> None:
    """Their number, rows and first place are those of a plain count."""
    model = keras.Sequential([keras.Input((5,)), layers.Embedding(10, 4), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    x, validation = RNG.integers(0, 12, (50, 5)), RNG.integers(0, 10, (20, 5))
    outside = np.argwhere(x >= 10)

    train, held_out = looked_up(model, x, validation)

    assert (train.kind, train.size) == ("Embedding", 10)
    assert train.outside == len(outside)
    assert train.rows == len(set(outside[:, 0]))
    assert train.first == tuple(outside[0])
    assert held_out.validation
    assert (held_out.first, held_out.outside) == (None, 0)


def test_each_embedding_is_held_against_its_own_column() -> None:
    """Users and items in one array go through a slice each."""
    pairs = keras.Input((2,), dtype="int32")
    both = [layers.Embedding(size, 4)(pairs[:, number]) for number, size in enumerate((10, 50))]
    model = keras.Model(pairs, layers.Dense(1)(layers.Concatenate()(both)))

    users, items = looked_up(model, np.stack([RNG.integers(0, 10, 80), np.full(80, 50)], axis=1))

    assert (users.size, users.outside) == (10, 0)
    assert (items.size, items.outside, items.largest) == (50, 80, 50)


def test_inputs_by_name_are_told_apart_in_any_order() -> None:
    """Each name's ids go to its own embedding, whether the keys come sorted or not."""
    user, item = (keras.Input((), dtype="int32", name=name) for name in ("user", "item"))
    both = [layers.Embedding(10, 4)(user), layers.Embedding(50, 4)(item)]
    model = keras.Model({"user": user, "item": item}, layers.Dense(1)(layers.Concatenate()(both)))
    x = {"user": RNG.integers(0, 10, 40), "item": RNG.integers(0, 50, 40)}

    for tree in (x, dict(sorted(x.items()))):
        found = {vocabulary.array: (vocabulary.size, vocabulary.outside) for vocabulary in looked_up(model, tree)}

        assert found == {"x['user']": (10, 0), "x['item']": (50, 0)}


def test_what_is_added_on_the_way_counts() -> None:
    """Ids that are shifted inside the model are judged where they arrive."""
    ids = keras.Input((3,), dtype="int32")
    model = keras.Model(ids, layers.Dense(1)(layers.Flatten()(layers.Embedding(6, 2)(ids + 1))))

    (found,) = looked_up(model, RNG.permuted(np.tile([0, 3, 5], (10, 1)), axis=1))

    assert (found.least, found.largest, found.rows) == (1, 6, 10)


def test_one_hot_codes_are_looked_at() -> None:
    """`one_hot` gives a row of zeros for an id that it has no place for."""
    ids = keras.Input((), dtype="int32")
    model = keras.Model(ids, layers.Dense(1)(keras.ops.one_hot(ids, 5)))

    (found,) = looked_up(model, np.array([0, 4, 5, 1]))

    assert (found.kind, found.size, found.first) == ("one_hot", 5, (2,))


def test_positions_and_tables_are_no_ids_of_the_inputs() -> None:
    """Positions come from no input, and what a lookup layer gives has its place."""

    class WithPositions(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.positions = layers.Embedding(20, 8), layers.Embedding(5, 8)

        def call(self, ids: Any) -> Any:
            return self.tokens(ids) + self.positions(keras.ops.arange(keras.ops.shape(ids)[-1]))

    text = keras.Sequential([keras.Input((5,)), WithPositions(), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    codes = keras.Input((1,), dtype="int32")
    table = layers.Embedding(4, 2)(layers.IntegerLookup(vocabulary=[5, 6, 7])(codes))
    lookup = keras.Model(codes, layers.Dense(1)(layers.Flatten()(table)))

    assert [found.size for found in looked_up(text, RNG.integers(0, 20, (30, 5)))] == [20]
    assert all(found.first is None for found in looked_up(lookup, RNG.integers(0, 60, (30, 1))))
