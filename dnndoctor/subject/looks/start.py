"""The untrained model on one batch: signals, units, gradients, what a few real steps move, and the loss in every mode."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from dnndoctor.evidence.seen.start import ModesSeen, SignalSeen, StartSeen, UnitsSeen
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.trees import leaves, take
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine import private
from dnndoctor.subject.engine.building import (
    drawn_values,
    fixed_batch,
    make_model,
    make_optimizer_variables,
    make_weights,
    without_collection,
)
from dnndoctor.subject.engine.data import Rows
from dnndoctor.subject.engine.reasons import reason
from dnndoctor.subject.engine.recording import is_stock
from dnndoctor.subject.engine.state import State, key, optimizers_of
from dnndoctor.subject.forward_pass import noted_calls
from dnndoctor.subject.looks import Look, Scene
from dnndoctor.subject.looks.layer_signals import Signals
from dnndoctor.subject.looks.mode_losses import Mode, ModeLosses, telescoped
from dnndoctor.subject.looks.variable_steps import VariableSteps

ROWS = 128
"""Rows of the batch: a unit that is on in 5 % of the rows is off in all of them one time in seven hundred."""

VALUES = 128 * 64 * 64 * 3
"""Input values up to which so many rows are taken; of larger pictures fewer, which have all the more positions to be on at."""

FEWEST = 8

STEPS = 3
"""Zero-initialised branches have no gradient at the first step and do at the second; a third leaves one to spare."""

MORE_STEPS = 12
"""Taken where a step of the user's own, or an optimizer that collects gradients, leaves something where it was: parts that take
turns do so every five steps at most, as the generators of Arjovsky et al. (2017) do."""


class Start(Look):
    """One forward pass, a few steps, one more forward pass: on a model of its own, whose traces all seeds share."""

    name = "start"

    def see(self, scene: Scene, seed: int) -> StartSeen:
        """See `Look.see`."""
        with without_collection(), _unoptimised():
            return scene.kept(self.name, lambda: _TracedStart(scene, seed)).see(seed)


class _TracedStart:
    """A model with its functions, set to the initial weights of one seed after the other."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._blueprint = scene.blueprint
        self._all_rows = _rows(scene.blueprint.train, None)
        self._model = make_model(self._blueprint, (), seed, self._all_rows)
        make_optimizer_variables(self._model, self._all_rows)
        self._rows = _rows(scene.blueprint.train, fixed_batch(self._model))
        self._modes = ModeLosses(self._model)
        self._same = self._modes.distinct()
        self._signals = Signals()
        self._optimizers = optimizers_of(self._model)
        self._steps = VariableSteps(self._model, self._optimizers)
        self._state = State()
        self._state.know([*self._model.variables, *self._model.metrics_variables, private.global_seed_state()])
        for optimizer in self._optimizers:
            self._state.know(optimizer.variables)
        self._pass = self._compiled(self._forward)
        self._step = self._compiled(lambda batch: self._steps.traced(rows_data.batch(self._rows.template, batch)))

    def see(self, seed: int) -> StartSeen:
        shapes = [tuple(variable.shape) for variable in self._model.variables]
        drawn = drawn_values(make_weights(self._blueprint, (), seed, self._rows, shapes))
        values = dict(zip(map(key, (*self._model.variables, private.global_seed_state())), drawn, strict=True))
        batch = list(self._rows.leaves)
        self._state.reset(values)
        before, unseen = _Pass(), ""
        try:
            before = self._passed(batch)
        except Exception as error:  # user code: a model that only its own step knows how to call
            unseen = reason(error)
        self._state.reset(values)
        self._steps.begin()
        for taken in range(MORE_STEPS):
            if taken < STEPS or (self._takes_turns and self._steps.unmoved):
                self._steps.take(lambda: self._step(batch))
        after = _Pass() if unseen else self._passed(batch)
        return StartSeen(
            rows=self._rows.count,
            losses=tuple(self._steps.losses),
            rates=tuple(self._steps.rates),
            signals=before.signals,
            units=before.units,
            outputs=before.outputs,
            later_signals=after.signals,
            later_units=after.units,
            later_outputs=after.outputs,
            variables=self._steps.read(),
            modes=self._told(after.losses),
            unseen=unseen,
        )

    def _passed(self, batch: Sequence[Any]) -> "_Pass":
        losses, *tensors = self._pass(batch)
        signals, units, outputs = self._signals.measure(tensors, self._rows.count)
        return _Pass(signals, units, outputs, tuple((float(loss), float(penalty)) for loss, penalty in losses))

    @property
    def _takes_turns(self) -> bool:
        collects = any((getattr(optimizer, "gradient_accumulation_steps", None) or 1) > 1 for optimizer in self._optimizers)
        return collects or not is_stock(self._model)

    def _compiled(self, function: Callable[[Sequence[Any]], list[Any]]) -> Callable[[Sequence[Any]], list[Any]]:
        """The function in a graph, whose variables are then known; as it is where the user's code runs eagerly."""
        if self._model.run_eagerly:
            return function
        compiled = tf.function(function, autograph=False)
        try:
            concrete = compiled.get_concrete_function(list(self._rows.leaves))
        except Exception:  # it is called, and says what is wrong, when it is needed
            return function
        self._state.know(concrete.graph.variables)
        return lambda batch: list(compiled(batch))

    def _forward(self, batch: Sequence[Any]) -> list[Any]:
        """Losses by mode, (modes, 2), and the tensors of the signals, which all belong to one mode."""
        data = rows_data.batch(self._rows.template, batch)
        x = rows_data.inputs(self._rows.template, batch)
        shown = self._same[Mode.WITHOUT_DROPOUT]
        losses = []
        for mode in sorted(set(self._same.values())):
            if mode is shown:
                with noted_calls() as calls:
                    outputs = self._modes.call(mode, x)
                self._signals = Signals.of(self._model, outputs, calls)
            elif self._modes.has_losses:
                outputs = self._modes.call(mode, x)
            else:
                continue
            if self._modes.has_losses:
                losses.append(tf.stack(self._modes.loss(mode, data, outputs)))
        return [tf.stack(losses) if losses else tf.zeros([0, 2]), *self._signals.tensors]

    def _told(self, losses: Sequence[tuple[float, float]]) -> ModesSeen | None:
        if not losses:
            return None
        by_mode = telescoped([loss for loss, _ in losses], self._same)
        return ModesSeen(
            reported=statistics.fmean(self._steps.losses),
            training=by_mode[Mode.TRAINING],
            without_augmentation=by_mode[Mode.WITHOUT_AUGMENTATION],
            without_dropout=by_mode[Mode.WITHOUT_DROPOUT],
            without_batch_statistics=by_mode[Mode.WITHOUT_BATCH_STATISTICS],
            evaluation=by_mode[Mode.EVALUATION],
            penalty=losses[0][1],
        )


@dataclass(frozen=True)
class _Pass:
    """What one forward pass gave; `losses` with the penalties in them, one for each distinct mode."""

    signals: tuple[SignalSeen, ...] = ()
    units: tuple[UnitsSeen, ...] = ()
    outputs: tuple[float, ...] = ()
    losses: tuple[tuple[float, float], ...] = ()


@contextmanager
def _unoptimised() -> Iterator[None]:
    """Has graphs run as they are: to optimise them takes as long as a hundred of the few times that they are run.

    It took a fourteenth of the look off for 43 layers, and a fifth for a small transformer.
    """
    name = "disable_meta_optimizer"
    kept = tf.config.optimizer.get_experimental_options().get(name, False)
    tf.config.optimizer.set_experimental_options({name: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({name: kept})


def _rows(sample: Sample, fixed: int | None) -> Rows:
    """Rows from all over the sample, which may be sorted."""
    values = sum(int(np.prod(np.shape(leaf)[1:])) for leaf in leaves(sample.x))
    count = fixed or min(sample.rows, ROWS, max(FEWEST, VALUES // max(1, values)))
    chosen = np.linspace(0, sample.rows - 1, count).astype(np.int64)
    return rows_data.rows_of(Sample(*(take(tree, chosen) for tree in (sample.x, sample.y, sample.weight))))
