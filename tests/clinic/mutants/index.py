"""Who the mutants are. Nobody is stored: each is made from its parent, its operators and their strengths. No TensorFlow here."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.clinic.mutants.figures import FIGURES, Figures, read
from tests.clinic.mutants.harmless import HARMLESS
from tests.clinic.mutants.operators import OPERATORS, Operator, Strength
from tests.clinic.mutants.pairs import PAIRS
from tests.clinic.mutants.parents import Parent, Split, parents
from tests.clinic.mutants.recipe import Recipe
from tests.clinic.patients import Patient, Truth

FACTORIES = Path(__file__).parent / "factories.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A parent that something was done to.

    Attributes:
        id: "digits_dense--learning_rate_high-10".
        parent: The parent's id.
        family: The parent's family.
        data: The parent's data set.
        split: What it may be used for; the same for all of a family and data set.
        operator: The operator's name; two with a "+" for a pair.
        strength: Its strength as text; two with a "+" for a pair.
        truth: What the doctor should find.
        harmless: Whether it should find nothing.
        recipe: How it is made.
    """

    id: str
    parent: str
    family: str
    data: str
    split: Split
    operator: str
    strength: str
    truth: Truth
    harmless: bool
    recipe: Recipe

    def patient(self) -> Patient:
        """Somebody to run the command on; the config does not tell what was done."""
        return Patient(self.truth, config_of(self.recipe))

    @property
    def digest(self) -> str:
        """Tells stored figures that belong to another recipe."""
        return digest_of(self.recipe)


def mutants() -> Iterator[Mutant]:
    """Those that count: measured as they are now, and worse than the parent beyond noise; or harmless, and not worse."""
    figures = read(FIGURES)
    return (mutant for mutant in candidates() if counting(mutant, figures.get(mutant.id)))


def counting(mutant: Mutant, figures: Figures | None) -> bool:
    """Whether a mutant is a patient.

    Args:
        mutant: The mutant.
        figures: What was measured of it, if anything was.
    """
    if figures is None or (figures.digest, figures.parent_digest) != (mutant.digest, digest_of(parent_of(mutant).recipe)):
        return False
    return figures.usable and (figures.as_good if mutant.harmless else figures.worse)


def config_of(recipe: Recipe) -> dict[str, Any]:
    """The config of a recipe, as plain data."""
    return {
        "version": 1,
        "model": {"factory": f"{FACTORIES}:build_model", "args": recipe.model_args()},
        "data": {"factory": f"{FACTORIES}:load_data", "args": recipe.data_args()},
        "fit": recipe.fit_args(),
    }


def digest_of(recipe: Recipe) -> str:
    """Ten hexadecimal digits of what the config says, but for the place of this folder."""
    said = json.dumps([recipe.model_args(), recipe.data_args(), recipe.fit_args()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def parent_of(mutant: Mutant) -> Parent:
    """Whom a mutant was made from."""
    return next(parent for parent in parents() if parent.id == mutant.parent)


@cache
def candidates() -> tuple[Mutant, ...]:
    """All that can be made, measured or not."""
    return tuple(mutant for parent in parents() for mutant in _of(parent))


def _of(parent: Parent) -> Iterator[Mutant]:
    by_name = {operator.name: operator for operator in OPERATORS}
    for operator in (*OPERATORS, *HARMLESS):
        if operator.applies(parent):
            for strength in operator.strengths:
                yield _mutant(parent, ((operator, strength),))
    for first, much, second, more in PAIRS:
        if by_name[first].applies(parent) and by_name[second].applies(parent):
            yield _mutant(parent, ((by_name[first], much), (by_name[second], more)))


def _mutant(parent: Parent, steps: tuple[tuple[Operator, Strength], ...]) -> Mutant:
    recipe = parent.recipe
    for operator, strength in steps:
        recipe = operator.change(recipe, strength)
    name = f"{parent.id}--" + "+".join(f"{operator.name}-{_text(strength)}" for operator, strength in steps)
    faults = frozenset(operator.cause for operator, _ in steps if operator.cause is not None)
    acceptable = frozenset[str]().union(*(operator.acceptable for operator, _ in steps)) - faults
    return Mutant(
        name,
        parent.id,
        parent.family,
        parent.data,
        parent.split,
        "+".join(operator.name for operator, _ in steps),
        "+".join(_text(strength) for _, strength in steps),
        Truth(name, faults, acceptable),
        not faults,
        recipe,
    )


def _text(strength: Strength) -> str:
    return strength if isinstance(strength, str) else f"{strength:g}"
