"""The healthy parents, and the table that says what each (family, data set) may be used for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tests.clinic.mutants.recipe import Fitting, Plan, Recipe

Split: TypeAlias = Literal["fit", "mend", "sealed"]
Task: TypeAlias = Literal["classes", "binary", "numbers", "tags", "two", "copy"]

TASKS: Mapping[str, Task] = {
    "digits": "classes",
    "wine": "classes",
    "iris": "classes",
    "mnist": "classes",
    "waves": "classes",
    "reviews": "classes",
    "cancer": "binary",
    "diabetes": "numbers",
    "friedman": "numbers",
    "tags": "tags",
    "digits_two": "two",
    "digits_copy": "copy",
}
"""What is to be learned of each data set: one of several classes, yes or no, a number, several labels at once, a class and a
number by two heads, or the input itself."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A healthy recipe.

    Attributes:
        id: Its family and data set.
        family: The kind of model.
        recipe: How it is made.
        split: See `SPLITS`.
    """

    id: str
    family: str
    recipe: Recipe
    split: Split

    @property
    def data(self) -> str:
        """Name of the data set."""
        return self.recipe.plan.dataset

    @property
    def task(self) -> Task:
        """What is to be learned."""
        return TASKS[self.data]


SPLITS: Mapping[tuple[str, str], Split] = {
    ("dense", "digits"): "fit",
    ("dense", "wine"): "mend",
    ("dense", "cancer"): "sealed",
    ("dense", "iris"): "fit",
    ("dense", "friedman"): "fit",
    ("dense", "diabetes"): "sealed",
    ("sgd", "digits"): "fit",
    ("sgd", "mnist"): "sealed",
    ("sgd", "tags"): "mend",
    ("deep", "friedman"): "mend",
    ("deep", "mnist"): "sealed",
    ("cnn", "digits"): "mend",
    ("cnn", "mnist"): "fit",
    ("cnn_norm", "digits"): "sealed",
    ("residual", "digits"): "fit",
    ("lstm", "waves"): "fit",
    ("gru", "waves"): "sealed",
    ("text", "reviews"): "mend",
    ("multilabel", "tags"): "fit",
    ("two_outputs", "digits_two"): "sealed",
    ("autoencoder", "digits_copy"): "fit",
    ("custom_step", "cancer"): "fit",
    ("streamed", "digits"): "mend",
    ("callbacks", "wine"): "fit",
}
"""What the mutants of a (family, data set) may be used for: to fit the ranking, to look at errors, or to be scored unseen. It is
fixed by hand before anything was examined; all mutants of a pair go together."""

_SGD = Plan("dense", "digits", 48, 2, optimizer="sgd", momentum=0.9, rate=0.03)
_PLATEAU = {"class_name": "ReduceLROnPlateau", "monitor": "val_loss", "patience": 6}


def parents() -> tuple[Parent, ...]:
    """All of them."""
    return _PARENTS


def _number(architecture: str, dataset: str, width: int, depth: int, rate: float) -> Plan:
    return Plan(architecture, dataset, width, depth, output="linear", loss="mse", metric="mae", rate=rate)


def _binary(architecture: str, dataset: str, rate: float) -> Plan:
    return Plan(architecture, dataset, 16, 2, output="sigmoid", loss="binary_crossentropy", rate=rate)


def _parent(family: str, recipe: Recipe) -> Parent:
    return Parent(f"{recipe.plan.dataset}_{family}", family, recipe, SPLITS[(family, recipe.plan.dataset)])


_PARENTS = tuple(
    _parent(family, recipe)
    for family, recipe in (
        ("dense", Recipe(Plan("dense", "digits", 48, 2, rate=2e-3), Fitting(15))),
        ("dense", Recipe(Plan("dense", "wine", 24, 2, rate=3e-3), Fitting(30, 16))),
        ("dense", Recipe(_binary("dense", "cancer", 3e-3), Fitting(25))),
        ("dense", Recipe(Plan("dense", "iris", 16, 2, rate=5e-3), Fitting(40, 16))),
        ("dense", Recipe(_number("dense", "friedman", 48, 2, 3e-3), Fitting(25))),
        ("dense", Recipe(_number("dense", "diabetes", 16, 1, 3e-3), Fitting(25))),
        ("sgd", Recipe(replace(_SGD, dataset="digits"), Fitting(20))),
        ("sgd", Recipe(replace(_SGD, dataset="mnist"), Fitting(12))),
        (
            "sgd",
            Recipe(
                replace(_SGD, dataset="tags", output="sigmoid", loss="binary_crossentropy", metric="binary_accuracy"), Fitting(25)
            ),
        ),
        ("deep", Recipe(_number("dense", "friedman", 32, 5, 2e-3), Fitting(25))),
        ("deep", Recipe(Plan("dense", "mnist", 64, 5, rate=1e-3), Fitting(12))),
        ("cnn", Recipe(Plan("cnn", "digits", 16, 2, rate=3e-3), Fitting(10))),
        ("cnn", Recipe(Plan("cnn", "mnist", 8, 2, rate=3e-3), Fitting(6))),
        ("cnn_norm", Recipe(Plan("cnn", "digits", 16, 2, rate=3e-3, batch_norm=0.9), Fitting(10))),
        ("residual", Recipe(Plan("residual", "digits", 48, 3, rate=1e-3), Fitting(15))),
        ("lstm", Recipe(Plan("lstm", "waves", 16, 1, activation="tanh", rate=1e-2), Fitting(12))),
        ("gru", Recipe(Plan("gru", "waves", 16, 1, activation="tanh", rate=1e-2), Fitting(12))),
        ("text", Recipe(Plan("text", "reviews", 16, 1, rate=5e-3), Fitting(12))),
        (
            "multilabel",
            Recipe(
                Plan("dense", "tags", 48, 2, rate=3e-3, metric="binary_accuracy", output="sigmoid", loss="binary_crossentropy"),
                Fitting(20),
            ),
        ),
        ("two_outputs", Recipe(Plan("two_heads", "digits_two", 48, 2, rate=2e-3), Fitting(15))),
        ("autoencoder", Recipe(_number("dense", "digits_copy", 64, 2, 3e-3), Fitting(15))),
        ("custom_step", Recipe(_binary("custom_step", "cancer", 3e-3), Fitting(25))),
        ("streamed", Recipe(Plan("dense", "digits", 48, 2, activation="gelu", rate=2e-3), Fitting(15), streamed=True)),
        ("callbacks", Recipe(Plan("dense", "wine", 24, 2, activation="elu", rate=3e-3), Fitting(30, 16, callbacks=(_PLATEAU,)))),
    )
)
