"""The drawn sample in the run's folder, so that a restarted worker and a resumed run see identical bytes."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from dnndoctor.config.schema import Config
from dnndoctor.subject.blueprint import Array, Tree
from dnndoctor.subject.data.drawing import Drawn
from dnndoctor.subject.data.parts import Rows

_FILE = "sample.npz"
_FORMAT = 1
"""Counted up whenever the file's content means something else than before."""


def save_sample(drawn: Drawn, config: Config, folder: Path) -> None:
    """Writes a sample; a file that is there is replaced in one step.

    Args:
        drawn: The sample.
        config: What it was drawn by.
        folder: The run's folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Array] = {}
    plain = {field.name: getattr(drawn, field.name) for field in fields(drawn) if field.name not in {"train", "validation"}}
    content = {
        "key": _key(config),
        "train": _dismantle(drawn.train, arrays),
        "validation": None if drawn.validation is None else _dismantle(drawn.validation, arrays),
        "plain": plain,
    }
    unfinished = folder / f"{_FILE}.{os.getpid()}"
    with unfinished.open("wb") as file:
        np.savez(file, content=np.asarray(json.dumps(content)), **arrays)  # type: ignore[arg-type]  # numpy's stub takes the arrays for its flag
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / _FILE)


def load_sample(config: Config, folder: Path) -> Drawn | None:
    """Reads a sample that was drawn by the same settings, None where there is none.

    Args:
        config: What the sample should have been drawn by.
        folder: The run's folder.
    """
    path = folder / _FILE
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as archive:
        content = json.loads(str(archive["content"]))
        if content["key"] != _key(config):
            return None
        plain = {**content["plain"], "notes": tuple(content["plain"]["notes"])}
        validation = content["validation"]
        return Drawn(
            train=_assemble(content["train"], archive),
            validation=None if validation is None else _assemble(validation, archive),
            **plain,
        )


def sample_digest(drawn: Drawn) -> str:
    """A hash of the sample's bytes, shapes and dtypes.

    Args:
        drawn: The sample.
    """
    digest = hashlib.sha256()
    arrays: dict[str, Array] = {}
    skeletons = [None if rows is None else _dismantle(rows, arrays) for rows in (drawn.train, drawn.validation)]
    digest.update(json.dumps(skeletons).encode())
    for array in arrays.values():
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data if array.size else b"")
    return digest.hexdigest()


def _key(config: Config) -> str:
    """A hash of all settings that the sample depends on."""
    drawn_by = config.model_dump(mode="json", include={"data": True, "fit": True, "ladder": {"sample_limit"}})
    return hashlib.sha256(json.dumps([_FORMAT, drawn_by], sort_keys=True).encode()).hexdigest()


def _dismantle(rows: Rows, arrays: dict[str, Array]) -> dict[str, Any]:
    return {part: _skeleton(getattr(rows, part), arrays) for part in ("x", "y", "weight")}


def _skeleton(tree: Tree, arrays: dict[str, Array]) -> Any:
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {"dict": [[key, _skeleton(part, arrays)] for key, part in tree.items()]}
    if isinstance(tree, list | tuple):
        return {type(tree).__name__: [_skeleton(part, arrays) for part in tree]}
    name = f"array{len(arrays)}"
    arrays[name] = tree
    return {"array": name}


def _assemble(skeletons: dict[str, Any], archive: Mapping[str, Array]) -> Rows:
    return Rows(*(_tree(skeletons[part], archive) for part in ("x", "y", "weight")))


def _tree(skeleton: Any, archive: Mapping[str, Array]) -> Any:
    if skeleton is None:
        return None
    ((kind, content),) = skeleton.items()
    if kind == "array":
        return archive[content]
    if kind == "dict":
        return {key: _tree(part, archive) for key, part in content}
    parts = [_tree(part, archive) for part in content]
    return tuple(parts) if kind == "tuple" else parts
