"""Data files: `.npz`, `.npy` (mapped, not read) and `.csv`, opened as plain numbers only."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dnndoctor.config.schema import DataFile
from dnndoctor.subject.data.csv_table import read_csv
from dnndoctor.subject.data.leaf import as_array
from dnndoctor.subject.data.parts import Arrays, Parts, Rows, unreadable

_NPZ_NAMES = {
    "x": ("x", "x_train"),
    "y": ("y", "y_train"),
    "weight": ("sample_weight", "sample_weight_train"),
    "x_val": ("x_val", "x_validation"),
    "y_val": ("y_val", "y_validation"),
}


def open_data_file(spec: DataFile, folder: Path) -> Parts:
    """Training and validation rows of a data file.

    Args:
        spec: The config's entry; `x` is the file, for `npz` the archive.
        folder: Paths are relative to it.

    Raises:
        SubjectError: A file is missing, or is not what it is said to be.
    """
    return _READERS[spec.kind](spec, folder)


def _npz(spec: DataFile, folder: Path) -> Parts:
    with _load(spec.x, folder) as archive:
        if not hasattr(archive, "files"):
            raise unreadable(f"`{spec.x}` is not a .npz archive.", "Write `kind: npy` for a single array.")
        arrays: dict[str, Any] = {}
        for part, names in _NPZ_NAMES.items():
            found = [name for name in names if name in archive.files]
            if found:
                try:
                    arrays[part] = as_array(archive[found[0]], found[0])
                except ValueError as error:
                    raise _pickled(f"{found[0]} in {spec.x}") from error
        if "x" not in arrays:
            raise unreadable(
                f"`{spec.x}` holds {', '.join(f'`{name}`' for name in archive.files) or 'nothing'}, and no `x` or `x_train`.",
                "Save it with np.savez(path, x_train=..., y_train=..., x_val=..., y_val=...).",
            )
    return _parts(arrays, "npz")


def _npy(spec: DataFile, folder: Path) -> Parts:
    named = {"x": spec.x, "y": spec.y, "weight": spec.sample_weight, "x_val": spec.x_val, "y_val": spec.y_val}
    return _parts({part: as_array(_load(path, folder, mapped=True), path) for part, path in named.items() if path}, "npy")


def _csv(spec: DataFile, folder: Path) -> Parts:
    if spec.target is None:
        raise unreadable("The data file has no `target:`.", "Name the target's column: `target: price`.")
    targets = [spec.target] if isinstance(spec.target, str) else list(spec.target)
    train = read_csv(_file(spec.x, folder), spec.x, targets, spec.sample_weight)
    if spec.x_val is None:
        return Parts(Arrays(train, "csv"))
    return Parts(
        Arrays(train, "csv"), Arrays(read_csv(_file(spec.x_val, folder), spec.x_val, targets, spec.sample_weight), "csv")
    )


_READERS: dict[str, Callable[[DataFile, Path], Parts]] = {"npz": _npz, "npy": _npy, "csv": _csv}


def _parts(arrays: dict[str, Any], kind: str) -> Parts:
    validation = Arrays(Rows(arrays["x_val"], arrays.get("y_val")), kind) if "x_val" in arrays else None
    return Parts(Arrays(Rows(arrays["x"], arrays.get("y"), arrays.get("weight")), kind), validation)


def _load(shown: str, folder: Path, *, mapped: bool = False) -> Any:
    try:
        return np.load(_file(shown, folder), mmap_mode="r" if mapped else None, allow_pickle=False)
    except ValueError as error:
        raise _pickled(shown) from error
    except (OSError, EOFError) as error:
        raise unreadable(f"`{shown}` is not a numpy file: {error}.", "Save it with np.save or np.savez.") from error


def _pickled(shown: str) -> Exception:
    return unreadable(
        f"`{shown}` holds pickled Python objects, or is not a numpy file.",
        "Save plain arrays of numbers: a pickle can run code when it is opened, so it is not.",
    )


def _file(shown: str, folder: Path) -> Path:
    path = folder / shown
    if not path.is_file():
        raise unreadable(f"There is no file `{shown}` in {folder}.", "Paths in the config are relative to the config file.")
    return path
