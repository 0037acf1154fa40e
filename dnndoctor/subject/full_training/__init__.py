"""The subject trained by its full recipe: all data, all epochs, by the model's own `fit`, with the config's treatments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from dnndoctor.config.quantities import size_in_bytes
from dnndoctor.config.schema import Factory, LoadedConfig
from dnndoctor.evidence.messages import Alive, Best, EpochEnded, Train, Trained
from dnndoctor.subject import recipe
from dnndoctor.subject.callbacks import Treatment, treatment
from dnndoctor.subject.data.drawing import draw
from dnndoctor.subject.data.parts import Parts
from dnndoctor.subject.full_training.data import plain_data, treated_data
from dnndoctor.subject.full_training.rates import TreatedRates, rates_change
from dnndoctor.subject.full_training.saving import Saving
from dnndoctor.subject.full_training.transformations import transformations
from dnndoctor.subject.loading import UserCode
from dnndoctor.subject.looks.saving import directions
from dnndoctor.subject.model_source import ModelSource
from dnndoctor.subject.subject import call_data, parts_of
from dnndoctor.subject.treatments import Treatments

_STAGE = "training"


class FullTraining:
    """A model and its data, ready for `fit`.

    Random numbers are those of a script that calls `keras.utils.set_random_seed(seed)` before the data's factory and again
    before the model's: without treatments, its `fit` gives the same weights.

    Attributes:
        model: Compiled, with the treatments.
        data: With the treatments.
        epochs: With the treatments.
        callbacks: The user's that take part.
        left_out: Those that do not, with the reason.
        saving: Knows how the model can be saved.
        transformations: What has to be done to inputs and predictions wherever the model is used.
    """

    def __init__(self, config: LoadedConfig, seed: int, alive: Callable[[str], None]) -> None:
        """Loads the subject and treats it.

        Args:
            config: Of the subject.
            seed: See the class.
            alive: Called with each stage.

        Raises:
            SubjectError: The model or the data could not be built, or a treatment does not apply.
        """
        wanted = config.config
        alive("importing your code")
        self._code = code = UserCode(config.folder.resolve())
        self._seed = seed
        data = Factory(factory=wanted.data) if isinstance(wanted.data, str) else wanted.data
        if isinstance(data, Factory):
            code.find(data.factory)
        source = ModelSource(wanted, code)
        make_callbacks = recipe.callback_maker(wanted.fit, code)

        def read() -> Any:
            return parts_of(call_data(data, code, alive, seed), data, config, source.build(seed), code)

        treatments = Treatments(wanted)
        if treatments.edits:
            self.data = treated_data(read, source, treatments, config, code, alive)
            treated = treatments.config(config, recipe.batch_size(wanted.fit, self.data.own_batch_size)).config
        else:
            parts = read()
            self.data = plain_data(parts, wanted.fit, lambda: self._targets(read(), config, alive))
            treated = wanted
        self.epochs = treated.fit.epochs
        self._run = treatments.run(self.data.batch_size)
        self.transformations = transformations(treatments.edits, self.data)
        alive("trying to save the model")
        self.saving = Saving(source, self.data.few, treatments.edits, seed, code.module_names)
        listed = make_callbacks()
        self.callbacks = [callback for callback in listed if not _left_out(callback)]
        self.left_out = tuple(f"{type(each).__name__}, as {why}" for each in listed if (why := _left_out(each)))
        alive("building the model")
        self.model = source.build(seed)

    def fit(self, watchers: Sequence[keras.callbacks.Callback] = ()) -> Any:
        """Trains.

        Args:
            watchers: Callbacks beside the user's.

        Returns:
            Keras' `History`.

        Raises:
            SubjectError: The user's code raised.
        """
        callbacks = list(self.callbacks)
        rates = None
        if rates_change(self._run):
            rates = TreatedRates(self.model, self._run, callbacks, self.epochs, self.data.steps_per_epoch)
            callbacks = rates.around(callbacks)
        with self._code.guarded("model.fit", _STAGE, training=True):
            history = self.model.fit(**self.data.arguments, epochs=self.epochs, verbose=0, callbacks=[*callbacks, *watchers])
        if rates is not None:
            rates.hand_back()
        return history

    def _targets(self, parts: Parts, config: LoadedConfig, alive: Callable[[str], None]) -> Any:
        """Of the first training rows of a stream, to balance classes by."""
        plain = config.config.fit.model_copy(update={"class_weight": None})
        return draw(
            Parts(parts.train), plain, size_in_bytes(config.config.ladder.sample_limit), self._code.guarded, alive
        ).train.y


def train(order: Train, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> Trained:
    """Trains a subject by its full recipe and saves it.

    Args:
        order: What to train, and where to write it.
        alive: Called with each stage, and at every batch.
        on_epoch: Called at the end of every epoch.

    Raises:
        SubjectError: The user's model or data could not be built or trained.
    """
    training = FullTraining(LoadedConfig.model_validate_json(order.config), order.seed, lambda stage: alive(Alive(stage)))
    for remark in (*(f"Left out: {reason}." for reason in training.left_out), *training.saving.remarks):
        alive(Alive(remark))
    history = training.fit([_Signs(training.epochs, alive, on_epoch)]).history
    alive(Alive("saving"))
    part, whole = training.saving.save(training.model, Path(order.part))
    epochs = max(map(len, history.values()), default=0)
    return Trained(
        epochs=epochs,
        asked=training.epochs,
        logs={name: float(values[-1]) for name, values in history.items() if values},
        best=tuple(_best(history, directions(training.model))),
        part=str(part),
        whole=whole,
        remarks=training.saving.remarks,
        transformations=training.transformations,
        left_out=training.left_out,
    )


class _Signs(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types, so its classes are Any
    """Tells how the training goes on. It reads no log at a batch, so that no step waits for a number."""

    def __init__(self, epochs: int, alive: Callable[[Alive], None], on_epoch: Callable[[EpochEnded], None]) -> None:
        super().__init__()
        self._epochs, self._alive, self._on_epoch = epochs, alive, on_epoch
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        del logs
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        del logs
        self._alive(Alive(f"epoch {self._epoch} of {self._epochs}", steps_run=int(batch) + 1))

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        del logs
        self._alive(Alive(f"epoch {self._epoch} of {self._epochs}, validation", steps_run=int(batch) + 1))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        told = {name: float(value) for name, value in (logs or {}).items()}
        self._on_epoch(EpochEnded(epoch + 1, self._epochs, told))


def _left_out(callback: Any) -> str:
    """Why a callback takes no part, empty where it does."""
    done, why = treatment(callback)
    if done is Treatment.READ:
        return "it writes files"
    return why if not isinstance(callback, keras.callbacks.Callback) else ""


def _best(history: Mapping[str, Sequence[float]], better: Mapping[str, str]) -> Iterator[Best]:
    """The best epoch by each of the validation's logs whose better direction is known."""
    for name, values in history.items():
        plain = name.removeprefix("val_")
        direction = "min" if plain == "loss" else better.get(plain)
        known = [(float(value), epoch) for epoch, value in enumerate(values, start=1) if value == value]
        if plain == name or direction is None or not known:
            continue
        value, epoch = min(known, key=lambda pair: pair[0] if direction == "min" else -pair[0])
        yield Best(name, value, epoch)
