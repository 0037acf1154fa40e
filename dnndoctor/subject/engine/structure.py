"""One model with one list of structural edits: built once, traced once for each recording level, and reset for every trial."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from dnndoctor.evidence.trial import Edit, Recording
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.engine import order, private
from dnndoctor.subject.engine.averages import Averages
from dnndoctor.subject.engine.building import (
    NESTED_CALLS,
    PYTHON_OPS,
    STATEFUL_RANDOM,
    fixed_batch,
    has_small_ops,
    kinds_of_ops,
    make_all_variables,
    make_model,
    make_optimizer_variables,
)
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.paths import Batches, Loop, Steps, Way
from dnndoctor.subject.engine.rates import Rates
from dnndoctor.subject.engine.recording import StepRecorder
from dnndoctor.subject.engine.state import Replica, State, key, optimizers_of
from dnndoctor.subject.layers import walk_layers

CHECKED_STEPS = 5
TOLERANCE = 1e-5
"""A way is taken if the losses of so many steps are those of `train_on_batch` to this relative difference. 22 of 23 kinds of
model were bit-equal and one differed by 1e-7; a wrong order, mask or metric shows as 1e-3 and more."""

SLOW_STEP = 0.2
"""Seconds a step from which two steps are compared: what else there is to see than the first step shows after its update. Each
structure is checked three times, which at two seconds a step took 30 s."""


class Structure:
    """A model that trials are run on.

    Attributes:
        model: Built and compiled, with edits.
        state: Its variables.
        rates: Its learning rates.
        averages: Of its weights.
        why: Why the ways above the one taken were not, empty for the first.
        repeatable: Whether everything that changes in training can be reset.
        error: What the user's code raised when it trained in the plainest way, None where it did not.
        traces: How many times a function was traced; for tests.
    """

    def __init__(self, blueprint: Blueprint, edits: Sequence[Edit], rows: Rows, batch_size: int, replicas: int) -> None:
        """Builds the model; nothing is traced yet.

        Args:
            blueprint: Of the subject.
            edits: The structural ones, in order.
            rows: The training rows.
            batch_size: Of the steps that a way is checked with.
            replicas: How many trials are to run side by side.

        Raises:
            CannotApplyError: The edits do not apply.
            Exception: Whatever the user's code raises.
        """
        self.edits = tuple(edits)
        self._rows = rows
        self._replicas_wanted = replicas
        self._reference: np.ndarray[Any, Any] | None = None
        self._ways: dict[tuple[Recording, bool], Way] = {}
        self._lowest = 0
        self.why: list[str] = []
        self.repeatable = True
        self.traces = 0
        self.error: Exception | None = None
        self.model = make_model(blueprint, edits, 0, rows)
        make_optimizer_variables(self.model, rows)
        self.layer_order = [walked.path for walked in walk_layers(self.model)]
        self.optimizers = optimizers_of(self.model)
        self.rates = Rates(self.optimizers)
        self.averages = Averages(self.model)
        self.state = State()
        self.state.know([*self.model.variables, *self.model.metrics_variables, *self.rates.variables])
        for optimizer in self.optimizers:
            self.state.know(optimizer.variables)
        self.global_seed_state = private.global_seed_state()
        self.state.know([self.global_seed_state])
        self.fixed_batch = fixed_batch(self.model)
        self._check = order.stream(
            np.arange(rows.count, dtype=np.int32), CHECKED_STEPS, self.fixed_batch or min(batch_size, rows.count), 0, True
        )
        self.replicas: list[Replica | None] = [None]

    def start(
        self, drawn: Sequence[Any] | None, factor: float, *, stretch: float = 1.0, held_over: int | None = None
    ) -> dict[int, Any]:
        """The values that a trial starts from, by `state.key`, where they are not those of seed 0 at the user's rate.

        Args:
            drawn: `drawn_values` of the trial's seed; None for seed 0.
            factor: What every learning rate is multiplied by.
            stretch: See `Rates.start`.
            held_over: See `Rates.start`.
        """
        variables = [*self.model.variables, self.global_seed_state]
        values = {key(variable): value for variable, value in zip(variables, drawn or (), strict=bool(drawn))}
        return values | self.rates.start(factor, self.state.pristine, stretch=stretch, held_over=held_over)

    @property
    def scaled(self) -> bool:
        """Whether a LossScaleOptimizer works."""
        return any(hasattr(optimizer, "inner_optimizer") for optimizer in self.optimizers)

    def way(self, recording: Recording, *, keep_metrics: bool = False) -> Way:
        """How the steps of a trial are taken; traced and checked when it is first asked for.

        Args:
            recording: How much is written down.
            keep_metrics: Whether the metrics go on adding up over an epoch.

        Returns:
            The fastest way whose losses are those of `train_on_batch`.

        Raises:
            Exception: Whatever the user's code raises when it trains in the plainest way.
        """
        if self.error is not None:
            raise self.error
        asked = (recording, keep_metrics)
        if asked not in self._ways:
            try:
                self._ways[asked] = self._settle(
                    StepRecorder(self.model, self.optimizers, recording, keep_metrics, has_small_ops(self.model))
                )
            except Exception as error:  # kept, so that the next trial need not find it out again
                self.error = error
                raise
            self.averages.trace(self.state)
            self.state.reset({})
        return self._ways[asked]

    @property
    def path(self) -> str:
        """The way taken, as `EngineFacts.path` names it."""
        return "replicas" if len(self.replicas) > 1 else ("loop", "step_function", "train_on_batch")[self._lowest]

    def _settle(self, recorder: StepRecorder) -> Way:
        first = not self._ways
        for number, (name, trace) in enumerate(
            (
                ("loop", lambda: self._loop(recorder)),
                ("step_function", lambda: Steps(recorder, self._rows.template, self._rows.specs())),
            )
        ):
            if number < self._lowest:
                continue
            try:
                way: Way = self._traced(trace)
            except Exception as error:  # any error of the user's or TensorFlow's own sends us down the chain
                self._step_down(number, f"{name}: {_one_line(error)}", first)
                continue
            difference = self._difference(way, None)
            if difference is None:
                if first and number == 0:
                    self._add_replicas(way)
                return way
            self._step_down(number, f"{name}: {difference}", first)
        self._losses_by_batches()
        return Batches(recorder, self._rows.template)

    def _loop(self, recorder: StepRecorder) -> Loop:
        arguments = (recorder, self._rows.template, self._rows.specs(), self.fixed_batch)
        if has_small_ops(self.model) and private.can_choose_executor():
            try:
                loop = Loop(*arguments, single_threaded=True)
            except Exception:  # some ops cannot be run by that executor; the ordinary one tells what is wrong, if anything is
                self.traces += 1
            else:
                if not kinds_of_ops(loop.functions()[0]) & NESTED_CALLS:
                    return loop
                self.traces += 1
        return Loop(*arguments)

    @private.lasting_kernels()
    def _traced(self, trace: Any) -> Any:
        if self.model.run_eagerly:
            raise RuntimeError("the model was compiled with run_eagerly=True")
        self.traces += 1
        tf.random.set_seed(0)  # graphs take the seeds of stateful random ops from it when they are made
        try:
            way = trace()
        except Exception:
            # Most often: variables that the model or its train_step makes at its first step, which a loop may not. Tracing one
            # step outside makes them, and runs nothing.
            known = len(self.state.variables)
            make_all_variables(self.model, self._rows, self.fixed_batch)
            self.state.know([*self.model.variables, *self.model.metrics_variables])
            for optimizer in self.optimizers:
                self.state.know(optimizer.variables)
            if len(self.state.variables) == known:
                raise
            self.traces += 1
            way = trace()
        for function in way.functions():
            self.state.know(function.graph.variables)
            if kinds_of_ops(function) & (STATEFUL_RANDOM | PYTHON_OPS):
                self.repeatable = False
        return way

    def _step_down(self, number: int, reason: str, first: bool) -> None:
        if first:
            self._lowest = number + 1
            self.why.append(reason)

    def _difference(self, way: Way, replica: Replica | None) -> str | None:
        """What speaks against a way: None where its losses are those of `train_on_batch`."""
        expected = self._losses_by_batches()
        self.state.reset({}, replica)
        try:
            losses = way.run(self._rows.leaves, self._check, -np.inf, 0, replica).records[:, 0]
        except Exception as error:  # as above
            return _one_line(error)
        finally:
            self.state.reset({}, replica)
        if not way.has_loss:
            return None
        if len(losses) == len(expected) and np.allclose(losses, expected, rtol=TOLERANCE, atol=1e-7, equal_nan=True):
            return None
        step = next(
            (
                at
                for at, (one, other) in enumerate(zip(losses, expected, strict=False))
                if not np.isclose(one, other, rtol=TOLERANCE)
            ),
            0,
        )
        return f"its loss at step {step} is {losses[step]:.7g}, that of train_on_batch {expected[step]:.7g}"

    @private.lasting_kernels()
    def _losses_by_batches(self) -> np.ndarray[Any, Any]:
        if self._reference is None:
            recorder = StepRecorder(self.model, self.optimizers, Recording.LOSS)
            jit, self.model.jit_compile = self.model.jit_compile, False
            tf.random.set_seed(0)
            self.state.reset({})
            try:
                self._reference = self._reference_losses(Batches(recorder, self._rows.template))
            finally:
                self.model.jit_compile = jit
                self.state.know([*self.model.variables, *self.model.metrics_variables])
                self.state.reset({})
            if jit:
                self.why.append(
                    "jit_compile=True is not followed: trials run without XLA, whose random numbers and rounding are its own"
                )
        return self._reference

    def _reference_losses(self, batches: Batches) -> np.ndarray[Any, Any]:
        """The losses of the steps that ways are checked with, of which slow ones are made fewer."""
        losses: list[float] = []
        for start, end in ((0, 1), (1, 2), (2, CHECKED_STEPS)):
            began = time.perf_counter()
            losses.extend(batches.run(self._rows.leaves, self._check[start:end], -np.inf, 0, None).records[:, 0])
            if batches.has_loss and not np.isfinite(losses[-1]):
                break
            if start == 1 and time.perf_counter() - began > SLOW_STEP:
                self._check = self._check[:end]
                break
        return np.array(losses, np.float32)

    def _add_replicas(self, way: Way) -> None:
        if self._replicas_wanted < 2:
            return
        if not private.can_swap_handles():
            self.why.append("replicas: this TensorFlow does not let one trace run on other variables")
            return
        if not self.repeatable:
            self.why.append("replicas: the graph holds random or Python ops whose state replicas would share")
            return
        replica = Replica()
        difference = self._difference(way, replica)
        if difference is not None:
            self.why.append(f"replicas: {difference}")
            return
        self.replicas += [replica, *(Replica() for _ in range(self._replicas_wanted - 2))]


def _one_line(error: Exception) -> str:
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text}"[:300]
