"""`dnndoctor env`: what this machine has for the doctor to work with, and how to get what is missing."""

import sys
import time
from pathlib import Path

import click

from dnndoctor.cli.streams import is_terminal, look_of, write_out


@click.command(short_help="Show what this machine has: TensorFlow, Keras, devices, cores, memory.")
def env() -> int:
    """Shows the versions of what the doctor needs, the devices that TensorFlow sees, cores and memory.

    What is missing is marked, with the command that installs it; the exit code is then 1. TensorFlow is started in a process
    of its own for this, which takes some seconds.
    """
    from dnndoctor.report.environment import examine, render

    if is_terminal(sys.stderr):
        sys.stderr.write("Starting TensorFlow ...\r")
        sys.stderr.flush()
    started = time.monotonic()
    entries = examine(Path.cwd())
    if is_terminal(sys.stderr):
        sys.stderr.write("                       \r")
    write_out(render(entries, time.monotonic() - started, look_of(sys.stdout)))
    return 1 if any(entry.state == "missing" for entry in entries) else 0
