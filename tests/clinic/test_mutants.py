"""The generator of sick patients: what each mutant is made of, whom it is split with, and which of them count."""

import json
from collections import Counter
from dataclasses import asdict, replace

import numpy as np
import pytest

from tests.clinic.mutants.datasets import Table, load
from tests.clinic.mutants.figures import FIGURES, Figures, read, write
from tests.clinic.mutants.harmless import HARMLESS
from tests.clinic.mutants.index import Mutant, candidates, config_of, counting, digest_of, mutants, parent_of
from tests.clinic.mutants.operators import OPERATORS
from tests.clinic.mutants.pairs import PAIRS
from tests.clinic.mutants.parents import SPLITS, TASKS, parents
from tests.clinic.mutants.recipe import Damage, Recipe
from tests.clinic.mutants.spoiling import spoiled

TABLE = Table(
    x=np.arange(400, dtype="float32").reshape(200, 2),
    y=np.arange(200, dtype="int32") % 4,
    x_val=np.ones((40, 2), dtype="float32"),
    y_val=np.arange(40, dtype="int32") % 4,
    units=(4,),
)


def _mutant(name: str) -> Mutant:
    return next(mutant for mutant in candidates() if mutant.id == name)


def _figures(scores: tuple[float, ...], parent_scores: tuple[float, ...], constant: float = 0.1) -> Figures:
    return Figures("m", "a", "b", scores, parent_scores, constant, 1.0)


def _leaves(recipe: Recipe) -> dict[str, object]:
    return {
        f"{part}.{key}": value for part, fields in asdict(recipe).items() if part != "streamed" for key, value in fields.items()
    }


def test_ids_are_unique() -> None:
    """A name says who it is, and whom stored figures belong to."""
    names = [mutant.id for mutant in candidates()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("mutant", candidates()[::7], ids=lambda mutant: mutant.id)
def test_a_mutant_differs_from_its_parent_in_little(mutant: Mutant) -> None:
    """An operator turns at most three knobs, two operators twice as many; and something is turned."""
    before, after = _leaves(parent_of(mutant).recipe), _leaves(mutant.recipe)
    turned = [key for key in before if before[key] != after[key]]

    assert 1 <= len(turned) <= 3 * len(mutant.operator.split("+"))


def test_a_config_is_plain_data() -> None:
    """It can be written to a file and read again, as a user's own would be."""
    for mutant in candidates():
        config = config_of(mutant.recipe)

        assert json.loads(json.dumps(config)) == config


def test_all_mutants_of_a_family_and_data_set_are_of_one_split() -> None:
    """Errors may be looked at in one part only if nothing alike is in the sealed one."""
    of_pair: dict[tuple[str, str], set[str]] = {}
    for mutant in candidates():
        of_pair.setdefault((mutant.family, mutant.data), set()).add(mutant.split)

    assert all(len(splits) == 1 for splits in of_pair.values())
    assert {(parent.family, parent.data) for parent in parents()} == set(SPLITS)
    assert {parent.data for parent in parents()} == set(TASKS)


def test_a_pair_has_both_faults() -> None:
    """Of two operators each leaves its fault."""
    mutant = _mutant("digits_dense--initial_scale-5+learning_rate_high-10")

    assert mutant.truth.faults == {"initializer", "learning-rate-high"}
    assert not mutant.truth.acceptable & mutant.truth.faults


def test_pairs_are_of_operators_that_exist_in_that_strength() -> None:
    """No pair is left out by a misspelt name."""
    strengths = {operator.name: operator.strengths for operator in OPERATORS}

    assert all(much in strengths[first] and more in strengths[second] for first, much, second, more in PAIRS)


def test_harmless_changes_have_no_cause_and_others_have_one() -> None:
    """What must stay silent is told apart by its operator."""
    assert all(operator.cause is None for operator in HARMLESS)
    assert all(operator.cause is not None for operator in OPERATORS)


@pytest.mark.parametrize(
    ("scores", "parent_scores", "worse", "as_good"),
    [
        ((0.5, 0.52, 0.51), (0.9, 0.91, 0.9), True, False),
        ((0.88, 0.89, 0.88), (0.9, 0.91, 0.9), False, False),
        ((0.9, 0.89, 0.91), (0.9, 0.91, 0.9), False, True),
        ((0.2, 0.9, 0.9), (0.9, 0.91, 0.9), False, True),
    ],
    ids=["far below", "slightly below", "the same", "one seed of three"],
)
def test_worse_is_beyond_noise_and_by_enough(
    scores: tuple[float, ...], parent_scores: tuple[float, ...], worse: bool, as_good: bool
) -> None:
    """Between worse and as good lie those that are neither sick nor harmless."""
    figures = _figures(scores, parent_scores)

    assert (figures.worse, figures.as_good) == (worse, as_good)


def test_a_parent_that_learned_nothing_makes_no_patients() -> None:
    """Nobody is worse than a constant answer's equal."""
    assert not _figures((0.1, 0.1, 0.1), (0.15, 0.16, 0.15)).usable


def test_figures_of_another_recipe_do_not_count() -> None:
    """A recipe that was changed after it was measured has to be measured again."""
    mutant = _mutant("digits_dense--learning_rate_high-30")
    current = replace(_figures((0.2, 0.2, 0.2), (0.9, 0.9, 0.9)), digest=mutant.digest)
    current = replace(current, parent_digest=digest_of(parent_of(mutant).recipe))

    assert counting(mutant, current)
    assert not counting(mutant, replace(current, digest="0"))
    assert not counting(mutant, None)


def test_figures_come_back_from_their_file(tmp_path) -> None:  # type: ignore[no-untyped-def] # pytest's own
    """They are written by id, and read as they were."""
    stored = {name: replace(_figures((0.5, 0.5, 0.5), (0.9, 0.9, 0.9)), id=name) for name in ("b", "a")}

    write(tmp_path / "figures.jsonl", stored)

    assert read(tmp_path / "figures.jsonl") == stored
    assert read(tmp_path / "none.jsonl") == {}


def test_stored_figures_are_of_the_recipes_as_they_are() -> None:
    """Nothing stale is kept, and there are patients of many kinds."""
    by_id = {mutant.id: mutant for mutant in candidates()}
    stored = read(FIGURES)
    counted = list(mutants())

    assert all(name in by_id and figures.digest == by_id[name].digest for name, figures in stored.items())
    assert len(counted) >= 150
    assert len({mutant.family for mutant in counted}) >= 12
    assert len({mutant.data for mutant in counted}) >= 6


def test_data_is_the_same_every_time() -> None:
    """A patient is made anew from its seed, and is the same."""
    first, again = spoiled(load("reviews"), Damage(wrong_labels=0.2)), spoiled(load("reviews"), Damage(wrong_labels=0.2))

    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.y, again.y)


def test_wrong_labels_are_of_another_class_and_in_training_only() -> None:
    """About as many as asked for, and each of them wrong."""
    damaged = spoiled(TABLE, Damage(wrong_labels=0.2))

    assert 0.1 < (damaged.y != TABLE.y).mean() < 0.3
    assert np.array_equal(damaged.y_val, TABLE.y_val)


@pytest.mark.parametrize(
    ("damage", "ratio", "held_out_ratio"),
    [(Damage(input_scale=20), 20, 20), (Damage(held_out_scale=3), 1, 3)],
    ids=["both parts", "held-out alone"],
)
def test_scales_are_of_the_parts_that_they_name(damage: Damage, ratio: float, held_out_ratio: float) -> None:
    """Inputs are multiplied in the parts that the damage says."""
    damaged = spoiled(TABLE, damage)

    assert np.allclose(damaged.x, TABLE.x * ratio)
    assert np.allclose(damaged.x_val, TABLE.x_val * held_out_ratio)


def test_ordered_rows_keep_their_labels() -> None:
    """Sorting moves rows and labels together."""
    damaged = spoiled(TABLE, Damage(ordered=True))

    assert np.array_equal(damaged.y, np.sort(TABLE.y))
    assert Counter(zip(damaged.x[:, 0], damaged.y, strict=True)) == Counter(zip(TABLE.x[:, 0], TABLE.y, strict=True))


def test_rare_classes_lose_rows_in_training_only() -> None:
    """The upper half of the classes becomes rare, and the held-out part stays."""
    damaged = spoiled(TABLE, Damage(kept_of_rare=0.1))
    counts = np.bincount(damaged.y, minlength=4)

    assert counts[:2].tolist() == [50, 50]
    assert counts[2:].max() < 15
    assert len(damaged.y_val) == len(TABLE.y_val)


def test_lost_rows_are_nan() -> None:
    """Some rows of the training inputs, and none of the held-out ones."""
    damaged = spoiled(TABLE, Damage(lost_rows=0.05))

    assert 0 < np.isnan(damaged.x).any(axis=1).mean() < 0.15
    assert np.isfinite(damaged.x_val).all()
