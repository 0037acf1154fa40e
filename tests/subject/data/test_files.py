"""Data files give their arrays, and nothing but plain numbers is read from them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnndoctor.config.schema import DataFile
from dnndoctor.errors import SubjectError
from dnndoctor.subject.data.files import open_data_file
from dnndoctor.subject.data.parts import Arrays, Parts

X, Y = np.arange(12.0).reshape(4, 3), np.array([0, 1, 1, 0])


def rows(parts: Parts) -> Any:
    """Training rows of a file."""
    assert isinstance(parts.train, Arrays)
    return parts.train.rows


def test_an_npz_is_read_by_its_names(tmp_path: Path) -> None:
    """x_train, y_train, x_val, y_val and sample_weight are found by name."""
    np.savez(tmp_path / "data.npz", x_train=X, y_train=Y, x_val=X[:2], y_val=Y[:2], sample_weight=Y + 1.0)

    parts = open_data_file(DataFile(kind="npz", x="data.npz"), tmp_path)

    assert np.array_equal(rows(parts).x, X)
    assert np.array_equal(rows(parts).weight, Y + 1)
    assert isinstance(parts.validation, Arrays)
    assert parts.validation.rows.x.shape == (2, 3)  # type: ignore[union-attr]  # one array


def test_npy_files_are_mapped(tmp_path: Path) -> None:
    """A .npy file is mapped, not read."""
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)

    parts = open_data_file(DataFile(kind="npy", x="x.npy", y="y.npy"), tmp_path)

    assert isinstance(rows(parts).x, np.memmap)
    assert np.array_equal(rows(parts).y, Y)


def test_a_csv_is_split_into_inputs_and_target(tmp_path: Path) -> None:
    """The target's column is the target, the others are inputs, and an empty cell is NaN."""
    (tmp_path / "data.csv").write_text("a,price,b\n1,10,2\n3,,4\n\n5,30,6\n")

    parts = open_data_file(DataFile(kind="csv", x="data.csv", target="price"), tmp_path)

    assert rows(parts).x.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert np.isnan(rows(parts).y[1])


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("a,price\n1,2\nx,3\n", "price", r"line 3, column `a`: 'x' is not a number"),
        ("a,price\n1,2\n1\n", "price", "line 3: 1 cells where the header has 2"),
        ("a,price\n1,2\n", "prize", "has no column `prize`"),
        ("1,2\n3,4\n", "1", "has no header"),
        ("", "price", "is empty"),
        ("price\n1\n", "price", "no column beside its targets"),
    ],
)
def test_a_bad_csv_names_line_and_column(tmp_path: Path, text: str, target: str, said: str) -> None:
    """What is wrong in a table is told where it stands."""
    (tmp_path / "data.csv").write_text(text)

    with pytest.raises(SubjectError, match=said):
        open_data_file(DataFile(kind="csv", x="data.csv", target=target), tmp_path)


@pytest.mark.parametrize("kind", ["npz", "npy"])
def test_files_that_are_not_numpy_are_refused(tmp_path: Path, kind: Any) -> None:
    """Text, pickles and missing files are told, and no pickle is opened."""
    (tmp_path / "text").write_text("hello")
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)

    for name in ("text", "pickled.npy"):
        with pytest.raises(SubjectError, match="not a numpy file"):
            open_data_file(DataFile(kind=kind, x=name, y="text" if kind == "npy" else None), tmp_path)
    with pytest.raises(SubjectError, match="There is no file"):
        open_data_file(DataFile(kind=kind, x="nowhere"), tmp_path)
