"""Where a person would look for what an edit changes."""

from dnndoctor.evidence.facts import Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.places import places
from tests import evidence_samples as samples

MODEL, DATA, RATE, EPOCHS = (Place("train.py", line) for line in (5, 30, 12, 3))


def test_every_kind_of_edit_has_its_place() -> None:
    """Layers, optimizer, loss, data, the config's keys, and the model's factory for what is of the whole model."""
    facts = samples.facts(
        place=MODEL,
        data={"place": DATA},
        recipe={"optimizers": (samples.optimizer(place=RATE),)},
        config_places={"fit": EPOCHS, "fit.epochs": EPOCHS},
        layers=[samples.layer("dense"), samples.layer("drop", "Dropout", place=Place("train.py", 11)), samples.layer("head")],
    )
    expected = [
        (Edit("learning_rate", {"factor": 0.1}), RATE),
        (Edit("squash_inputs", {"scale": 2.0}), DATA),
        (Edit("fill_missing"), DATA),
        (Edit("epochs", {"factor": 2.0}), EPOCHS),
        (Edit("dropout_off"), Place("train.py", 11)),
        (Edit("hidden_activation", {"activation": "relu", "layers": "dense"}), Place("train.py", 10)),
        (Edit("output_activation", {"output": "output", "activation": "linear"}), Place("train.py", 10)),
        (Edit("loss", {"output": "output", "name": "huber"}), MODEL),
        (Edit("depth", {"layers": 1}), MODEL),
    ]

    for edit, place in expected:
        assert places(edit, facts) == (place,), edit
