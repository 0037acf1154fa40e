"""The worker process: ``python -P -m dnndoctor.subject.worker CONTROL``, where CONTROL is the descriptor of a Unix socket.

It imports TensorFlow once and then only nurses: for every pair of pipe ends that the doctor sends over the socket it forks a
*life* that serves one subject, and it reports when that life ends, and how. A life after a crash thus costs 0.1 s and no import.
A fork is safe only before TensorFlow has run anything, so the nursery itself never touches the subject. Where forking after
the import is not safe at all (macOS), the process serves one life in place and is started again for the next.

Nothing outlives the doctor: the nursery ends when its socket is closed and takes the life with it; the kernel ends the life when
the nursery dies. The life leads a process group of its own, so that processes which the user's code starts end with it.
"""

import argparse
import contextlib
import ctypes
import faulthandler
import fcntl
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
import warnings

from dnndoctor.evidence import record
from dnndoctor.evidence.messages import Born, Died
from dnndoctor.subject.life import OWN_FAULT, SessionFactory, end, serve, session_factory

REAL_SESSION = "dnndoctor.subject.session:Session"

HIGH_DESCRIPTOR = 200
"""Pipes are moved up here, out of reach of user code that closes or writes to small descriptors (macOS allows 256)."""

LOOK_AGAIN = 0.02
"""Seconds between two looks of the nursery at its life. Waiting on a pidfd needs Linux 5.3, which some still lack."""

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def main(arguments: list[str] | None = None) -> None:
    """Runs the worker until its socket is closed.

    Args:
        arguments: Of the command line; those of this process by default.
    """
    parser = argparse.ArgumentParser(prog="dnndoctor.subject.worker")
    parser.add_argument("control", type=int)
    parser.add_argument("--session", default=REAL_SESSION)
    parser.add_argument("--in-place", action="store_true")
    options = parser.parse_args(arguments)
    control = socket.socket(fileno=_move_up(options.control))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # both are text files here
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # the doctor asks a hanging life where it is
    _die_with(os.getppid())
    try:
        factory = session_factory(options.session)
        factory.prepare()
    except BaseException:  # also SystemExit from an import: the log's end tells, and the doctor reads it
        traceback.print_exc()
        end(OWN_FAULT)
    if options.in_place or sys.platform != "linux":
        _serve_in_place(control, factory)
    else:
        _die_with(None)  # from here on the closed socket tells; the signal would come too when only the doctor's thread ends
        _nurse(control, factory)
    end(0)


def _serve_in_place(control: socket.socket, factory: SessionFactory) -> None:
    pipes = _receive_pipes(control)
    if pipes:
        threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
        _tell(control, Born(os.getpid()))
        _live(factory, *pipes)


def _nurse(control: socket.socket, factory: SessionFactory) -> None:
    """Forks lives one after the other until the doctor closes the socket."""
    life: int | None = None
    while True:
        readable, _, _ = select.select([control], [], [], None if life is None else LOOK_AGAIN)
        if life is not None:
            ended, status = os.waitpid(life, os.WNOHANG)
            if ended:
                _kill_group(life)  # what the user's code started may still be there
                _tell(control, Died(life, os.waitstatus_to_exitcode(status)))
                life = None
        if readable:
            pipes = _receive_pipes(control)
            if life is not None:  # the doctor is gone, or wants a new life
                _kill_group(life)
                _, status = os.waitpid(life, 0)
                _tell(control, Died(life, os.waitstatus_to_exitcode(status)))
            if not pipes:
                return
            life = _fork(control, factory, pipes)
            _tell(control, Born(life))


def _fork(control: socket.socket, factory: SessionFactory, pipes: tuple[int, int]) -> int:
    nursery = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads; those of the imports only wait
        life = os.fork()
    if life == 0:
        with contextlib.suppress(OSError):  # the nursery may have been faster
            os.setpgid(0, 0)
        _die_with(nursery)
        control.close()
        _live(factory, *pipes)
    with contextlib.suppress(OSError):  # the life may have been faster, or be gone
        os.setpgid(life, life)
    for descriptor in pipes:
        os.close(descriptor)
    return life


def _live(factory: SessionFactory, commands: int, messages: int) -> None:
    """Serves one life and ends the process."""
    commands, messages = _move_up(commands), _move_up(messages)
    try:
        serve(factory, commands, messages)
    except BrokenPipeError:  # the doctor is gone
        end(0)
    except BaseException:  # ours, or an exit of the user's outside a trial: the log's end tells which
        traceback.print_exc()
        end(OWN_FAULT)
    end(0)


def _receive_pipes(control: socket.socket) -> tuple[int, int] | None:
    """The two pipe ends of a new life, None where the doctor has closed the socket."""
    try:
        request, descriptors, _, _ = socket.recv_fds(control, 1, 2)
    except ConnectionError:
        return None
    return (descriptors[0], descriptors[1]) if request else None


def _tell(control: socket.socket, message: Born | Died) -> None:
    with contextlib.suppress(ConnectionError):  # the doctor is gone; the next look at the socket says so
        control.sendall((record.dumps(message) + "\n").encode())


def _move_up(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR)
    os.close(descriptor)
    return moved


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says the latter of zombies
        os.killpg(leader, signal.SIGKILL)


def _die_with(parent: int | None) -> None:
    """Has the kernel kill this process when its parent dies; None takes that back. Linux only, a no-op elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0 if parent is None else int(signal.SIGKILL), 0, 0, 0)
        if parent is not None and os.getppid() != parent:  # it died before we asked
            os._exit(0)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main()
