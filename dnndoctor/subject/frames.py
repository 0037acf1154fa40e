"""Whose file is it: tracebacks and call stacks cut down to the user's own lines."""

import os
import re
import sys
import sysconfig
import traceback
from pathlib import Path
from types import FrameType

from dnndoctor.evidence.facts import Place

_OURS = str(Path(__file__).resolve().parents[1])
_STANDARD_LIBRARY = {sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib")}
_NOT_THE_USERS = tuple(folder + os.sep for folder in (_OURS, *_STANDARD_LIBRARY))
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # Keras prints parts of its messages in bold
_WRAPPING = re.compile(r"Exception encountered when calling [^\n]*\n+")  # Keras' line above the message that tells something
_LONGEST_MESSAGE = 2000  # characters; Keras appends whole argument lists to its messages
_MOST_LINES = 8  # of a message; a variable in one is shown with all of its values, a row a line
_GRAPH_NODE = re.compile(r"\{\{function_node [^}]*\}\}\s*|\s*\[Op:\w+\](?: name:\s*)?")  # addresses in TensorFlow's graph


def is_user_file(filename: str) -> bool:
    """Whether a code object's file was written by the user: not a library's, Python's or ours.

    Args:
        filename: `co_filename` of a code object.
    """
    if filename.startswith("<") or "__autograph_generated_file" in filename:
        return False
    path = Path(filename)
    return not _INSTALLED.intersection(path.parts) and not filename.startswith(_NOT_THE_USERS)


def shown_path(filename: str | Path, folder: Path) -> str:
    """A path as a person would type it.

    Args:
        filename: Any path.
        folder: The config's folder.

    Returns:
        The path relative to `folder` where it lies below it, else as it is.
    """
    path = Path(filename)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def calling_place(folder: Path) -> Place | None:
    """The innermost line of the user's that led here, None where there is none on the stack.

    Args:
        folder: The config's folder.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_user_file(frame.f_code.co_filename):
            return Place(shown_path(frame.f_code.co_filename, folder), frame.f_lineno)
        frame = frame.f_back
    return None


def raising_place(error: BaseException, folder: Path) -> Place | None:
    """The innermost line of the user's in an exception's traceback, None where there is none.

    Args:
        error: The exception.
        folder: The config's folder.
    """
    if isinstance(error, SyntaxError) and error.filename and error.lineno and is_user_file(error.filename):
        return Place(shown_path(error.filename, folder), error.lineno)
    for step in reversed(traceback.extract_tb(error.__traceback__)):
        if is_user_file(step.filename) and step.lineno is not None:
            return Place(shown_path(step.filename, folder), step.lineno)
    return None


def first_line(error: BaseException) -> str:
    """What an exception says, in a line: the first that tells something, without colours.

    Args:
        error: The exception.
    """
    return _GRAPH_NODE.sub("", _WRAPPING.sub("", _COLOURS.sub("", str(error)))).strip().split("\n", 1)[0]


def user_frames(error: BaseException, folder: Path) -> str:
    """An exception's traceback with the user's own frames only, and its last line.

    Args:
        error: The exception.
        folder: The config's folder.
    """
    steps = [
        traceback.FrameSummary(shown_path(step.filename, folder), step.lineno, step.name, line=step.line)
        for step in traceback.extract_tb(error.__traceback__)
        if is_user_file(step.filename)
    ]
    said = _GRAPH_NODE.sub("", _COLOURS.sub("", "".join(traceback.format_exception_only(error)))).rstrip()
    last = "\n".join(said.split("\n")[:_MOST_LINES])[:_LONGEST_MESSAGE]
    if len(last) < len(said):
        last += " ..."
    return "".join(traceback.format_list(steps)) + last
