"""Patched sources build the model that the edits make: every change is seen in the facts of the patched folder."""

from pathlib import Path

from dnndoctor.config.loading import load_config
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.proposal import propose
from dnndoctor.subject.subject import load_subject
from tests.subject.patient import DATA, Patient

SEQUENTIAL = """
RATE = 0.3

def build_model():
    start = keras.initializers.RandomNormal(stddev=2.0)
    model = keras.Sequential([
        keras.Input((3,)),
        layers.Dense(4, activation="sigmoid", kernel_initializer=start),
        layers.Dropout(0.5),  # too much
        layers.Dense(1, activation="relu"),
    ])
    model.compile(keras.optimizers.SGD(RATE, clipnorm=1.0), loss="mse", metrics=["accuracy"])
    return model
"""
SUBCLASSED = """
from keras.layers import BatchNormalization as Norm

class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(4, use_bias=False)
        self.drop = layers.Dropout(0.5)
        inner = keras.Input((4,))
        outer = inner
        for _ in range(2):
            outer = layers.Dense(4)(outer)
            outer = Norm()(outer)
            outer = layers.ReLU()(outer)
        self.inner = keras.Model(inner, outer)
        self.head = layers.Dense(1)

    def call(self, x, training=None):
        return self.head(self.inner(self.drop(self.first(x), training=training), training=training))

def build_model(rate=0.01):
    model = Block()
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model
"""
CONFIG = "model: train.py:build_model\ndata: train.py:load_data\nfit: {epochs: 2}\n"


def patched(before: Path, after: Path, script: str, *edits: Edit) -> tuple[Facts, Facts]:
    """The facts of a folder, and those of a copy with the diff of these edits in it."""
    before.mkdir()
    after.mkdir()
    for folder in (before, after):
        Patient(folder, script + DATA).write("config.yaml", CONFIG)
    loaded = load_config(before / "config.yaml")
    _, facts = load_subject(loaded, before / "run", _silent)
    proposal = propose(edits, facts, loaded)
    assert proposal.by_hand == ()
    for change in proposal.changes:
        (after / change.path).write_text(change.after, encoding="utf-8")
    return facts, load_subject(load_config(after / "config.yaml"), after / "run", _silent)[1]


def _silent(stage: str) -> None:
    """Nobody listens."""
    del stage


def test_sequential_model_differs_as_said(tmp_path: Path) -> None:
    """Rate, loss, activations, initializers, dropout, clipping and epochs; metrics and widths stay."""
    facts, treated = patched(
        tmp_path / "before",
        tmp_path / "after",
        SEQUENTIAL,
        Edit("learning_rate", {"factor": 0.1}),
        Edit("gradient_clipping_off"),
        Edit("hidden_activation", {"activation": "relu", "layers": "dense"}),
        Edit("dropout_off"),
        Edit("output_activation", {"output": "dense_1", "activation": "linear"}),
        Edit("variance_scaled_init"),
        Edit("loss", {"output": "dense_1", "name": "binary_crossentropy", "from_logits": True}),
        Edit("epochs", {"factor": 3.0}),
    )

    (optimizer,) = treated.recipe.optimizers
    assert (optimizer.kind, round(optimizer.learning_rate, 6), optimizer.clipnorm) == ("SGD", 0.03, None)
    assert [(layer.kind, layer.activation, layer.units) for layer in treated.layers] == [
        ("Dense", "relu", 4),
        ("Dense", "linear", 1),
    ]
    assert [layer.weights[0].initializer for layer in treated.layers] == ["HeNormal", "GlorotUniform"]
    (output,) = treated.outputs
    assert output.loss is not None
    assert (output.loss.name, output.loss.from_logits) == ("binary_crossentropy", True)
    assert output.metrics == facts.outputs[0].metrics
    assert (facts.recipe.epochs, treated.recipe.epochs) == (2, 6)


def test_subclassed_model_with_a_nested_one_differs_as_said(tmp_path: Path) -> None:
    """Layers under names keep their names, those of a loop go together, a string becomes an optimizer."""
    facts, treated = patched(
        tmp_path / "before",
        tmp_path / "after",
        SUBCLASSED,
        Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.05, "momentum": 0.9}),
        Edit("dropout_off"),
        Edit("batch_norm_off"),
    )

    (optimizer,) = treated.recipe.optimizers
    assert (optimizer.kind, round(optimizer.learning_rate, 6), optimizer.momentum) == ("SGD", 0.05, 0.9)
    norms = [sum(layer.kind == "BatchNormalization" for layer in each.layers) for each in (facts, treated)]
    assert norms == [2, 0]
    assert [layer.settings.get("rate") for layer in treated.layers if layer.kind == "Dropout"] == [0]
    dense = [sum(layer.kind == "Dense" for layer in each.layers) for each in (facts, treated)]
    assert dense == [4, 4]
