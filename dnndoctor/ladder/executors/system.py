"""What the operating system is asked for: pieces of a pipe put together, memory read, a group of processes killed."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path


class Lines:
    """Puts lines together from pieces; what a dying writer left unfinished is dropped with this object."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that this piece completes, without their ends."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._rest, lines[0]])
            self._rest = []
        self._rest.append(rest)
        return lines


def resident_bytes(process: int) -> int | None:
    """Resident memory of a process.

    Args:
        process: Its id.

    Returns:
        Bytes; None where it is gone or the system does not tell.
    """
    if sys.platform == "linux":
        try:
            return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            return None
    listing = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False)
    return int(listing.stdout) * 1024 if listing.stdout.strip().isdigit() else None


def kill_group(leader: int) -> None:
    """Kills a process and everything in the group that it leads; nothing where there is nobody left.

    Args:
        leader: Its id.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says the latter of zombies
        os.killpg(leader, signal.SIGKILL)
