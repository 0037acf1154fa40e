"""Where the user wrote it: factories, layers, operations, losses, callbacks, keys of the config, and calls that save."""

import keras
import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.evidence.save_facts import SaveFacts
from dnndoctor.subject.subject import load_subject
from tests.subject.patient import DATA, Patient

SCRIPT = """
def decorated(function):
    import functools
    @functools.wraps(function)
    def wrapper(**given):
        return function(**given)
    return wrapper

class Saver(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.save_weights("epoch.weights.h5")

def make_callbacks():
    return [
        keras.callbacks.ModelCheckpoint("best.keras",
                                        save_best_only=True),
        Saver(),
    ]

def build_model():
    inputs = keras.Input((3,))
    hidden = layers.Dense(4)(inputs)
    hidden = keras.ops.clip(hidden, -1,
                            1)
    model = keras.Model(inputs, layers.Dense(1, "sigmoid")(hidden))
    loss = keras.losses.BinaryCrossentropy()
    model.compile(
        keras.optimizers.Adam(),
        loss,
    )
    return model

@decorated
def build_by_name():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, "sigmoid")])
    model.compile("adam", "mse")
    return model

if __name__ == "__main__":
    model = build_model()
    model.fit(x, y)
    model.save("last.keras", include_optimizer=False)
    keras.saving.save_model(model, "old.h5")
    np.save("x.npy", x)
"""

CONFIG = """\
model: train.py:build_by_name
data: train.py:load_data
compile:
  loss: mae
fit:
  batch_size: 8
  callbacks:
    - {class_name: EarlyStopping, monitor: loss}
"""


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Patient, Facts]:
    """A user who writes everything in a script."""
    patient = Patient(tmp_path_factory.mktemp("scripted"), SCRIPT + DATA)
    return patient, patient.load(fit={"callbacks": "train.py:make_callbacks"})[1]


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Patient, Facts]:
    """A user who writes the recipe in the config."""
    folder = tmp_path_factory.mktemp("configured")
    patient = Patient(folder, SCRIPT + DATA)
    loaded = load_config(patient.write("config.yaml", CONFIG))
    return patient, load_subject(loaded, folder / "run", lambda _: None)[1]


def test_places_in_a_script(scripted: tuple[Patient, Facts]) -> None:
    """Factories, a layer, an operation, loss, optimizer and callbacks are found at the lines that create them."""
    patient, facts = scripted

    def at(text: str) -> Place:
        return Place("train.py", patient.line(text))

    assert facts.place == at("def build_model")
    assert facts.data.place == at("def load_data")
    assert facts.layers[0].place == at("layers.Dense(4)")
    assert [clip.place for clip in facts.clips] == [at("keras.ops.clip")]
    assert facts.outputs[0].loss is not None
    assert facts.outputs[0].loss.place == at("keras.losses.Binary")
    assert facts.recipe.optimizers[0].place == at("keras.optimizers.Adam")
    assert [callback.place for callback in facts.recipe.callbacks] == [at("ModelCheckpoint"), at("        Saver()")]


def test_places_in_a_config(configured: tuple[Patient, Facts]) -> None:
    """What the config sets is found in it, and a decorated factory where it begins."""
    patient, facts = configured

    assert facts.config_places["fit.batch_size"] == Place("config.yaml", 6)
    assert facts.outputs[0].loss is not None
    assert facts.outputs[0].loss.place == Place("config.yaml", 4)
    assert [callback.place for callback in facts.recipe.callbacks] == [Place("config.yaml", 8)]
    assert facts.place == Place("train.py", patient.line("@decorated"))
    assert facts.recipe.optimizers[0].place == Place("train.py", patient.line('"mse"'))


def test_ways_of_saving_are_read(scripted: tuple[Patient, Facts]) -> None:
    """Callbacks, savers of the user's own and calls below the main guard are read; `np.save` saves no model."""
    patient, facts = scripted

    assert facts.recipe.saves == (
        SaveFacts("ModelCheckpoint", ".keras", whole=True, place=Place("train.py", patient.line("ModelCheckpoint"))),
        SaveFacts("model.save", ".keras", True, include_optimizer=False, place=Place("train.py", patient.line("last.keras"))),
        SaveFacts("keras.saving.save_model", ".h5", whole=True, place=Place("train.py", patient.line("old.h5"))),
        SaveFacts("self.model.save_weights", ".weights.h5", False, place=Place("train.py", patient.line("epoch.weights"))),
    )


def test_watching_leaves_keras_as_it_was(scripted: tuple[Patient, Facts]) -> None:
    """What was patched to see places is Keras' own again, and `compile` is not taken for overridden."""
    owner = next(kind for kind in keras.Model.__mro__ if "compile" in vars(kind))

    assert scripted[1].fingerprint
    assert owner.compile is keras.Model.compile
    for method in (
        keras.Operation.__new__,
        keras.layers.Layer.add_weight,
        keras.Model.compile,
        keras.losses.Loss.__init__,
        keras.callbacks.Callback.__init__,
        keras.optimizers.Optimizer.__init__,
    ):
        assert method.__module__.startswith("keras")
        assert "noting" not in method.__code__.co_name
