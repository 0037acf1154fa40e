"""Another optimizer."""

from dnndoctor.edits import edit_kind
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import callback, facts, optimizer

EDIT = Edit("optimizer", {"class_name": "Adam", "learning_rate": 1e-3})


def test_replaced() -> None:
    """Both optimizers are named, and the patch is the new one."""
    subject = facts(recipe={"optimizers": (optimizer("SGD", 0.1),)})

    assert edit_kind("optimizer").sentence(EDIT, subject) == "replace SGD by Adam at 0.001"
    assert edit_kind("optimizer").patch(EDIT, subject) == "optimizer=keras.optimizers.Adam(learning_rate=0.001)"


def test_callbacks_that_set_the_rate() -> None:
    """They were made for the other optimizer, and go with it; others stay."""
    callbacks = (callback("LearningRateScheduler", "per step"), callback("EarlyStopping"))

    _, gone = edit_kind("optimizer").patch(EDIT, facts(recipe={"callbacks": callbacks})).splitlines()

    assert gone == "callbacks=[...]: without LearningRateScheduler"


def test_same_class() -> None:
    """The same optimizer at another rate is a change of the rate."""
    subject = facts(recipe={"optimizers": (optimizer("Adam", 1.0),)})

    assert edit_kind("optimizer").sentence(EDIT, subject) == "change the learning rate of Adam from 1 to 0.001"


def test_settings() -> None:
    """Momentum and weight decay are told and written where they are given."""
    heavy = Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.01, "momentum": 0.9})
    decayed = Edit("optimizer", {"class_name": "AdamW", "learning_rate": 0.001, "weight_decay": 0.05})
    subject = facts(recipe={"optimizers": (optimizer("SGD", 0.1),)})

    assert edit_kind("optimizer").sentence(heavy, subject) == "replace SGD by SGD at 0.01 and momentum 0.9"
    assert edit_kind("optimizer").patch(heavy, subject) == "optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)"
    assert edit_kind("optimizer").patch(decayed, subject).endswith("AdamW(learning_rate=0.001, weight_decay=0.05)")
    assert edit_kind("optimizer").problems(Edit("optimizer", {**heavy.parameters, "momentum": 1.0}))
