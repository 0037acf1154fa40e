"""The mutation operators: each plants one cause into a parent's recipe, in several strengths, the mild ones first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tests.clinic.mutants.parents import Parent
from tests.clinic.mutants.recipe import Recipe

Strength: TypeAlias = float | str
Change: TypeAlias = Callable[[Recipe, Any], Recipe]


def _always(_: Parent) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to make a parent sick, or to change it without harm.

    Attributes:
        name: Its name in ids ("learning_rate_high").
        cause: What it plants, from the doctor's vocabulary; None for a harmless change.
        strengths: How much of it.
        change: Makes the recipe, from the parent's and a strength.
        applies: Whether it can be done to a parent at all.
        acceptable: Causes whose usual single remedy undoes most of the harm as well.
    """

    name: str
    cause: str | None
    strengths: tuple[Strength, ...]
    change: Change
    applies: Callable[[Parent], bool] = _always
    acceptable: frozenset[str] = frozenset()


def planned(recipe: Recipe, **knobs: Any) -> Recipe:
    """The recipe with other knobs of its plan."""
    return replace(recipe, plan=replace(recipe.plan, **knobs))


def damaged(recipe: Recipe, **knobs: Any) -> Recipe:
    """The recipe with something done to its data."""
    return replace(recipe, damage=replace(recipe.damage, **knobs))


def fitted(recipe: Recipe, **knobs: Any) -> Recipe:
    """The recipe with other keywords of `fit`."""
    return replace(recipe, fitting=replace(recipe.fitting, **knobs))


def of(*tasks: str) -> Callable[[Parent], bool]:
    """Whether a parent has one of these tasks.

    Args:
        tasks: Of `parents.TASKS`.
    """
    return lambda parent: parent.task in tasks


def plain(parent: Parent) -> bool:
    """Whether its hidden layers are the plan's own stack."""
    return parent.family not in ("lstm", "gru")


def _layered(parent: Parent) -> bool:
    return plain(parent) and parent.recipe.plan.depth > 1


def sgd(parent: Parent) -> bool:
    """Adam divides the gradient's size out: a sum or a clipped norm changes nothing there."""
    return parent.recipe.plan.optimizer == "sgd"


def _pictured(parent: Parent) -> bool:
    """Whether the order of the input's axes matters to it."""
    return parent.family in ("cnn", "cnn_norm", "lstm", "gru")


def _small(parent: Parent) -> bool:
    """Whether tiny batches train in seconds."""
    return parent.data in ("wine", "iris", "cancer", "diabetes")


def _numeric(parent: Parent) -> bool:
    return parent.data != "reviews"


def _columns(parent: Parent) -> bool:
    return parent.data in ("wine", "iris", "cancer", "diabetes", "friedman", "tags")


OPERATORS: tuple[Operator, ...] = (
    Operator(
        "learning_rate_high",
        "learning-rate-high",
        (3, 10, 30, 100),
        lambda r, f: planned(r, rate=r.plan.rate * f),
        acceptable=frozenset({"lr-schedule"}),
    ),
    Operator(
        "learning_rate_low",
        "learning-rate-low",
        (3, 10, 30, 100),
        lambda r, f: planned(r, rate=r.plan.rate / f),
        acceptable=frozenset({"epochs"}),
    ),
    Operator(
        "decay_fast",
        "lr-schedule",
        (20, 60),
        lambda r, steps: planned(r, decay_steps=int(steps)),
        lambda p: not _small(p) and p.family != "callbacks",
        frozenset({"learning-rate-low"}),
    ),
    Operator(
        "linear_layer",
        "hidden-activation",
        (0,),
        lambda r, at: planned(r, linear=(int(at),)),
        _layered,
        frozenset({"capacity-low"}),
    ),
    Operator("linear_stack", "hidden-activation", ("all",), lambda r, _: planned(r, linear=tuple(range(r.plan.depth))), plain),
    Operator(
        "squashing",
        "hidden-activation",
        ("sigmoid", "softmax"),
        lambda r, name: planned(r, activation=name),
        plain,
        frozenset({"initializer", "batch-norm", "learning-rate-low", "epochs"}),
    ),
    Operator(
        "wrong_labels",
        "label-noise",
        (0.05, 0.2, 0.4),
        lambda r, share: damaged(r, wrong_labels=share),
        lambda p: p.task != "copy",
        frozenset({"labels"}),
    ),
    Operator(
        "misaligned", "labels", (1,), lambda r, rows: damaged(r, misaligned=int(rows)), acceptable=frozenset({"label-noise"})
    ),
    Operator(
        "input_scale",
        "input-scale",
        (0.01, 20, 255),
        lambda r, f: damaged(r, input_scale=f),
        lambda p: _numeric(p) and p.task != "copy" and p.recipe.plan.batch_norm is None,
        frozenset({"batch-norm"}),
    ),
    Operator(
        "column_scale", "input-scale", (100, 1e4), lambda r, f: damaged(r, column_scale=f), _columns, frozenset({"batch-norm"})
    ),
    Operator(
        "target_scale",
        "target-scale",
        (30, 100),
        lambda r, f: damaged(r, target_scale=f),
        of("numbers"),
        frozenset({"learning-rate-low"}),
    ),
    Operator(
        "target_shift",
        "target-scale",
        (10, 50),
        lambda r, far: damaged(r, target_shift=far),
        of("numbers"),
        frozenset({"learning-rate-low"}),
    ),
    Operator(
        "lost_rows",
        "bad-values",
        (0.005, 0.05),
        lambda r, share: damaged(r, lost_rows=share),
        lambda p: _numeric(p) and p.task != "copy",
    ),
    Operator(
        "held_out_scale",
        "train-val-mismatch",
        (3, 30),
        lambda r, f: damaged(r, held_out_scale=f),
        lambda p: _numeric(p) and p.task != "copy",
        frozenset({"input-scale"}),
    ),
    Operator(
        "class_imbalance",
        "class-imbalance",
        (0.02, 0.06),
        lambda r, share: damaged(r, kept_of_rare=share),
        of("classes", "binary"),
        acceptable=frozenset({"train-val-mismatch"}),  # the held-out part keeps its classes
    ),
    Operator(
        "not_shuffled",
        "not-shuffled",
        ("sorted",),
        lambda r, _: fitted(damaged(r, ordered=True), shuffle=False),
        of("classes", "binary", "numbers", "two"),
    ),
    Operator(
        "batch_small",
        "batch-size-small",
        (1, 2),
        lambda r, size: fitted(r, batch_size=int(size)),
        _small,
        frozenset({"learning-rate-high", "lr-schedule"}),
    ),
    Operator(
        "batch_large",
        "batch-size-large",
        (16, 64),
        lambda r, f: fitted(r, batch_size=int(r.fitting.batch_size * f)),
        acceptable=frozenset({"learning-rate-low", "epochs"}),
    ),
    Operator(
        "epochs_few",
        "epochs",
        (4, 10),
        lambda r, f: fitted(r, epochs=max(1, round(r.fitting.epochs / f))),
        acceptable=frozenset({"learning-rate-low", "batch-size-large"}),
    ),
    Operator("reshape", "reshape", ("folded", "swapped"), lambda r, how: planned(r, reshape=how), _pictured),
    Operator(
        "initial_scale", "initializer", (0, 0.03, 5), lambda r, f: planned(r, initial_scale=f), plain, frozenset({"batch-norm"})
    ),
    Operator(
        "frozen", "frozen-layers", (1, 2), lambda r, count: planned(r, frozen=int(count)), lambda p: p.recipe.plan.depth > 1
    ),
    Operator("no_bias", "missing-bias", ("all",), lambda r, _: planned(r, use_bias=False, output_bias=False)),
    Operator(
        "no_bias_shifted",
        "missing-bias",
        (1,),
        lambda r, f: damaged(planned(r, use_bias=False, output_bias=False), target_shift=f),
        of("numbers"),
    ),
    Operator(
        "output_bounded",
        "output-activation",
        ("sigmoid", "relu", "tanh"),
        lambda r, name: planned(r, output=name),
        of("numbers"),
        frozenset({"target-scale"}),
    ),
    Operator(
        "output_softmax",
        "output-activation",
        ("one",),
        lambda r, _: planned(r, output="softmax"),
        of("binary"),
        frozenset({"output-units"}),
    ),
    Operator("output_exclusive", "output-activation", ("softmax",), lambda r, name: planned(r, output=name), of("tags")),
    Operator(
        "output_open",
        "logits-mismatch",
        ("linear",),
        lambda r, name: planned(r, output=name),
        of("classes", "binary", "tags", "two"),
        frozenset({"output-activation"}),
    ),
    Operator(
        "logits_twice",
        "logits-mismatch",
        ("told",),
        lambda r, _: planned(r, from_logits=True),
        of("classes", "binary", "tags", "two"),
        frozenset({"output-activation"}),
    ),
    Operator(
        "loss_numbers",
        "loss-function",
        ("binary_crossentropy", "poisson", "msle", "hinge"),
        lambda r, name: planned(r, loss=name),
        of("numbers"),
    ),
    Operator("loss_binary", "loss-function", ("hinge", "poisson"), lambda r, name: planned(r, loss=name), of("binary")),
    Operator(
        "loss_tags", "loss-function", ("categorical_crossentropy", "mae"), lambda r, name: planned(r, loss=name), of("tags")
    ),
    Operator(
        "loss_rows",
        "loss-function",
        ("mae", "hinge"),
        lambda r, name: damaged(planned(r, loss=name), one_hot=True),
        of("classes"),
    ),
    Operator("summed", "loss-function", ("sum",), lambda r, _: planned(r, summed=True), sgd, frozenset({"learning-rate-high"})),
    Operator(
        "clipnorm",
        "gradient-clipping",
        (0.03, 0.003),
        lambda r, norm: planned(r, clipnorm=norm),
        sgd,
        frozenset({"learning-rate-low", "epochs"}),
    ),
    Operator(
        "clipvalue",
        "gradient-clipping",
        (1e-3, 1e-4),
        lambda r, size: planned(r, clipvalue=size),
        sgd,
        frozenset({"learning-rate-low", "epochs"}),
    ),
    Operator("clip_output", "value-clipping", (1.0, 0.3), lambda r, far: planned(r, clip_output=(-far, far)), of("numbers")),
    Operator("clip_share", "value-clipping", (0.45,), lambda r, low: planned(r, clip_output=(low, 1.0)), of("binary", "tags")),
    Operator("weight_penalty", "regularization", (0.03, 0.3), lambda r, weight: planned(r, l2=weight), plain),
    Operator("dropout", "dropout", (0.6, 0.9), lambda r, rate: planned(r, dropout=rate), acceptable=frozenset({"capacity-low"})),
    Operator(
        "optimizer_weak",
        "optimizer",
        ("adadelta", "adagrad", "sgd"),
        lambda r, name: planned(r, optimizer=name, momentum=0.0),
        lambda p: not sgd(p),
        frozenset({"learning-rate-low", "epochs"}),
    ),
    Operator("narrow", "capacity-low", (1, 2), lambda r, width: planned(r, width=int(width)), lambda p: p.data != "reviews"),
    Operator(
        "slow_statistics",
        "batch-norm",
        (0.99, 0.9995),
        lambda r, momentum: planned(r, batch_norm=momentum),
        _layered,
        frozenset({"epochs"}),
    ),
)
"""One per line of the table in the doctor's design that can be planted into a recipe."""
