"""What our trials cost beside the bare steps and beside `fit`.

    python -m tests.benchmarks.trials [--subjects mlp cnn] [--batch 32] [--quick] [--no-ladder]

Everything of one subject is measured in one process, the variants taking turns, so that a busy machine slows all of them alike;
the figures are medians. Ratios stand beside their goals with "ok" or "miss"; recorded steps are shown against the bare step and
against ours without recording. The ladder is 40 trials of 300 steps: 26 rates and seeds, tiny sets of 1, 8 and 20 rows, batches
of 1, 8 and 128, and 8 recorded ones. What it is held against, a fresh model and `fit` for each, runs in a process of its own with
TensorFlow's own choice of threads, as a script does.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

CORES = os.cpu_count() or 1
THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": str(CORES)}
AS_A_SCRIPT = "--rebuild"
"""Has only the fresh models of the ladder measured."""
if AS_A_SCRIPT not in sys.argv:
    os.environ.update(THREADS)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras  # noqa: E402  the threads are fixed when TensorFlow is imported
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from dnndoctor.evidence.outcome import Outcome  # noqa: E402
from dnndoctor.evidence.trial import Edit, Recording, Trial  # noqa: E402
from dnndoctor.subject.blueprint import Blueprint, Sample  # noqa: E402
from dnndoctor.subject.engine import Engine  # noqa: E402
from tests.benchmarks import floor as untyped_floor  # noqa: E402

floor: Any = untyped_floor  # brought in unchanged, without types

LADDER_STEPS = 300
GOALS: dict[str, Any] = {
    "loss": lambda name, _step: 1.5 if name == "mlp" else 1.2,
    "norms": lambda _name, _step: 1.25,
    "layers": lambda name, step: 1.4 if name == "mlp" else 1.1 if step >= 3e-3 else None,
    "ladder": lambda name, _step: {"mlp": 40.0}.get(name, 7.0),
    "tiny": lambda name, _step: 100.0 if name == "mlp" else None,
}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--subjects", nargs="*", default=list(floor.SUBJECTS))
    parser.add_argument("--batch", nargs="*", type=int, default=[1, 8, 32])
    parser.add_argument("--quick", action="store_true", help="three repeats, and no ladder")
    parser.add_argument("--no-ladder", action="store_true")
    parser.add_argument(AS_A_SCRIPT, metavar="SUBJECT", help="only the ladder of fresh models; prints its wall and CPU seconds")
    options = parser.parse_args()
    if options.rebuild:
        print(*rebuilt_ladder(options.rebuild))  # noqa: T201  this command's output
        return
    for name in options.subjects:
        for batch in options.batch:
            measure(name, batch, repeats=3 if options.quick else 7)
        if not options.quick and not options.no_ladder:
            ladder(name)


def measure(name: str, batch: int, repeats: int) -> None:
    """Prints one subject at one batch size.

    Args:
        name: Of the subject.
        batch: Rows a step.
        repeats: Of every variant.
    """
    factory = floor.SUBJECTS[name]
    x, y = floor.rows(factory())
    steps = floor.STEPS
    engine = open_engine(factory, x, y, batch)
    bare = bare_call(factory(), x, y, batch)
    variants: dict[str, Callable[[], float]] = {"bare": lambda: clock(bare) / steps}
    for recording in Recording:
        trial = Trial(steps=steps, recording=recording, scored=False)
        variants[recording.value] = lambda trial=trial: clock(lambda: outcomes(engine, [trial])) / steps  # type: ignore[misc]  # mypy cannot infer lambdas with defaults
    factors = iter(np.geomspace(0.5, 2, 3 * repeats + 3))
    variants["rate"] = lambda: clock(lambda: outcomes(engine, [Trial((rate(next(factors)),), steps=1, scored=False)]))
    variants["tiny"] = lambda: clock(lambda: outcomes(engine, [Trial(rows=batch, steps=steps, scored=False)])) / steps
    taken: dict[str, list[float]] = {key: [] for key in variants}
    for turn in range(repeats + 1):
        for key, call in variants.items():
            seconds = call()
            if turn:
                taken[key].append(seconds)
    median = {key: statistics.median(values) for key, values in taken.items()}
    tiny = floor.fit_tiny(factory(), x, y, batch)["step_s"]
    best = floor.fit_best(factory, x, y, batch)["step_s"]
    again = floor.rebuild(factory, x, y, batch)["step_s"]
    step = median["bare"]
    print(  # noqa: T201  this command's output
        f"{name:12s} b{batch:<3d} bare {step * 1e6:7.0f} us | "
        + " ".join(
            [
                ratio("loss/bare", median["loss"] / step, GOALS["loss"](name, step)),
                ratio("norms/bare", median["norms"] / step, None),
                ratio("norms/loss", median["norms"] / median["loss"], GOALS["norms"](name, step)),
                ratio("layers/bare", median["layers"] / step, None),
                ratio("layers/loss", median["layers"] / median["loss"], GOALS["layers"](name, step)),
                ratio("fit_tiny/tiny", tiny / median["tiny"], GOALS["tiny"](name, step), at_least=True),
                ratio("rate ms", 1e3 * max(0.0, median["rate"] - median["loss"]), 2.0),
            ]
        )
        + f" | fit_best {best / step:.1f}x rebuild {again / step:.1f}x bare",
        flush=True,
    )


def ladder(name: str) -> None:
    """Prints what 40 trials of 300 steps cost, against a model rebuilt and fitted for each.

    Args:
        name: Of the subject.
    """
    factory = floor.SUBJECTS[name]
    x, y = floor.rows(factory())
    trials = ladder_trials()
    began, cpu = time.perf_counter(), time.process_time()
    engine = open_engine(factory, x, y, 32)
    opened = time.perf_counter() - began
    found = outcomes(engine, trials)
    ours, ours_cpu = time.perf_counter() - began, time.process_time() - cpu
    assert len(found) == len(trials)
    command = [sys.executable, "-m", "tests.benchmarks.trials", AS_A_SCRIPT, name]
    environment = {key: value for key, value in os.environ.items() if key not in THREADS}
    script = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    naive, naive_cpu = map(float, script.stdout.split())
    print(  # noqa: T201  this command's output
        f"{name:12s} ladder 40 x {LADDER_STEPS}: ours {ours:.1f} s (opening {opened:.1f}, CPU {ours_cpu:.1f}), "
        f"rebuild {naive:.0f} s (CPU {naive_cpu:.0f}) | "
        + ratio("rebuild/ours", naive / ours, GOALS["ladder"](name, 0), at_least=True)
        + f" CPU {naive_cpu / ours_cpu:.1f}x",
        flush=True,
    )


def rebuilt_ladder(name: str) -> tuple[float, float]:
    """Wall and CPU seconds of the ladder with a fresh model and `fit` for each trial, drawn up from each kind of trial once.

    Args:
        name: Of the subject.
    """
    factory = floor.SUBJECTS[name]
    x, y = floor.rows(factory())
    trials = ladder_trials()
    shown = [*trials[:2], *trials[26:32]]  # rates and seeds stand for the like of them
    times = []
    for trial in shown:
        start, start_cpu = time.perf_counter(), time.process_time()
        rebuilt(factory, x, y, trial)
        times.append((time.perf_counter() - start, time.process_time() - start_cpu))
    wall, cpu = (len(trials) - 6) * np.mean(times[:2], axis=0) + np.sum(times[2:], axis=0)
    return float(wall), float(cpu)


def ladder_trials() -> list[Trial]:
    """The 40 trials, without scores, which `fit` does not give either."""
    sweep = [
        Trial((rate(float(factor)),), steps=LADDER_STEPS, seed=seed, scored=False)
        for factor in np.geomspace(0.01, 100, 13)
        for seed in (0, 1)
    ]
    tiny = [Trial(rows=rows, steps=LADDER_STEPS, scored=False) for rows in (1, 8, 20)]
    sizes = [Trial((Edit("batch_size", {"size": size}),), steps=LADDER_STEPS, scored=False) for size in (1, 8, 128)]
    recorded = [Trial(steps=LADDER_STEPS, seed=seed, recording=Recording.NORMS, scored=False) for seed in range(2, 10)]
    return sweep + tiny + sizes + recorded


def rebuilt(factory: Callable[[], Any], x: Any, y: Any, trial: Trial) -> None:
    """A trial as a script would do it: a fresh model, and `fit`.

    Args:
        factory: Of the model.
        x: Inputs.
        y: Targets.
        trial: What to do.
    """
    keras.utils.set_random_seed(trial.seed)
    model = factory()
    size = next((int(str(edit.parameters["size"])) for edit in trial.edits if edit.name == "batch_size"), 32)
    if trial.rows is not None:
        model.fit(x[: trial.rows], y[: trial.rows], batch_size=32, epochs=trial.steps, verbose=0)
        return
    pick = floor.order(size, trial.steps, trial.seed).ravel()
    model.fit(x[pick], y[pick], batch_size=size, shuffle=False, verbose=0)


def open_engine(factory: Callable[[], Any], x: Any, y: Any, batch: int) -> Engine:
    """The engine on one subject.

    Args:
        factory: Of the model.
        x: Inputs.
        y: Targets.
        batch: Rows a step.
    """

    def build(seed: int) -> Any:
        keras.utils.set_random_seed(seed)
        return factory()

    return Engine(Blueprint(build, Sample(x, y), batch_size=batch), cores=CORES, alive=lambda _: None)


def bare_call(model: Any, x: Any, y: Any, batch: int) -> Callable[[], Any]:
    """The floor's loop as something that can be called in turn with others.

    Args:
        model: Compiled.
        x: Inputs.
        y: Targets.
        batch: Rows a step.
    """
    kept: list[Callable[[], Any]] = []
    timed, floor._timed = floor._timed, lambda call, *_args, **_kwargs: kept.append(call)
    try:
        floor.bare(model, x, y, batch)
    finally:
        floor._timed = timed
    return kept[0]


def outcomes(engine: Engine, trials: list[Trial]) -> list[Outcome]:
    """Runs trials.

    Args:
        engine: Open.
        trials: All different.
    """
    found: list[Outcome] = []
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=found.append)
    wrong = [outcome for outcome in found if outcome.state != "finished"]
    if wrong:
        sys.exit(f"a trial did not finish: {wrong[0].reason}")
    return found


def rate(factor: float) -> Edit:
    """A rate edit.

    Args:
        factor: What by.
    """
    return Edit("learning_rate", {"factor": float(factor)})


def clock(call: Callable[[], Any]) -> float:
    """Seconds of a call.

    Args:
        call: What to time.
    """
    began = time.perf_counter()
    tf.nest.map_structure(lambda result: result, call())
    return time.perf_counter() - began


def ratio(label: str, value: float, goal: float | None, *, at_least: bool = False) -> str:
    """A figure beside its goal.

    Args:
        label: What it is.
        value: Measured.
        goal: None where there is none.
        at_least: Whether more is better.
    """
    if goal is None:
        return f"{label} {value:.2f}"
    met = value >= goal if at_least else value <= goal
    return f"{label} {value:.2f} ({'>=' if at_least else '<='} {goal:g} {'ok' if met else 'MISS'})"


if __name__ == "__main__":
    main()
