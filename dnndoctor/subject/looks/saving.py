"""Saving: the model is trained a few steps, saved as the user saves it, loaded and trained on, beside the same steps unbroken."""

import inspect
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.seen.saving import RoundTrip, SavingSeen
from dnndoctor.subject.data.trees import map_tree
from dnndoctor.subject.engine.paths import train_on_batch
from dnndoctor.subject.frames import is_user_file
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.looks import CannotLookError, Look, Scene

BEFORE, AFTER = 4, 6
"""Steps before and after saving: enough for slots of every optimizer to be filled, and for their loss to show."""

LARGEST = 20_000_000
"""Trainable values beyond which files with an optimizer's two slots take a quarter of a gigabyte each, and seconds."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPED = re.compile(r"(?:Error encountered during deserialization|Exception encountered): ")
_LONGEST = 200
"""Characters of what an exception says."""

_PREDICTED = 64
"""Rows whose predictions are compared."""


class Saving(Look):
    """Saves and loads in a temporary folder that is gone afterwards; no file of the user's is touched."""

    name = "saving"

    def see(self, scene: Scene, seed: int) -> SavingSeen:
        """See `Look.see`."""
        if scene.facts.parameters > LARGEST:
            raise CannotLookError(f"Saving {scene.facts.parameters:,} trainable values would take too long to be tried.")
        model = scene.fresh(seed)
        batches = _Batches(scene)
        trained = batches.train(model, seed, range(BEFORE))
        state = _state(model)
        after = range(BEFORE, BEFORE + AFTER)
        with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="dnndoctor-saving-") as folder:
            warnings.simplefilter("ignore")  # what Keras warns of shows in what is measured
            told = batches.predictions(model, seed)
            repeats = told is not None and np.array_equal(told, batches.predictions(model, seed), equal_nan=True)
            loaded = [
                _loaded(scene, model, trip, Path(folder) / f"{number}{trip.suffix}", seed)
                for number, trip in enumerate(_ways(scene))
            ]
            going_on = any(trip.by for trip, _ in loaded)
            unbroken = batches.train(model, seed, after) if going_on else ()
            _restore(model, state)
            again = batches.train(model, seed, after) if going_on else ()
            _restore(model, state)
            trips = tuple(
                trip if other is None else _compared(trip, model, other, batches, seed, told if repeats else None)
                for trip, other in loaded
            )
        logged = batches.logged(model)
        return SavingSeen(trained, unbroken, again, trips, logged, directions(model))


class _Batches:
    """The user's first batches, again and again."""

    def __init__(self, scene: Scene) -> None:
        self._sample, self._size = scene.blueprint.train, scene.blueprint.batch_size
        self._validated = scene.blueprint.validation is not None
        self._names: tuple[str, ...] = ()

    def train(self, model: keras.Model, seed: int, steps: range) -> tuple[float, ...]:
        """Losses of these steps, through the model's own `train_step`."""
        keras.utils.set_random_seed(seed)
        losses = []
        for step in steps:
            logs = train_on_batch(model, self._batch(step))
            self._names = tuple(logs)
            losses.append(float(np.mean(logs["loss"] if "loss" in logs else next(iter(logs.values())))))
        return tuple(losses)

    def _batch(self, step: int) -> Any:
        whole = max(1, self._sample.rows // self._size)
        rows = slice(step % whole * self._size, (step % whole + 1) * self._size)
        parts = (self._sample.x, self._sample.y, self._sample.weight)
        return keras.utils.pack_x_y_sample_weight(
            *(map_tree(lambda leaf: tf.convert_to_tensor(leaf[rows]), part) for part in parts)
        )

    def predictions(self, model: keras.Model, seed: int) -> Any:
        """All predictions for the first rows in one flat array, None where the model does not predict."""
        keras.utils.set_random_seed(seed)
        try:
            told = model(map_tree(lambda leaf: tf.convert_to_tensor(leaf[:_PREDICTED]), self._sample.x), training=False)
            return np.concatenate([np.ravel(np.asarray(leaf, float)) for leaf in keras.tree.flatten(told)])
        except Exception:  # a model without a forward pass of its own, or one that gives back no numbers
            return None

    def logged(self, model: keras.Model) -> tuple[str, ...]:
        """Names in the logs of `fit`."""
        if not self._validated:
            return self._names
        model.make_test_function()
        model.reset_metrics()
        try:
            return (*self._names, *(f"val_{name}" for name in model.test_function(iter([self._batch(0)]))))
        except Exception:  # a `test_step` of the user's own: what it raises shows in the trials
            return self._names


def _ways(scene: Scene) -> tuple[RoundTrip, ...]:
    """The different ways in which the user saves, and the usual one."""
    found: dict[tuple[str, bool, bool, bool], tuple[str, ...]] = {(".keras", True, True, False): ()}
    for save in scene.facts.recipe.saves:
        suffix = {"": ".keras" if save.whole else ".weights.h5", ".hdf5": ".h5"}.get(save.suffix, save.suffix)
        way = (suffix, save.whole, save.include_optimizer or suffix == ".keras", save.by == _BACKUP)
        found[way] = tuple(dict.fromkeys((*found.get(way, ()), save.by)))
    ways = [RoundTrip(by, *way[:3]) for way, by in found.items()]
    # Saved to `.h5`, a model no longer keeps its optimizer in a `.keras` file that is written later (Keras 3.15).
    return tuple(sorted(ways, key=lambda trip: trip.suffix == ".h5"))


_BACKUP = "BackupAndRestore"


def _loaded(scene: Scene, model: keras.Model, trip: RoundTrip, path: Path, seed: int) -> tuple[RoundTrip, keras.Model | None]:
    """What came of saving and loading: the loaded model, or the trip with its failure."""
    stage = "saving"
    try:
        if trip.whole:
            model.save(path, **({} if trip.include_optimizer else {"include_optimizer": False}))
            stage = "loading"
            other, needs = load_with_help(path, model)
            return replace(trip, needs=needs), other
        model.save_weights(path)
        stage = "loading"
        other = scene.fresh(seed + 1)  # other weights, so that it shows whether they were loaded
        if _BACKUP in trip.by and not other.optimizer.built:
            other.optimizer.build(other.trainable_variables)  # as that callback does before it loads
        other.load_weights(path)
    except Exception as error:  # of the user's own classes, and of Keras in any kind
        return replace(trip, failed_at=stage, error=_said(error)), None
    return trip, other


def load_with_help(path: Path, model: keras.Model) -> tuple[keras.Model, tuple[str, ...]]:
    """The model in a file, with as little help as it takes.

    Raises:
        Exception: What Keras says to the last try, where nothing helps.
    """
    custom = _custom_objects(model)
    failure: Exception | None = None
    for needs in ((), ("custom_objects",), ("safe_mode=False",), ("custom_objects", "safe_mode=False")):
        try:
            other = keras.models.load_model(
                path, custom_objects=custom if "custom_objects" in needs else None, safe_mode="safe_mode=False" not in needs
            )
        except Exception as error:  # as above
            failure = error
        else:
            return other, needs
    assert failure is not None  # no try succeeded
    raise failure


def _custom_objects(model: keras.Model) -> dict[str, Any]:
    """The user's own classes and functions by name, as one passes them to `load_model`."""
    found: dict[str, Any] = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and is_user_file(file):
            found |= {
                name: value
                for name, value in vars(module).items()
                if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
            }
    parts = [model, *(walked.layer for walked in walk_layers(model)), model.optimizer, model.loss]
    own = [type(part) for part in parts if type(part).__module__.split(".")[0] not in ("keras", "builtins")]
    return found | {kind.__name__: kind for kind in own}


def _compared(trip: RoundTrip, model: keras.Model, other: keras.Model, batches: _Batches, seed: int, told: Any) -> RoundTrip:
    """The trip with all that is seen of the loaded model; the saved one stands where it was saved."""
    said = None if told is None else batches.predictions(other, seed)
    trip = replace(
        trip,
        predictions_apart=None if said is None or said.shape != told.shape else _apart(told, said),
        weights_apart=sum(not same for same in _same(model.weights, other.weights)),
        optimizer_kept=_keeps_optimizer(model, other),
    )
    if not trip.by or not other.compiled:
        return trip  # nobody's recipe goes on from it, and each model that trains costs a trace
    try:
        for of_model, of_other in zip(_random_states(model), _random_states(other), strict=False):
            of_other.assign(of_model)  # Keras does not save them; without, dropout would look like a jump
        return replace(trip, losses=batches.train(other, seed, range(BEFORE, BEFORE + AFTER)))
    except Exception as error:  # as above
        return replace(trip, failed_at="going on", error=_said(error))


def _said(error: Exception) -> str:
    """What an exception says, to the end of the first sentence of what Keras wraps last: it breaks lines anywhere."""
    said = _WRAPPED.split(" ".join(_COLOURS.sub("", str(error)).split()))[-1]
    sentence = said.split(". ", 1)[0]
    return f"{type(error).__name__}: {sentence[:_LONGEST]}{' ...' if len(sentence) > _LONGEST else ''}"


def _apart(told: Any, said: Any) -> float:
    finite = np.isfinite(told)
    if not np.array_equal(finite, np.isfinite(said)):
        return float("inf")
    rms = float(np.sqrt(np.mean(told[finite] ** 2))) if finite.any() else 0.0
    return float(np.max(np.abs(told - said)[finite], initial=0.0)) / max(rms, np.finfo(float).tiny)


def _keeps_optimizer(model: keras.Model, other: keras.Model) -> bool | None:
    if model.optimizer is None:
        return None
    return bool(other.compiled and other.optimizer is not None) and all(
        _same(model.optimizer.variables, other.optimizer.variables)
    )


def _same(variables: Sequence[Any], others: Sequence[Any]) -> Iterator[bool]:
    """Whether each variable has the values of the other list's at its place; False where one list is longer."""
    yield from [False] * abs(len(variables) - len(others))
    for one, other in zip(variables, others, strict=False):
        yield np.array_equal(np.asarray(one), np.asarray(other), equal_nan="float" in str(one.dtype))


def _random_states(model: keras.Model) -> list[Any]:
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights and "seed_generator" in variable.path]


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *(model.optimizer.variables if model.optimizer is not None else ())]


def _state(model: keras.Model) -> list[Any]:
    return [keras.ops.convert_to_numpy(variable) for variable in _variables(model)]


def _restore(model: keras.Model, state: Sequence[Any]) -> None:
    for variable, value in zip(_variables(model), state, strict=True):
        variable.assign(value)


def directions(model: keras.Model) -> Mapping[str, str]:
    """The better direction by name, as Keras' callbacks find it in their mode "auto".

    Args:
        model: Compiled.
    """
    compiled = getattr(model, "_compile_metrics", None)  # where Keras keeps the metrics that it resolved, as elsewhere
    metrics = [*model.metrics, *(compiled.metrics if compiled is not None else ())]
    known = {"up": "max", "down": "min"}
    return {metric.name: known[direction] for metric in metrics if (direction := getattr(metric, "_direction", None)) in known}
