"""The data sets of the parents: small real ones of scikit-learn, pictures of the labelled cases, and drawn ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine, make_friedman1
from sklearn.model_selection import train_test_split

Array: TypeAlias = npt.NDArray[Any]

_PICTURES = Path(__file__).parents[1] / "cases" / "faulty" / "_data" / "mnist5k.npz"


@dataclass(frozen=True, slots=True)
class Table:
    """Both parts of a data set.

    Attributes:
        x, y: The training part; `y` is a tuple where there are two targets.
        x_val, y_val: The held-out part.
        units: Units of each head.
        words: Size of the vocabulary where the inputs are words, else 0.
    """

    x: Array
    y: Any
    x_val: Array
    y_val: Any
    units: tuple[int, ...]
    words: int = 0


def load(name: str) -> Table:
    """A data set by its name.

    Args:
        name: A key of `parents.TASKS`.
    """
    return _LOADERS[name]()


def _parted(x: Array, y: Array, units: int, share: float = 0.3, words: int = 0) -> Table:
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=share, random_state=0)
    return Table(x_train, y_train, x_val, y_val, (units,), words)


def _standardised(x: Array, y: Array, units: int, share: float = 0.3) -> Table:
    table = _parted(x, y, units, share)
    mean, spread = table.x.mean(0), table.x.std(0)
    return Table(
        ((table.x - mean) / spread).astype("float32"),
        table.y,
        ((table.x_val - mean) / spread).astype("float32"),
        table.y_val,
        table.units,
    )


def _digits() -> Table:
    x, y = load_digits(return_X_y=True)
    return _parted((x / 16).astype("float32").reshape(-1, 8, 8, 1), y.astype("int32"), 10)


def _digits_two() -> Table:
    """The class, and the share of ink."""
    table = _digits()
    ink, ink_val = (5 * (x.mean((1, 2)) - 0.3) for x in (table.x, table.x_val))
    return Table(table.x, (table.y, ink), table.x_val, (table.y_val, ink_val), (10, 1))


def _digits_copy() -> Table:
    table = _digits()
    x, x_val = (part.reshape(len(part), -1) for part in (table.x, table.x_val))
    return Table(x, x, x_val, x_val, (64,))


def _mnist() -> Table:
    """Every second row and column of 2000 pictures, to train in seconds."""
    with np.load(_PICTURES) as stored:
        x, y = (stored["x_train"][:2000, ::2, ::2, None] / 255).astype("float32"), stored["y_train"][:2000].astype("int32")
        x_val, y_val = (stored["x_test"][:, ::2, ::2, None] / 255).astype("float32"), stored["y_test"].astype("int32")
    return Table(x, y, x_val, y_val, (10,))


def _wine() -> Table:
    x, y = load_wine(return_X_y=True)
    return _standardised(x, y.astype("int32"), 3, 0.4)


def _iris() -> Table:
    x, y = load_iris(return_X_y=True)
    return _standardised(x, y.astype("int32"), 3, 0.4)


def _cancer() -> Table:
    x, y = load_breast_cancer(return_X_y=True)
    return _standardised(x, y.astype("float32")[:, None], 1)


def _diabetes() -> Table:
    x, y = load_diabetes(return_X_y=True)
    return _standardised(x, ((y - 150) / 77).astype("float32")[:, None], 1)


def _friedman() -> Table:
    x, y = make_friedman1(1200, noise=0.5, random_state=0)
    return _standardised(x, ((y - 14.4) / 5).astype("float32")[:, None], 1)


def _waves() -> Table:
    """Noisy oscillations of four kinds: slow, fast, one that quickens, one that fades."""
    rng = np.random.default_rng(3)
    kind, start = rng.integers(0, 4, 1000), rng.uniform(0, 2 * np.pi, 1000)[:, None]
    time = np.linspace(0, 1, 20)[None]
    turns = np.choose(kind[:, None], [2.0 + 0 * time, 4.0 + 0 * time, 2 + 2 * time, 4.0 + 0 * time])
    height = np.where(kind[:, None] == 3, np.exp(-3 * time), 1.0)
    x = height * np.sin(2 * np.pi * turns * time + start) + rng.normal(0, 0.15, (1000, 20))
    return _parted(x[..., None].astype("float32"), kind.astype("int32"), 4)


def _reviews() -> Table:
    """Twenty of 300 words; those below 40 speak for the first class, the next 40 for the second, the rest for none."""
    rng = np.random.default_rng(5)
    y = rng.integers(0, 3, 1400)
    x = rng.integers(120, 300, (1400, 20))
    telling = rng.uniform(size=x.shape) < 0.2
    spoken = np.where(rng.uniform(size=x.shape) < 0.8, y[:, None], rng.integers(0, 3, x.shape))
    x = np.where(telling, 40 * spoken + rng.integers(0, 40, x.shape), x)
    return _parted(x.astype("int32"), y.astype("int32"), 3, words=300)


def _tags() -> Table:
    """Five labels, each a product of two columns and a third one."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(1500, 10)).astype("float32")
    y = np.stack([x[:, i] * x[:, i + 1] + x[:, i + 3] > 0 for i in range(5)], axis=1)
    return _parted(x, y.astype("float32"), 5)


_LOADERS: Mapping[str, Callable[[], Table]] = {
    "digits": _digits,
    "digits_two": _digits_two,
    "digits_copy": _digits_copy,
    "mnist": _mnist,
    "wine": _wine,
    "iris": _iris,
    "cancer": _cancer,
    "diabetes": _diabetes,
    "friedman": _friedman,
    "waves": _waves,
    "reviews": _reviews,
    "tags": _tags,
}
