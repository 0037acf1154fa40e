"""Where runs are kept: one folder each below `.dnndoctor/runs`, named for its moment."""

import datetime
import difflib
import secrets
from pathlib import Path

from dnndoctor.errors import UsageError
from dnndoctor.ladder.journal import FILE

ROOT = Path(".dnndoctor") / "runs"


def new_run(root: Path | None = None) -> Path:
    """Makes the folder of a new run ("20261123-101530-a1b2c3": local time and chance).

    Args:
        root: Folder of all runs; `.dnndoctor/runs` below the working directory by default.

    Raises:
        UsageError: It cannot be written.
    """
    chosen = root or Path.cwd() / ROOT
    folder = chosen / f"{datetime.datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    try:
        folder.mkdir(parents=True)
        if root is None and not (ignore := chosen.parent / ".gitignore").exists():
            ignore.write_text("*\n", encoding="utf-8")  # runs are the machine's, and no part of the user's repository
    except OSError as error:
        raise UsageError(f"the run's folder {folder} cannot be made: {error.strerror}") from error
    return folder


def find_run(name: str, root: Path | None = None) -> Path:
    """The folder of an earlier run.

    Args:
        name: "last", the run's name or the beginning of it, or a path to its folder or journal.
        root: See `new_run`.

    Raises:
        UsageError: There is no such run, or several begin like this.
    """
    chosen = root or Path.cwd() / ROOT
    path = Path(name)
    if path.name == FILE and path.is_file():
        return path.parent
    if (path / FILE).is_file():
        return path
    try:
        names = sorted(folder.name for folder in chosen.iterdir() if (folder / FILE).is_file())
    except OSError:
        names = []
    if not names:
        raise UsageError(f"there is no run {name!r}: {chosen} holds none")
    if name == "last":
        return chosen / names[-1]
    matching = [each for each in names if name and each.startswith(name)]
    if len(matching) == 1 or name in matching:
        return chosen / (name if name in matching else matching[0])
    if matching:
        raise UsageError(f"several runs begin with {name!r}: {', '.join(matching[-5:])}")
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
    raise UsageError(f"there is no run {name!r} in {chosen}; the nearest is {near[0]}, the last is {names[-1]}")
