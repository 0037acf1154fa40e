"""Whether a worker's memory stays within its limit over many trials of many structures.

    python -m tests.benchmarks.memory [--trials 200] [--limit 1GiB] [--steps 20]

A small convolutional network is trained in ten structures (the model as it is, and nine edits that each need a model and a trace
of their own), with three levels of recording. The worker's resident memory is sampled all the while. Exits 1 if the limit was
exceeded or a trial did not finish.

Measured on two busy cores: with 1 GiB, the least that a config may ask for, a peak of 939 MiB and 6 recycled workers; with 6 GiB,
the default, 1085 MiB and none: 25 MiB for each of the 30 traces with its replica.
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

from dnndoctor.config.quantities import size_in_bytes
from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Recording, Trial
from dnndoctor.ladder.executors.process import WorkerProcess
from dnndoctor.ladder.executors.worker import Limits, WorkerExecutor

SUBJECT = """
import keras
import numpy as np
from keras import layers

def build_model():
    model = keras.Sequential([
        keras.Input((16, 16, 3)),
        layers.RandomFlip(),
        layers.Conv2D(16, 3, activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 512)
    return (rng.normal(size=(512, 16, 16, 3)) + y[:, None, None, None] / 5).astype("float32"), y
"""

LOSS = Edit("loss", {"output": "", "name": "sparse_categorical_crossentropy", "from_logits": True})
LINEAR = Edit("output_activation", {"output": "", "activation": "linear"})
STRUCTURES: tuple[tuple[Edit, ...], ...] = (
    (),
    (Edit("dropout_off"),),
    (Edit("regularization_off"),),
    (Edit("augmentation_off"),),
    (Edit("dropout_off"), Edit("regularization_off"), Edit("augmentation_off")),
    (Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.01}),),
    (Edit("optimizer", {"class_name": "RMSprop", "learning_rate": 0.001}),),
    (Edit("optimizer", {"class_name": "AdamW", "learning_rate": 0.001}), Edit("dropout_off")),
    (LOSS,),
    (LINEAR, LOSS),
)
"""The output's own name is put in the place of an empty one."""

SAMPLING_SECONDS = 0.02


class Watch:
    """Samples the resident memory of whatever life a worker process has."""

    def __init__(self, process: WorkerProcess) -> None:
        """Begins to sample.

        Args:
            process: To watch.
        """
        self.peaks: dict[int, int] = {}
        """Largest number of bytes seen, by process id of the life."""
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Samples no more."""
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(SAMPLING_SECONDS):
            life, held = self._process.life, self._process.memory()
            if life is not None and held is not None:
                self.peaks[life] = max(held, self.peaks.get(life, 0))


def main() -> int:
    """Measures, prints, and says whether the limit held.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--limit", default="1GiB", help="runtime.memory_limit of the config")
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), options.trials, options.steps, options.limit)


def measure(folder: Path, count: int, steps: int, limit: str) -> int:
    """Runs the trials and prints the figures.

    Args:
        folder: An empty one.
        count: Number of trials.
        steps: Of each.
        limit: As the config states it.

    Returns:
        0 if all trials finished within the limit, else 1.
    """
    (folder / "train.py").write_text(SUBJECT, encoding="utf-8")
    content = {"model": "train.py:build_model", "data": "train.py:load_data", "runtime": {"memory_limit": limit}}
    config = LoadedConfig(config=Config.model_validate(content), file=folder / "config.yaml")
    process = WorkerProcess(folder / "worker.log")
    executor = WorkerExecutor(config, folder, limits=Limits.of(config), process=process)
    watch = Watch(process)
    began = time.perf_counter()
    try:
        facts = executor.open(lambda _: None)
        loaded = process.memory() or 0
        found = list(executor.run(trials(facts.outputs[0].name, count, steps), lambda _: None, None))
    finally:
        executor.close()
        watch.stop()
    return tell(found, watch, loaded, size_in_bytes(limit), time.perf_counter() - began)


def tell(found: list[Outcome], watch: Watch, loaded: int, bound: int, seconds: float) -> int:
    """Prints the figures.

    Args:
        found: The outcomes.
        watch: What was sampled.
        loaded: Bytes held when the subject was loaded and its step traced.
        bound: Bytes that are allowed.
        seconds: That all of it took.

    Returns:
        0 if all is well, else 1.
    """
    peak = max(watch.peaks.values(), default=0)
    unfinished = [outcome for outcome in found if outcome.state is not State.FINISHED]
    print(f"{len(found)} trials over {len(STRUCTURES)} structures in {seconds:.1f} s")  # noqa: T201  this command's output
    print(f"after loading {mebibytes(loaded)}, peak {mebibytes(peak)}, bound {mebibytes(bound)}")  # noqa: T201  same
    print(f"workers {len(watch.peaks)}, recycled {max(0, len(watch.peaks) - 1)}; peaks", end=" ")  # noqa: T201  same
    print(", ".join(mebibytes(held) for held in watch.peaks.values()))  # noqa: T201  same
    for outcome in unfinished[:3]:
        print(f"{outcome.state}: {outcome.reason}")  # noqa: T201  same
    exceeded = peak > bound
    print("EXCEEDED" if exceeded else f"{len(unfinished)} trials did not finish" if unfinished else "ok")  # noqa: T201  same
    return 1 if exceeded or unfinished or not peak else 0


def trials(output: str, count: int, steps: int) -> list[Trial]:
    """Trials that go round the structures; from one round to the next the rate, the recording and the seed change.

    Args:
        output: Name of the model's output.
        count: How many.
        steps: Of each.
    """
    made = []
    recordings = tuple(Recording)
    for number in range(count):
        turn, place = divmod(number, len(STRUCTURES))
        edits = (*STRUCTURES[place], Edit("learning_rate", {"factor": 2.0 ** (turn % 7 - 3)}))
        edits = tuple(
            Edit(edit.name, {**edit.parameters, "output": output}) if edit in (LOSS, LINEAR) else edit for edit in edits
        )
        made.append(Trial(edits, steps=steps, seed=turn, recording=recordings[turn % len(recordings)]))
    return made


def mebibytes(size: int) -> str:
    """A size for people.

    Args:
        size: In bytes.
    """
    return f"{size / 2**20:.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
