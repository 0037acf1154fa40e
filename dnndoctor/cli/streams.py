"""Standard output and standard error: what they can show, and how text gets there whatever they are."""

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from dnndoctor.report.look import Look

_WIDEST = 120
"""Columns beyond which lines of prose are hard to read; wider terminals keep their right side free."""


def look_of(stream: TextIO, *, verbose: bool = False) -> "Look":
    """What a stream can show.

    Args:
        stream: Standard output or standard error.
        verbose: See `Look`.
    """
    from dnndoctor.report.look import Look  # its room is heavy, and `--help` shows no report

    columns = shutil.get_terminal_size((80, 24)).columns
    return Look(
        width=min(columns, _WIDEST),
        columns=columns,
        unicode=(getattr(stream, "encoding", None) or "ascii").lower().replace("-", "") == "utf8",
        colour=is_terminal(stream) and not os.environ.get("NO_COLOR"),
        verbose=verbose,
    )


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can move its cursor and show colours."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def write_out(text: str) -> None:
    """Writes to standard output; a reader that has gone (`| head`) is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_stdout()


def abandon_stdout() -> None:
    """Lets nothing more be written to a standard output whose reader has gone, not even at the interpreter's end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def complain(text: str) -> None:
    """Writes one line to standard error."""
    sys.stderr.write(f"dnndoctor: {look_of(sys.stderr).text(text)}\n")
