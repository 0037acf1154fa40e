"""What becomes of each kind of callback, and what is told of it."""

from typing import Any

import keras
import pytest

from dnndoctor.subject.callbacks import describe_callbacks, overrides, taking_part, wants_every_step

CALLBACKS = keras.callbacks


class AtEpochEnds(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.label = "mine"
        self.seen: list[float] = []
        self._hidden = 3

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen.append((logs or {}).get("loss", epoch))


class AtBatches(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Does nothing, but is there."""


class Saving(keras.callbacks.ModelCheckpoint):  # type: ignore[misc]  # Keras ships no types
    """A user's own kind of writer."""


class OwnNaN(keras.callbacks.TerminateOnNaN):  # type: ignore[misc]  # Keras ships no types
    """Its hook is for every batch."""


@pytest.mark.parametrize(
    ("make", "kind", "treatment", "why"),
    [
        (lambda: CALLBACKS.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch)), "LearningRateScheduler", "per step", ""),
        (lambda: CALLBACKS.ReduceLROnPlateau(), "ReduceLROnPlateau", "at epoch ends", ""),
        (lambda: CALLBACKS.EarlyStopping(), "EarlyStopping", "at epoch ends", ""),
        (lambda: AtEpochEnds(4), "AtEpochEnds", "at epoch ends", ""),
        (lambda: CALLBACKS.LambdaCallback(on_epoch_end=lambda *_: None), "LambdaCallback", "at epoch ends", ""),
        (lambda: CALLBACKS.LambdaCallback(on_train_batch_end=lambda *_: None), "LambdaCallback", "at chunk ends", ""),
        (lambda: AtBatches(), "AtBatches", "at chunk ends", ""),
        (lambda: CALLBACKS.TerminateOnNaN(), "TerminateOnNaN", "at chunk ends", ""),
        (lambda: OwnNaN(), "OwnNaN", "at chunk ends", ""),
        (lambda: CALLBACKS.ModelCheckpoint("saved.keras"), "ModelCheckpoint", "read, not run", "writes files"),
        (lambda: Saving("saved.keras"), "Saving", "read, not run", "writes files"),
        (lambda: CALLBACKS.CSVLogger("log.csv"), "CSVLogger", "read, not run", "writes files"),
        (lambda: CALLBACKS.BackupAndRestore("backup"), "BackupAndRestore", "read, not run", "writes files"),
        (lambda: CALLBACKS.TensorBoard("logs"), "TensorBoard", "read, not run", "writes files"),
        (lambda: CALLBACKS.History(), "History", "not run", "only reports"),
        (lambda: CALLBACKS.ProgbarLogger(), "ProgbarLogger", "not run", "only reports"),
        (lambda: CALLBACKS.Callback(), "Callback", "not run", "none of the hooks"),
        (lambda: "early_stopping", "str", "not run", "no keras.callbacks.Callback"),
    ],
)
def test_each_kind_has_its_treatment(make: Any, kind: str, treatment: str, why: str) -> None:
    """A kind is told by its class, treated as its hooks ask for, and where it is not run the reason is said."""
    (facts,) = describe_callbacks([make()])

    assert (facts.kind, facts.treatment) == (kind, treatment)
    assert why in facts.why
    assert bool(facts.why) == bool(why)


def test_settings_are_plain_public_values() -> None:
    """Numbers, texts and flags are told; what is private or no plain value is not."""
    own, stopping = describe_callbacks([AtEpochEnds(4), CALLBACKS.EarlyStopping(monitor="loss", patience=7)])

    assert own.settings["patience"] == 4
    assert own.settings["label"] == "mine"
    assert "seen" not in own.settings
    assert "_hidden" not in own.settings
    assert (stopping.settings["monitor"], stopping.settings["patience"]) == ("loss", 7)


def test_entries_stand_in_the_users_order() -> None:
    """One entry for each, also for two of a kind."""
    facts = describe_callbacks([CALLBACKS.History(), AtEpochEnds(1), AtEpochEnds(2)])

    assert [(one.kind, one.settings.get("patience")) for one in facts] == [
        ("History", None),
        ("AtEpochEnds", 1),
        ("AtEpochEnds", 2),
    ]


def test_only_what_changes_training_takes_part() -> None:
    """Writers, reporters and Keras' own guard against NaN stay out; the others keep their order."""
    scheduler, plateau, batches = CALLBACKS.LearningRateScheduler(float), CALLBACKS.ReduceLROnPlateau(), AtBatches()

    taking = taking_part([CALLBACKS.CSVLogger("log.csv"), scheduler, CALLBACKS.TerminateOnNaN(), plateau, "text", batches])

    assert taking == [scheduler, plateau, batches]
    assert wants_every_step(taking)
    assert not wants_every_step([scheduler, plateau])


def test_hooks_of_the_instance_count() -> None:
    """`LambdaCallback` sets its hooks on itself, and no class overrides them."""
    callback = CALLBACKS.LambdaCallback(on_train_begin=lambda *_: None)

    assert overrides(callback, "on_train_begin")
    assert not overrides(callback, "on_epoch_end")
