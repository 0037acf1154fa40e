"""What a trial's seed draws: the same values for the same seed, fresh ones where the factory seeds itself."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.engine import data, seeds
from dnndoctor.subject.engine.seeds import Seeds
from dnndoctor.subject.engine.structure import Structure
from tests.subject.engine import kinds

SAMPLE = Sample(kinds.X[:16], kinds.CLASSES[:16])


def looked(build: Callable[[int], keras.Model], *, self_seeded: bool | None = None, edits: tuple[Edit, ...] = ()) -> Any:
    """Seeds that looked at a subject, and a structure of it."""
    blueprint = Blueprint(build, SAMPLE, batch_size=8, self_seeded=self_seeded)
    rows = data.rows_of(SAMPLE)
    found = Seeds(blueprint, rows)
    found.look(Structure(blueprint, (), rows, 8, 1))
    return found, Structure(blueprint, edits, rows, 8, 1)


def seeds_itself(_seed: int) -> keras.Model:
    keras.utils.set_random_seed(5)
    return kinds.plain()


def values(drawn: Any) -> list[list[float]]:
    return [np.asarray(value).ravel().tolist() for value in drawn]


def test_values_are_the_factorys_own_for_the_seed() -> None:
    """Each seed starts from what the user's factory draws with it, bit for bit, however often and in whatever order."""
    build = kinds.seeded(kinds.plain)
    found, structure = looked(build)

    first, other, again = (values(found.drawn(structure, seed)) for seed in (3, 1, 3))
    expected = [np.asarray(variable).ravel().tolist() for variable in build(3).variables]

    assert not found.self_seeded
    assert first[:-1] == expected
    assert first == again
    assert first != other


def test_edits_that_keep_the_variables_share_the_values() -> None:
    """A treated model and the untreated one start from the very same weights, so that they can be compared."""
    found, treated = looked(kinds.seeded(kinds.plain), edits=(Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.1}),))
    _, plain = looked(kinds.seeded(kinds.plain))

    assert values(found.drawn(treated, 2)) == values(found.drawn(plain, 2))


def test_a_factory_that_seeds_itself_is_seen_and_drawn_anew() -> None:
    """Seeds differ, each is the same whenever it is drawn, and the sizes are those of the layer's own initializer."""
    found, structure = looked(seeds_itself)
    fresh, _ = looked(seeds_itself)

    one, two, again = (found.drawn(structure, seed) for seed in (1, 2, 1))

    assert found.self_seeded
    assert values(one) == values(again) == values(fresh.drawn(structure, 1))
    assert values(one)[0] != values(two)[0]
    limit = np.sqrt(6 / (12 + 16))  # Glorot's, of the first layer of 12 inputs and 16 units
    assert 0.8 * limit < max(map(abs, values(one)[0])) <= limit
    assert set(values(one)[1]) == {0.0}


@pytest.mark.parametrize("self_seeded", [False, True])
def test_what_the_blueprint_says_of_the_weights_holds(self_seeded: bool) -> None:
    """Saved weights are equal for all seeds and stay; where loading has made up for equal ones, nothing is drawn here."""
    found, structure = looked(seeds_itself, self_seeded=self_seeded)

    drawn = [values(found.drawn(structure, seed))[:-1] for seed in (0, 1)]

    assert found.self_seeded is self_seeded
    assert drawn[0] == drawn[1] == [np.asarray(one).ravel().tolist() for one in seeds_itself(0).variables]


def test_constant_weights_are_no_sign_of_a_seed() -> None:
    """A model that starts from zeros starts so on every seed, and is not said to seed itself."""

    def zeros() -> keras.Model:
        inputs = keras.Input((12,))
        model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax", kernel_initializer="zeros")(inputs))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    found, structure = looked(kinds.seeded(zeros))

    assert not found.self_seeded
    assert set(values(found.drawn(structure, 4))[0]) == {0.0}


def test_few_seeds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old seeds make room for new ones; drawn again they are what they were."""
    monkeypatch.setattr(seeds, "KEPT_SEEDS", 2)
    found, structure = looked(kinds.seeded(kinds.plain))

    first = values(found.drawn(structure, 10))
    for seed in (11, 12, 13):
        found.drawn(structure, seed)

    assert len(found._kept) == 2
    assert values(found.drawn(structure, 10)) == first
