"""Saving a trained model: as a `.keras` file where that file, loaded, predicts as the model does; else its weights."""

import tempfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.evidence.messages import ARCHIVE_MARK
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.trees import map_tree
from dnndoctor.subject.edits.batch_norm_off import BatchNormOff
from dnndoctor.subject.engine import private
from dnndoctor.subject.looks.saving import load_with_help
from dnndoctor.subject.model_source import ModelSource, is_built

_APART = 1e-4
"""Relative difference of predictions beyond rounding: normalising by stored numbers in place of not at all rounds at 1e-7."""


class Saving:
    """Knows how the treated model can be saved, found out on an untrained one.

    Attributes:
        remarks: What a person should know of the file, one sentence each.
    """

    def __init__(
        self, source: ModelSource, few: Sample | None, edits: Sequence[Edit], seed: int, module_names: Mapping[str, str]
    ) -> None:
        """Saves and loads an untrained model in a temporary folder.

        Args:
            source: Of the models.
            few: A few rows, treated; None where none are held in memory.
            edits: The treatments.
            seed: Of the training.
            module_names: See `UserCode.module_names`.
        """
        self._module_names = module_names
        model = source.build(seed)
        problem = _problem(model, few) if is_built(model) else ""
        self._whole = not problem
        remarks = []
        if problem:
            changed = [layer.name for layer in private.all_layers(model) if "call" in vars(layer)]
            because = (
                f"the treatments change what {', '.join(changed)} compute{'s' if len(changed) == 1 else ''}, "
                "which no saved model holds: make the changes in your code, and load the weights there"
                if changed and edits
                else "build the model by your code, and load the weights there"
            )
            remarks.append(f"Only the weights can be saved ({problem}); {because}.")
        elif any(edit.name == BatchNormOff.name for edit in edits):
            remarks.append(
                "In the file, batch normalisation has statistics by which it changes nothing; trained on, it would normalise "
                "again: take it out of your code before."
            )
        self.remarks = tuple(remarks)

    def save(self, model: keras.Model, part: Path) -> tuple[Path, bool]:
        """Writes a trained model.

        Args:
            model: The model.
            part: File to write to, ending in `.keras`.

        Returns:
            The file that was written, and whether it is the whole model.
        """
        settle(model)
        if self._whole:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of classes that are not registered: the user's own script warns of it
                    model.save(part)
                _finish(part, self._module_names)
            except Exception as error:  # of the user's own classes, once the model is built
                part.unlink(missing_ok=True)
                said = f"{type(error).__name__}: {error}".splitlines()[0]
                self.remarks = (*self.remarks, f"The model could not be saved whole ({said}), so its weights were.")
            else:
                return part, True
        weights = part.with_name(part.name.removesuffix(".keras") + ".weights.h5")
        model.save_weights(weights)
        return weights, False


def settle(model: keras.Model) -> None:
    """Gives batch normalisation that was switched off statistics by which it changes nothing, so that a file predicts alike.

    Its own were never updated. With a mean of 0 and a variance of 1 - epsilon, inference is gamma * x + beta.

    Args:
        model: With or without such layers.
    """
    for layer in private.all_layers(model):
        if isinstance(layer, keras.layers.BatchNormalization) and "call" in vars(layer) and not _adapted(layer):
            layer.moving_mean.assign(np.zeros(layer.moving_mean.shape))
            layer.moving_variance.assign(np.full(layer.moving_variance.shape, 1 - layer.epsilon))


def _adapted(layer: Any) -> bool:
    return bool(np.any(np.asarray(layer.moving_mean) != 0)) or bool(np.any(np.asarray(layer.moving_variance) != 1))


def _problem(model: keras.Model, few: Sample | None) -> str:
    """Why a `.keras` file of a model would not do, empty where it would."""
    settle(model)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="dnndoctor-saving-") as folder:
        warnings.simplefilter("ignore")  # as above
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
        except Exception as error:  # of the user's own classes, and of Keras in any kind
            return f"saving the whole model raises {type(error).__name__}"
        if few is None:
            return ""
        try:
            loaded, _ = load_with_help(path, model)
        except Exception as error:  # as above
            return f"loading the whole model raises {type(error).__name__}"
        told, said = _predictions(model, few), _predictions(loaded, few)
    if told is None or said is None:
        return ""  # a model without a forward pass of its own: nothing is known against it
    if told.shape != said.shape or not np.allclose(told, said, rtol=_APART, atol=_APART * _size(told), equal_nan=True):
        return "the whole model, saved and loaded, predicts something else"
    return ""


def _predictions(model: keras.Model, few: Sample) -> Any:
    try:
        told = model(map_tree(tf.convert_to_tensor, few.x), training=False)
        return np.concatenate([np.ravel(np.asarray(leaf, float)) for leaf in keras.tree.flatten(told)])
    except Exception:  # a model without a forward pass of its own, or one that gives back no numbers
        return None


def _size(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(np.square(known)))) if known.size else 0.0


def _finish(path: Path, module_names: Mapping[str, str]) -> None:
    """Marks the file as ours, and has it name the user's modules as a script beside them would import them."""
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    renamed = config
    for ours, theirs in module_names.items():
        renamed = renamed.replace(f'"{ours}"', f'"{theirs}"')
    if renamed != config:
        before = path.with_name(path.name + ".before")
        path.rename(before)
        with zipfile.ZipFile(before) as old, zipfile.ZipFile(path, "w") as new:
            for member in old.infolist():
                new.writestr(member, renamed if member.filename == "config.json" else old.read(member))
        before.unlink()
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = ARCHIVE_MARK
