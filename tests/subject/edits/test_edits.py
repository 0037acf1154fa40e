"""Each edit changes what it names in a fresh model, and nothing else."""

from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.engine import Engine
from tests.subject.engine.kinds import KINDS


def curves(kind: str, *edits: tuple[Edit, ...], steps: int = 6) -> list[Outcome]:
    engine = Engine(KINDS[kind].blueprint(), cores=1, alive=lambda _: None)
    trials = [Trial(these, steps=steps) for these in edits]
    found: dict[str, Outcome] = {}
    engine.run(trials, on_progress=lambda _: None, deadline=None, on_outcome=lambda one: found.update({one.trial.id: one}))
    return [found[trial.id] for trial in trials]


def edit(kind: str, /, **parameters: Any) -> tuple[Edit, ...]:
    return (Edit(kind, parameters),)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("recurrent dropout", "dropout_off"),
        ("batch norm, dropout, noise", "dropout_off"),
        ("added losses", "regularization_off"),
        ("augmentation", "augmentation_off"),
    ],
)
def test_switched_off_where_there_is_some(kind: str, name: str) -> None:
    """Switching off what a model has changes its losses, and what it has not changes nothing at all."""
    others = {"dropout_off", "regularization_off", "augmentation_off"} - {name}

    plain, off, *same = curves(kind, (), edit(name), *(edit(other) for other in sorted(others)))

    assert off.state is State.FINISHED
    assert off.losses != plain.losses
    assert [one.losses for one in same] == [plain.losses, plain.losses]


@pytest.mark.slow
def test_logits_in_place_of_a_softmax_are_the_same_training() -> None:
    """A softmax stripped and logits in the loss leave the losses as they are, in one of two outputs and in a subclass."""
    loss = "sparse_categorical_crossentropy"
    strip = (
        *edit("output_activation", output="kind", activation="linear"),
        *edit("loss", output="kind", name=loss, from_logits=True),
    )
    put = (*edit("output_activation", output="y", activation="softmax"), *edit("loss", output="y", name=loss, from_logits=False))

    plain, stripped, halfway = curves("two outputs", (), strip, strip[:1])
    bare, activated = curves("unbuilt subclass", (), put)

    assert stripped.losses == pytest.approx(plain.losses, rel=1e-4)
    assert halfway.losses != pytest.approx(plain.losses, rel=1e-4)
    assert activated.losses == pytest.approx(bare.losses, rel=1e-4)


def test_optimizer_and_rate() -> None:
    """A fresh optimizer at a rate is the one that Keras would make, and a factor on it multiplies its rate."""
    slow, fast = (edit("optimizer", class_name="SGD", learning_rate=rate) for rate in (0.01, 0.1))

    one, ten, multiplied = curves("plain", slow, fast, (*slow, *edit("learning_rate", factor=10.0)))

    assert multiplied.losses == ten.losses
    assert one.losses[1:] != ten.losses[1:]


def test_zero_inputs_and_batch_size() -> None:
    """With zeroed inputs the first loss is that of the biases alone; a batch has as many rows as asked for."""
    zero, small = curves("plain", edit("zero_inputs"), edit("batch_size", size=3))

    assert zero.losses[0] == pytest.approx(np.log(5), rel=1e-4)
    assert small.batch_size == 3


@pytest.mark.parametrize(
    "wrong",
    [
        edit("optimizer", class_name="NoSuch", learning_rate=0.1),
        edit("optimizer", class_name="SGD", learning_rate=-1.0),
        edit("loss", output="y", name="no_such_loss"),
        edit("loss", output="y", name="mean_squared_error", from_logits=True),
        edit("output_activation", output="none", activation="softmax"),
        edit("batch_size", size=0),
    ],
)
def test_what_makes_no_sense_is_impossible(wrong: tuple[Edit, ...]) -> None:
    """Parameters that fit nothing are told as a value."""
    kind = "two outputs" if wrong[0].parameters.get("output") == "none" else "plain"

    (outcome,) = curves(kind, wrong)

    assert outcome.state is State.IMPOSSIBLE
    assert outcome.reason.endswith(".")


def test_several_optimizers_are_not_replaced() -> None:
    """A model that trains with optimizers of its own keeps them."""
    (outcome,) = curves("two optimizers", edit("optimizer", class_name="SGD", learning_rate=0.1))

    assert outcome.state is State.IMPOSSIBLE
    assert isinstance(KINDS["two optimizers"].make(), keras.Model)
