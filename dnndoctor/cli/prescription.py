"""The prescription as a config file and as a diff: where it may be written, and what is said of it."""

import os
import sys
from pathlib import Path

from dnndoctor.config.schema import EditSpec, LoadedConfig
from dnndoctor.config.writing import HEAD, treated_text
from dnndoctor.errors import UsageError
from dnndoctor.report.contents import Checkup
from dnndoctor.report.look import safe
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
    _prepare(path, "prescription")


def prepare_patch(path: Path) -> None:
    """The same for a prescription as a unified diff, which may be anywhere.

    Args:
        path: Where to.

    Raises:
        UsageError: It would write over a file that is no such diff, or cannot be written.
    """
    _prepare(path, "patch")


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
        sys.stderr.write(f"dnndoctor: {path} was not written, as there is no prescription: {_why_none(given)}\n")
        return
    treatments = [EditSpec(name=edit.name, parameters=dict(edit.parameters)) for edit in given.edits]
    text = treated_text(loaded, treatments, [*(part.title for part in given.parts), effect_sentence(given.effect)])
    _write_whole(path, text, "prescription")
    seed = max(loaded.config.ladder.seeds) + 100
    sys.stderr.write(f"dnndoctor: the prescription is in {path}; try it: dnndoctor diagnose {path} --seed {seed}\n")


def write_patch(path: Path, loaded: LoadedConfig, checkup: Checkup) -> None:
    """Writes a prescription as a unified diff where there is one, and says on standard error what was done.

    What no diff could be made of stands in its head as remarks.

    Args:
        path: As `prepare_patch` found it fit.
        loaded: The config.
        checkup: With the prescription and its diff.

    Raises:
        UsageError: It cannot be written.
    """
    given = checkup.treated.prescription if checkup.treated else None
    diff = checkup.proposal.diff()
    if not isinstance(given, Prescription) or not diff:
        why = "nothing of it was found for certain in your files" if isinstance(given, Prescription) else _why_none(given)
        sys.stderr.write(f"dnndoctor: {path} was not written, as there is no diff: {why}\n")
        return
    from_there = os.path.relpath(path.resolve(), loaded.folder.resolve())
    remarks = [
        f"{HEAD} from {loaded.file.name}. In its folder: git apply {from_there}, or patch -p1 < {from_there}",
        *(part.title for part in given.parts),
        effect_sentence(given.effect),
    ]
    for left in checkup.proposal.by_hand:
        remarks += [f"By hand, as {left.why}:", *(f"    {line}" for line in left.snippet.splitlines())]
    head = "\n# ".join(safe(line) for line in remarks)
    _write_whole(path, f"{head}\n\n{diff}", "patch")
    left_over = len(checkup.proposal.by_hand)
    by_hand = f"; {left_over} of the changes {'are' if left_over > 1 else 'is'} left to you, see its head" if left_over else ""
    sys.stderr.write(f"dnndoctor: the patch is in {path}; apply it in {loaded.folder}{by_hand}\n")


def _why_none(given: NoPrescription | None) -> str:
    return given.why if given is not None else "nothing was to be treated"


def _prepare(path: Path, what: str) -> None:
    if path.is_dir() or (path.exists() and not _is_ours(path)):
        raise UsageError(f"the {what} would overwrite {path}, which dnndoctor did not write; choose another name")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"the {what} cannot be written to {path}: the folder cannot be written to")


def _write_whole(path: Path, text: str, what: str) -> None:
    """By a rename, so that a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:  # a diff keeps the line ends of the files
            file.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"the {what} could not be written to {path}: {error.strerror}") from error


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(HEAD)
