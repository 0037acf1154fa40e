"""Our own faults: the traceback goes to a file, the person gets its path."""

import tempfile
import traceback
from pathlib import Path

FILE = "fault.txt"


def save_traceback(folder: Path | None, text: str | None = None) -> Path | str:
    """Keeps a traceback for a bug report.

    Args:
        folder: The run's folder; a new one among the system's temporary files where None or where it cannot be written.
        text: The traceback; that of the exception being handled where None.

    Returns:
        The file; the end of the traceback itself where no file can be written.
    """
    text = text or traceback.format_exc()
    for place in (folder, None):
        try:
            file = (place or Path(tempfile.mkdtemp(prefix="dnndoctor-"))) / FILE
            with file.open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text + "\n")
        except OSError:
            continue
        return file
    return text.strip().splitlines()[-1]
