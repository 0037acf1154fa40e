"""The prescription as a config file: where it may be written, and what is said of it."""

import os
import sys
from pathlib import Path

from dnndoctor.config.schema import EditSpec, LoadedConfig
from dnndoctor.config.writing import HEAD, treated_text
from dnndoctor.errors import UsageError
from dnndoctor.report.prescription_text import effect_sentence
from dnndoctor.treatment.prescription import NoPrescription, Prescription


def prepare(path: Path, loaded: LoadedConfig) -> None:
    """Sees to it that a prescription can be written, before anything is examined.

    Args:
        path: Where to.
        loaded: The config that it will be made from.

    Raises:
        UsageError: It would write over a file that is no prescription, or its relative paths would lead elsewhere.
    """
    if path.resolve().parent != loaded.folder.resolve():
        raise UsageError(
            f"a prescription is a config, and the paths in it are relative to its folder: write it beside {loaded.file.name}, "
            f"as in --prescription {loaded.folder / path.name}"
        )
    if path.is_dir() or (path.exists() and not _is_ours(path)):
        raise UsageError(f"the prescription would overwrite {path}, which dnndoctor did not write; choose another name")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"the prescription cannot be written to {path}: the folder cannot be written to")


def write(path: Path, loaded: LoadedConfig, given: Prescription | NoPrescription | None) -> None:
    """Writes a prescription where there is one, and says on standard error what was done.

    Args:
        path: As `prepare` found it fit.
        loaded: The config.
        given: What treatment came to.

    Raises:
        UsageError: It cannot be written.
    """
    if not isinstance(given, Prescription):
        why = given.why if given is not None else "nothing was to be treated"
        sys.stderr.write(f"dnndoctor: {path} was not written, as there is no prescription: {why}\n")
        return
    treatments = [EditSpec(name=edit.name, parameters=dict(edit.parameters)) for edit in given.edits]
    text = treated_text(loaded, treatments, [*(part.title for part in given.parts), effect_sentence(given.effect)])
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"the prescription could not be written to {path}: {error.strerror}") from error
    seed = max(loaded.config.ladder.seeds) + 100
    sys.stderr.write(f"dnndoctor: the prescription is in {path}; try it: dnndoctor diagnose {path} --seed {seed}\n")


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(HEAD)
