"""The worker's process as the doctor sees it: started, spoken to, watched and ended; nothing blocks for longer than asked."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import pydantic

from dnndoctor.errors import DnnDoctorError, UsageError
from dnndoctor.evidence import record
from dnndoctor.evidence.messages import (
    Alive,
    Born,
    Died,
    Done,
    Ended,
    EpochEnded,
    Open,
    Opened,
    Refused,
    Run,
    Train,
    Trained,
)
from dnndoctor.ladder.executors.log import WorkerLog
from dnndoctor.ladder.executors.system import Lines, kill_group, resident_bytes

REAL_SESSION = "dnndoctor.subject.session:Session"

STACK_DUMP_SECONDS = 0.3
"""What a hanging life gets to write down where it is before it is killed; the dump itself takes milliseconds."""

CHUNK = 2**16

Message = Opened | Refused | Alive | Ended | Done | Born | Died | EpochEnded | Trained


class WorkerProcess:
    """One nursery with at most one life. A life that ended is followed by `start_life`; a nursery that died is replaced by it."""

    def __init__(self, log: Path, *, session: str = REAL_SESSION, in_place: bool = False) -> None:
        """Starts nothing yet.

        Args:
            log: File that the worker's output is appended to.
            session: What it serves, as `package.module:name`.
            in_place: No forking: every life is a process of its own that imports everything anew.
        """
        self.log = WorkerLog(log)
        self._session = session
        self._in_place = in_place
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._commands: int | None = None
        self._messages: int | None = None
        self._unsent = bytearray()
        self._lines = Lines()
        self._control_lines = Lines()
        self._received: deque[Message] = deque()
        self._expecting = False
        self.life: int | None = None
        """Process of the life, None where there is none."""

    @property
    def warm(self) -> bool:
        """Whether the next life needs no import."""
        return self._nursery is not None and not self._in_place

    def start_life(self) -> None:
        """Asks for a fresh life; `Born` is received once it is there.

        Raises:
            UsageError: The log cannot be written, or no process can be started.
        """
        self.end_life()
        if self._nursery is None:
            self._start_nursery()
        command_read, self._commands = os.pipe()
        self._messages, message_write = os.pipe()
        os.set_blocking(self._commands, False)
        os.set_blocking(self._messages, False)
        self.log.mark()
        self._expecting = True
        try:
            assert self._control is not None  # the nursery was just started or lives
            socket.send_fds(self._control, [b"+"], [command_read, message_write])
        except OSError:  # the nursery died meanwhile; receiving says so
            pass
        finally:
            os.close(command_read)
            os.close(message_write)

    def send(self, command: Open | Run | Train) -> None:
        """Says something to the life; it is written while receiving."""
        self._unsent += (record.dumps(command) + "\n").encode()

    def receive(self, seconds: float) -> list[Message]:
        """What the worker said, in order; `Died` comes after everything that the life still said.

        Args:
            seconds: How long to wait for the first message.

        Raises:
            DnnDoctorError: A line is not a message.
        """
        deadline = time.monotonic() + seconds
        while not self._received:
            left = max(0.0, deadline - time.monotonic())
            if not self._look(left) or left == 0.0:
                break
        received = list(self._received)
        self._received.clear()
        return received

    def where(self) -> None:
        """Has the life write its threads' stacks into the log."""
        if self.life is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
                os.kill(self.life, signal.SIGUSR1)
            time.sleep(STACK_DUMP_SECONDS)

    def end_life(self) -> None:
        """Kills the life and everything that it started; waits until it is gone."""
        if self.life is not None:
            kill_group(self.life)
            self._await_death()
        if self._expecting or self.life is not None:  # a birth or a death that comes too late would be taken for the next life's
            self._end_nursery()
        self.life = None
        self._close_pipes()
        self._received.clear()

    def close(self) -> None:
        """Ends everything; may be called twice."""
        self.end_life()
        self._end_nursery()

    def memory(self) -> int | None:
        """Bytes that the life holds in memory, those shared with the nursery included; None where they cannot be told."""
        return resident_bytes(self.life) if self.life is not None else None

    def _start_nursery(self) -> None:
        ours, theirs = socket.socketpair()
        arguments = [sys.executable, "-P", "-m", "dnndoctor.subject.worker", str(theirs.fileno()), "--session", self._session]
        try:
            with self.log.path.open("ab") as log:
                self._nursery = subprocess.Popen(
                    [*arguments, "--in-place"] if self._in_place else arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            raise UsageError(f"the worker could not be started with its log in {self.log.path}: {error.strerror}") from error
        finally:
            theirs.close()
        ours.setblocking(False)
        self._control = ours
        self._control_lines = Lines()

    def _await_death(self) -> None:
        patience = time.monotonic() + 5  # the kernel frees a large process in well under a second
        while self.life is not None and time.monotonic() < patience:
            self._look(0.05)

    def _end_nursery(self) -> None:
        """It ends by itself once its socket is closed, unless it is still importing or serves in place."""
        if self._nursery is None or self._control is None:
            return
        self._expecting = False
        self._control.close()
        self._control = None
        if self.life is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._nursery.wait(0.2)
        kill_group(self._nursery.pid)
        self._nursery.wait()
        self._nursery = None

    def _look(self, seconds: float) -> bool:
        """Waits for the pipes to become ready and serves them; False where there is nothing left to wait for."""
        if self._control is None:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            if self._messages is not None:
                selector.register(self._messages, selectors.EVENT_READ)
            if self._commands is not None and self._unsent:
                selector.register(self._commands, selectors.EVENT_WRITE)
            ready = {key.fileobj for key, _ in selector.select(seconds)}
        if self._commands in ready:
            self._write_commands()
        if self._messages in ready:
            self._read_messages()
        # A process that the user's code started may hold the socket open after the worker is gone, so look at the worker too.
        if self._control in ready or (self._nursery is not None and self._nursery.poll() is not None):
            self._read_control()
        return True

    def _write_commands(self) -> None:
        assert self._commands is not None  # it was ready
        try:
            written = os.write(self._commands, self._unsent[:CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:  # the life has ended; `Died` will come
            written = len(self._unsent)
        del self._unsent[:written]

    def _read_messages(self) -> None:
        while self._messages is not None:
            try:
                data = os.read(self._messages, CHUNK)
            except BlockingIOError:
                return
            if not data:
                os.close(self._messages)
                self._messages = None
            self._received += [_message(line) for line in self._lines.feed(data)]

    def _read_control(self) -> None:
        assert self._control is not None  # it was ready
        assert self._nursery is not None  # and both come and go together
        dead = self._nursery.poll() is not None
        try:
            data = self._control.recv(CHUNK)
        except BlockingIOError:
            if not dead:
                return
            data = b""
        except ConnectionError:
            data = b""
        for line in self._control_lines.feed(data):
            message = _message(line)
            if isinstance(message, Born):
                self.life, self._expecting = message.pid, False
                self._received.append(message)
            elif isinstance(message, Died) and message.pid == self.life:
                self._life_ended(message)
        if not data:
            self._nursery_ended()

    def _nursery_ended(self) -> None:
        assert self._control is not None  # it was just read
        assert self._nursery is not None  # as above
        kill_group(self._nursery.pid)
        exit_code = self._nursery.wait()
        if self.life is not None:
            kill_group(self.life)  # on Linux the kernel has done so; whom it had started is ended here
        self._nursery = None
        self._control.close()
        self._control = None
        self._expecting = False
        self._life_ended(Died(self.life or 0, exit_code))

    def _life_ended(self, message: Died) -> None:
        self._read_messages()  # everything it said is in the pipe by now
        self.life = None
        self._close_pipes()
        self._received.append(message)

    def _close_pipes(self) -> None:
        for descriptor in (self._commands, self._messages):
            if descriptor is not None:
                os.close(descriptor)
        self._commands = self._messages = None
        self._unsent.clear()
        self._lines = Lines()


_kinds: Any = Message


def _message(line: bytes) -> Message:
    try:
        message: Message = record.loads(_kinds, line.decode())
    except (pydantic.ValidationError, UnicodeDecodeError) as error:
        raise DnnDoctorError(f"the worker sent what is not a message: {line[:200]!r}") from error
    return message
