"""A session without TensorFlow, whose trials misbehave on request: the edit's name says how, `{}` is a well-behaved trial."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import SubjectError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.messages import Alive, Best, EpochEnded, Train, Trained
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Trial
from tests import evidence_samples

MIB = 2**20


class FakeSession:
    """Finishes well-behaved trials at once; the config's `model` says how loading goes."""

    @staticmethod
    def prepare() -> None:
        """Imports nothing."""

    def open(self, config: str, folder: Path, alive: Callable[[Alive], None]) -> Facts:
        """Loads as the config's model says, `fake.py:<manner>`."""
        manner = str(LoadedConfig.model_validate_json(config).config.model).partition(":")[2]
        with (folder / "opened").open("a", encoding="ascii") as opened:
            opened.write(f"{os.getpid()}\n")
        alive(Alive("building the model"))
        match manner:
            case "raises":
                raise SubjectError("build_model raised", stage="building the model", advice="Mend it.", frames="line 3")
            case "fault":
                raise RuntimeError("a fault of ours")
            case "dies_once" if not (folder / "died").exists():
                (folder / "died").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            case _:
                misbehave(manner)
        return evidence_samples.facts()

    def run(
        self,
        trials: Sequence[Trial],
        *,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Runs trials one after the other, or all at once where the first is to run `together`."""
        if trials[0].edits and trials[0].edits[0].name == "together":
            threads = [threading.Thread(target=self._one, args=(trial, on_progress, deadline, on_outcome)) for trial in trials]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for trial in trials:
                self._one(trial, on_progress, deadline, on_outcome)

    def train(self, order: Train, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> Trained:
        """Trains two epochs as the config's model says, `fake.py:<manner>`, and writes a file."""
        manner = str(LoadedConfig.model_validate_json(order.config).config.model).partition(":")[2]
        alive(Alive("epoch 1 of 2", steps_run=1))
        on_epoch(EpochEnded(1, 2, {"loss": 0.5}))
        part = Path(order.part)
        part.write_text(f"half of a model from seed {order.seed}")
        match manner:
            case "raises":
                raise SubjectError("out of paper", stage="training", advice="Mend it.", frames="line 3")
            case "fault":
                raise RuntimeError("a fault of ours")
            case _:
                misbehave(manner)
        on_epoch(EpochEnded(2, 2, {"loss": float("nan")}))
        part.write_text(f"a model from seed {order.seed}")
        return Trained(2, 2, {"loss": float("nan")}, (Best("val_loss", 0.5, 1),), order.part, whole=True)

    def _one(
        self,
        trial: Trial,
        on_progress: Callable[[Alive], None],
        deadline: float | None,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        on_progress(Alive("trial", trial.id))
        with Path(os.environ.get("FAKE_LEDGER", os.devnull)).open("a", encoding="ascii") as ledger:
            ledger.write(f"{trial.id}\n")
        for edit in trial.edits:
            if edit.name == "slow":
                for step in range(100):
                    if deadline is not None and time.monotonic() > deadline:
                        on_outcome(Outcome(trial, State.CUT, "The time was used up.", steps_run=step))
                        return
                    on_progress(Alive("trial", trial.id, step, 1.0))
                    time.sleep(float(edit.parameters.get("seconds") or 1.0) / 100)
            misbehave(edit.name)
        on_outcome(
            Outcome(trial, State.FINISHED, steps_run=trial.steps, losses=tuple(1 / (1 + step) for step in range(trial.steps)))
        )


def misbehave(manner: str) -> None:
    """Does what users' code does to its process; nothing where the manner is unknown."""
    _MANNERS.get(manner, lambda: None)()


def _kill() -> None:
    sys.stdout.write("last words\n")
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_nursery() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def _eat() -> None:
    food = []
    while True:
        food.append(b"x" * (16 * MIB))
        time.sleep(0.01)


def _chatter() -> None:
    for _ in range(5000):
        sys.stdout.write("noise " * 200 + "\n")


def _close_output() -> None:
    os.close(1)
    os.close(2)


def _scribble() -> None:
    for descriptor in range(3, 100):
        with contextlib.suppress(OSError):
            os.write(descriptor, b'{"kind": "done"}\n')


def _start_child() -> None:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])


def _fork_and_exit() -> None:
    multiprocessing.get_context("fork").Process(target=time.sleep, args=(3600,)).start()
    os._exit(5)


_kept: list[bytes] = []

_MANNERS: dict[str, Callable[[], object]] = {
    "exit": lambda: os._exit(7),
    "kill": _kill,
    "segfault": lambda: ctypes.string_at(0),
    "kill_group": lambda: os.killpg(os.getpgid(0), signal.SIGKILL),
    "kill_nursery": _kill_nursery,
    "hang": lambda: time.sleep(3600),
    "eat": _eat,
    "grow": lambda: _kept.append(b"x" * (64 * MIB)),
    "chatter": _chatter,
    "close_output": _close_output,
    "close_everything": lambda: os.closerange(3, 100),
    "scribble": _scribble,
    "sys_exit": lambda: sys.exit(3),
    "child": _start_child,
    "fork_and_exit": _fork_and_exit,
}
