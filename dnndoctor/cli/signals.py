"""Ctrl-C and SIGTERM: the first asks the climb to stop, the second ends the process at once."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dnndoctor.ladder.observer import Stop

_EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
_SHOW_CURSOR = b"\x1b[?25h\n"


@contextmanager
def asking(stop: Stop) -> Iterator[None]:
    """While inside, signals ask for a stop instead of ending the process.

    Args:
        stop: Is told.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature is Python's
        code = _EXIT_CODES[signal.Signals(number)]
        if stop.exit_code is not None:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR)  # the live ladder hides it
            os._exit(code)  # the worker ends itself when its pipe closes
        stop.ask(code)

    before = {number: signal.signal(number, on_signal) for number in _EXIT_CODES}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
