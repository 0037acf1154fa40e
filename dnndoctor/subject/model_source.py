"""The user's model, made afresh for each trial: by their factory or from a file, with the config's `compile:` over it."""

import contextlib
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dnndoctor.config.schema import Config, Factory, ModelFile
from dnndoctor.errors import SubjectError
from dnndoctor.subject.creation import Creation
from dnndoctor.subject.edits import Build
from dnndoctor.subject.initial_weights import random_weights, redraw
from dnndoctor.subject.layer_names import wind_to
from dnndoctor.subject.layers import walk_layers
from dnndoctor.subject.loading import UserCode, refuse_wrong_return
from dnndoctor.subject.model_file import open_model_file
from dnndoctor.subject.named import make_named, make_nested

_STAGE = "building the model"


@dataclass(frozen=True)
class Built:
    """A fresh model, and what was seen while it was made."""

    model: keras.Model
    creation: Creation


class ModelSource:
    """Makes the user's model, again and again.

    Attributes:
        name: What the config calls the model by.
        self_seeded: Whether weights are drawn anew through the initializers, because the factory gives the same for every seed.
    """

    def __init__(self, config: Config, code: UserCode) -> None:
        """Finds the factory or file, so that what is missing is told early.

        Args:
            config: The whole config.
            code: The user's code.

        Raises:
            SubjectError: The factory's module cannot be imported, or has no such name.
        """
        self._config = config
        self._code = code
        self._factory = Factory(factory=config.model) if isinstance(config.model, str) else config.model
        self.name = self._factory.file if isinstance(self._factory, ModelFile) else self._factory.factory
        self.self_seeded = False
        self._batch: Any = None
        self._treat: Callable[[keras.Model, int], None] | None = None
        self._remade: Build | None = None
        self._newest: Built | None = None
        self._made_layers: weakref.WeakSet[Any] = weakref.WeakSet()
        self._made_optimizers: weakref.WeakSet[Any] = weakref.WeakSet()
        if isinstance(self._factory, Factory):
            code.find(self._factory.factory)

    @property
    def as_saved(self) -> bool:
        """Whether the weights are those of a file."""
        return isinstance(self._factory, ModelFile) and self._factory.weights == "as_saved"

    @property
    def trusted(self) -> bool:
        """Whether a file was opened without safe mode, because the config says so."""
        return isinstance(self._factory, ModelFile) and self._factory.trust

    def shape_by(self, batch: Any) -> None:
        """Remembers a batch that models without known input shapes are built by.

        Args:
            batch: (x, y, sample_weight) as tensors.
        """
        self._batch = batch

    def treat_by(self, change: Callable[[keras.Model, int], None], remade: Callable[[Build], Build] | None = None) -> None:
        """Has every model changed that is made from now on, with the seed that it is made with.

        Args:
            change: Changes a fresh, compiled model; variables of models without known input shapes may not be there yet.
            remade: Has models made otherwise from the start; None where they are made as ever.
        """
        self._treat = change
        self._remade = None if remade is None else remade(lambda seed: self._build_untreated(seed).model)

    def build(self, seed: int) -> keras.Model:
        """A fresh, compiled model; equal seeds give equal weights.

        Args:
            seed: Keras' global seed.

        Raises:
            SubjectError: The factory raised, or what it returned is no compiled model.
        """
        return self.build_watched(seed).model

    def build_watched(self, seed: int) -> Built:
        """`build`, and what was seen meanwhile.

        Args:
            seed: Keras' global seed.

        Raises:
            SubjectError: As `build`.
        """
        if self._remade is None:
            built = self._build_untreated(seed)
        else:
            model = self._remade(seed)
            assert self._newest is not None  # it was just made
            built = Built(model, self._newest.creation)
        if self._treat is not None:
            self._treat(built.model, seed)
        return built

    def _build_untreated(self, seed: int) -> Built:
        keras.utils.set_random_seed(seed)
        wind_to(self._code.names_at_import)
        creation = Creation()
        with creation.watching(self._code.folder):
            model = self._make()
            self._compile(model)
            if self._batch is not None:
                self._build_by_batch(model)
        self._refuse_reuse(model)
        if isinstance(self._factory, ModelFile) and not self.as_saved:
            redraw(model, seed, creation, keep_loaded=False)
        elif self.self_seeded:
            redraw(model, seed, creation, keep_loaded=True)
        self._newest = Built(model, creation)
        return self._newest

    def detect_self_seeding(self, first: Built, second: Built) -> None:
        """Compares two builds by different seeds and remembers whether the factory seeds itself.

        Args:
            first: One build.
            second: One by another seed.
        """
        drawn = random_weights(first.model, first.creation)
        others = random_weights(second.model, second.creation)
        self.self_seeded = (
            isinstance(self._factory, Factory)
            and bool(drawn)
            and len(drawn) == len(others)
            and all((one == other).all() for one, other in zip(drawn, others, strict=True))
        )

    def _make(self) -> keras.Model:
        if isinstance(self._factory, ModelFile):
            return open_model_file(self._factory, self._code)
        made = self._code.call(self._factory.factory, self._factory.args, _STAGE)
        if not isinstance(made, keras.Model):
            refuse_wrong_return(self.name, made, "a compiled keras.Model", _STAGE)
        return made

    def _compile(self, model: keras.Model) -> None:
        overrides = self._overrides()
        recipe = _recipe_of(model)
        if not model.compiled and not {"optimizer", "loss"} <= overrides.keys():
            lacking = " and ".join(f"`{key}`" for key in ("optimizer", "loss") if key not in overrides)
            of_file = isinstance(self._factory, ModelFile)
            where = "was saved without its recipe" if of_file else "returned a model that is not compiled"
            raise SubjectError(
                f"`{self.name}` {where}.",
                stage=_STAGE,
                advice=f"Call model.compile(...) in the factory, or give a `compile:` section with {lacking}.",
            )
        optimizer: Any = recipe.get("optimizer")
        if "optimizer" not in overrides and self._was_used(optimizer):
            # One optimizer object for all models serves a script that builds one, and a file may hold one with its state; here
            # each model starts with an optimizer of its own.
            overrides["optimizer"] = type(optimizer).from_config(optimizer.get_config())
        if overrides:
            with self._code.guarded(self.name, _STAGE):
                # A subclass' own `compile` has run in the factory; what it set besides stays.
                keras.Model.compile(model, **{**recipe, **overrides})
        used = _recipe_of(model).get("optimizer")
        if isinstance(used, keras.optimizers.Optimizer):
            self._made_optimizers.add(used)

    def _was_used(self, optimizer: Any) -> bool:
        made = isinstance(optimizer, keras.optimizers.Optimizer)
        return made and (bool(optimizer.built) or optimizer in self._made_optimizers)

    def _overrides(self) -> dict[str, Any]:
        section = self._config.compile
        overrides: dict[str, Any] = {}
        if section.optimizer is not None:
            overrides["optimizer"] = make_named(section.optimizer, "optimizer", self._code)
        if section.loss is not None:
            overrides["loss"] = make_nested(section.loss, "loss", self._code)
        if section.metrics is not None:
            overrides["metrics"] = make_nested(section.metrics, "metric", self._code)
        if section.loss_weights is not None:
            overrides["loss_weights"] = section.loss_weights
        return overrides

    def _build_by_batch(self, model: keras.Model) -> None:
        if is_built(model):
            return
        with self._code.guarded(self.name, "calling the model on the first batch"):
            own_step = type(model).train_step is not keras.Model.train_step
            if own_step:
                _trace_step(model, self._batch)
            try:
                model._symbolic_build(data_batch=self._batch)  # no public name does all of it: weights, metrics, optimizer
            except Exception:  # a forward pass that needs values; if it is simply wrong, calling it for real says how
                # Where a step of the user's own made all parts, `call` may take something else than the data, as a generator's.
                if not (own_step and has_all_parts(model)) and type(model).call is not keras.Model.call:
                    model(self._batch[0])

    def _refuse_reuse(self, model: keras.Model) -> None:
        for walked in walk_layers(model):
            if walked.layer in self._made_layers:
                raise SubjectError(
                    f"`{self.name}` returned a model with the layer `{walked.path}` of an earlier one.",
                    stage=_STAGE,
                    advice="Create all layers inside the factory: every trial needs a model with weights of its own.",
                )
            if any(variable.trainable for variable in walked.weights):
                self._made_layers.add(walked.layer)


def _trace_step(model: keras.Model, batch: Any) -> None:
    """Makes all variables as `fit` does, by tracing a step, since one of the user's own may call layers that `call` does not.

    Their optimizer would otherwise be built without the weights of these layers, and refuse them at the first step.
    """
    with contextlib.suppress(Exception):  # a step that reads values cannot be traced; the forward pass is what is left
        tf.function(lambda: model.train_step(keras.utils.pack_x_y_sample_weight(*batch))).get_concrete_function()


def has_all_parts(model: keras.Model) -> bool:
    """Whether a model has layers, and all their variables exist, though the model itself may never have been called.

    Args:
        model: Any model.
    """
    parts = model._flatten_layers(include_self=False)  # as in `is_built`
    return bool(parts) and all(layer.built for layer in parts)


def is_built(model: keras.Model) -> bool:
    """Whether all variables of a model exist.

    Args:
        model: Any model.
    """
    return all(layer.built for layer in model._flatten_layers())  # no public accessor reaches layers inside custom ones


def _recipe_of(model: keras.Model) -> dict[str, Any]:
    """What a compiled model was compiled with, as arguments of `compile`; empty where it is not compiled."""
    if not model.compiled:
        return {}
    # The arguments themselves, as objects: the public `get_compile_config` serialises them, which custom ones do not survive.
    kept = getattr(model, "_compile_config", None)
    recipe = dict(kept.config) if kept is not None else {}
    if model.dtype_policy.name == "mixed_float16" and not isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        recipe["auto_scale_loss"] = False
    return recipe
