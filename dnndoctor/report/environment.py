"""What the machine has: packages, devices, cores, memory, room on the disk."""

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from dnndoctor import __version__
from dnndoctor.report.look import Look
from dnndoctor.report.numbers import duration
from dnndoctor.report.sheet import Sheet

LEAST = {"tensorflow": (2, 20), "keras": (3, 10), "numpy": (1, 26)}
"""The versions that the package declares."""

START_TIMEOUT = 300
"""Seconds for TensorFlow's import: a few on a warm disk, minutes on a cold network file system."""

LEAST_MEMORY = 4 * 2**30
"""Bytes of memory below which a worker with TensorFlow (0.5 GiB) and a model of some size have little room."""

_PROBE = """
import json, time
started = time.monotonic()
import tensorflow as tf
import keras
import numpy
seconds = time.monotonic() - started
devices = tf.config.list_physical_devices("GPU")
gpus = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in devices]
versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": numpy.__version__}
built, backend = tf.test.is_built_with_cuda(), keras.backend.backend()
print("\\n" + json.dumps({"seconds": seconds, "gpus": gpus, "versions": versions, "backend": backend, "cuda": built}))
"""

_SIGNS = {"fine": ("✔", "green"), "weak": ("▲", "yellow"), "missing": ("✘", "bold red")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the doctor needs or can use.

    Attributes:
        state: "fine", "weak" (works, but see the advice) or "missing".
        text: What was found.
        advice: What to do, where it is not fine.
    """

    state: Literal["fine", "weak", "missing"]
    text: str
    advice: str = ""


def examine(folder: Path) -> tuple[Entry, ...]:
    """Looks at the machine; TensorFlow is imported in a process of its own.

    Args:
        folder: Where runs would be kept.
    """
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()} ({sys.executable})"
    return (
        Entry("fine", f"dnndoctor {__version__}"),
        Entry("fine", python),
        *_packages(),
        _cores(),
        _memory(),
        _room(folder),
    )


def render(entries: tuple[Entry, ...], seconds: float, look: Look) -> str:
    """The entries as a list with marks.

    Args:
        entries: What was found.
        seconds: That looking took.
        look: Where it is shown.
    """
    sheet = Sheet(look)
    for entry in entries:
        sign, style = _SIGNS[entry.state]
        sheet.paragraph(entry.text, rest=3, label=(f" {look.glyphs(sign)}", style))
        if entry.advice:
            sheet.paragraph((entry.advice, "dim"), first=5)
    missing = sum(entry.state == "missing" for entry in entries)
    sheet.blank()
    text = f"{missing} of {len(entries)} missing" if missing else "Everything that is needed is here"
    sheet.paragraph((text, "bold red" if missing else "bold green"), (f" (looked for {duration(seconds)})", "dim"), first=1)
    return str(sheet)


def _packages() -> tuple[Entry, ...]:
    lacking = tuple(entry for entry in map(_declared, LEAST) if entry is not None)
    if lacking:
        return lacking
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE],
            env=os.environ | quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=START_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return (Entry("missing", f"TensorFlow did not start within {duration(START_TIMEOUT)}", "Is its disk slow or full?"),)
    if probe.returncode != 0:
        last = (probe.stderr.strip() or f"it ended with {probe.returncode}").splitlines()[-1]
        return (Entry("missing", f"TensorFlow does not start: {last}", "Try: pip install --force-reinstall tensorflow"),)
    seen = json.loads(probe.stdout.strip().splitlines()[-1])
    versions = seen["versions"]
    return (
        Entry("fine", f"TensorFlow {versions['tensorflow']}, imported in {duration(seen['seconds'])}"),
        Entry("fine", f"Keras {versions['keras']}, backend {seen['backend']}"),
        Entry("fine", f"NumPy {versions['numpy']}"),
        _gpus(seen["gpus"], cuda=seen["cuda"]),
    )


def _declared(name: str) -> Entry | None:
    """What is wrong with an installed package, None where nothing is."""
    wanted = ".".join(map(str, LEAST[name]))
    advice = f"pip install '{name}>={wanted}'"
    try:
        found = version(name)
    except PackageNotFoundError:
        return Entry("missing", f"{name} is not installed", advice)
    parts = tuple(int(part) for part in found.split(".")[:2] if part.isdecimal())
    return Entry("missing", f"{name} {found} is older than {wanted}", advice) if parts < LEAST[name] else None


def _gpus(names: list[str], *, cuda: bool) -> Entry:
    if names:
        return Entry("fine", f"{len(names)} GPU{'s' if len(names) > 1 else ''}: {', '.join(names)}")
    if platform.system() == "Linux" and shutil.which("nvidia-smi"):
        advice = "pip install 'tensorflow[and-cuda]'" if cuda else "This build of TensorFlow has no CUDA: pip install tensorflow"
        return Entry("weak", "there is an NVIDIA driver, but TensorFlow sees no GPU", advice)
    return Entry("fine", "no GPU: experiments run on the CPU")


def _cores() -> Entry:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores == 1:
        return Entry("weak", "1 core", "Experiments run one after the other; two cores take little more than half the time.")
    return Entry("fine", f"{cores} cores")


def _memory() -> Entry:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return Entry("weak", "the memory's size cannot be read", "Set runtime.memory_limit to what a worker may take.")
    text = f"{total / 2**30:.0f} GiB of memory"
    return (
        Entry("weak", text, "Set runtime.memory_limit to what a worker may take.")
        if total < LEAST_MEMORY
        else Entry("fine", text)
    )


def _room(folder: Path) -> Entry:
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.0f} GiB free for runs below {folder}"
    if not os.access(folder, os.W_OK):
        return Entry("missing", f"{folder} cannot be written, and runs are kept below it", "Change to a folder of yours.")
    return Entry("weak", text, "A run keeps a sample of the data, 64 MiB by default.") if free < 2**30 else Entry("fine", text)
