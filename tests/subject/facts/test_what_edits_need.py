"""Facts that tell without TensorFlow whether an edit has anything to change."""

from pathlib import Path

from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.edits.variance_scaled_init import drawable_layers
from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.evidence.facts import ClipFacts, Place
from tests.subject.patient import DATA, MODEL, Patient

BOUNDED = """
def build_model():
    inputs = keras.Input((3,))
    x = layers.Dense(4, kernel_constraint="max_norm")(inputs)
    x = layers.ReLU(max_value=2.0, name="cut")(x)
    x = keras.ops.clip(x, 0.0, 1.5)
    x = layers.Lambda(lambda x: tf.clip_by_value(x, -1.0, 1.0), name="squeeze")(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return model
"""

LOADED = """
def build_model():
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, name="loaded"), layers.Dense(4, name="drawn"), layers.Dense(1, name="fresh")]
    )
    model.layers[0].set_weights([np.ones((3, 4)), np.ones(4)])
    model.layers[1].set_weights([np.random.normal(size=(4, 4)), np.zeros(4)])
    model.compile("adam", "mse")
    return model
"""

TWO_INPUTS = """
ids = rng.integers(0, 5, (40, 2))

def build_model():
    size, word = keras.Input((3,), name="size"), keras.Input((2,), name="word")
    x = layers.Concatenate()([size, layers.Flatten()(layers.Embedding(5, 2)(word))])
    model = keras.Model([word, size], layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return model

def load_data():
    return ([ids, x], y), ([ids[:10], x[:10]], y[:10])
"""


def test_clips_and_constraints(tmp_path: Path) -> None:
    """Layers and operations have their places; constraints are those of the variables."""
    patient = Patient(tmp_path, BOUNDED + DATA)
    facts = patient.load()[1]

    assert [layer.path for layer in constrained_layers(facts)] == ["dense"]
    assert facts.layers[0].weights[0].constraint == "MaxNorm"
    assert set(facts.clips) == {
        ClipFacts("cut", "ReLU", 0.0, 2.0, Place("train.py", patient.line("cut"))),
        ClipFacts("squeeze", "Lambda", -1.0, 1.0, Place("train.py", patient.line("squeeze"))),
        ClipFacts(
            next(clip.name for clip in facts.clips if clip.what == "Clip"),
            "Clip",
            0.0,
            1.5,
            Place("train.py", patient.line("ops.clip")),
        ),
    }


def test_a_plain_model_has_none(tmp_path: Path) -> None:
    """Nothing is bounded, nothing loaded, and the input is a quantity."""
    blueprint, facts = Patient(tmp_path, MODEL + DATA).load()

    assert facts.clips == ()
    assert constrained_layers(facts) == ()
    assert blueprint.loaded == frozenset()
    assert len(drawable_layers(facts)) == 2
    assert scalable_inputs(facts) == facts.data.inputs


def test_loaded_weights(tmp_path: Path) -> None:
    """What is the same for every seed was loaded; what the factory itself draws and assigns was not."""
    blueprint, facts = Patient(tmp_path, LOADED + DATA).load()

    assert {path.split("/")[-2] for path in blueprint.loaded} == {"loaded"}
    assert [layer.path for layer in drawable_layers(facts)] == ["drawn", "fresh"]


def test_codes_among_inputs(tmp_path: Path) -> None:
    """Of training and validation data alike, ids are codes and sizes are not."""
    facts = Patient(tmp_path, TWO_INPUTS).load()[1]

    assert [array.codes for array in facts.data.inputs] == [True, False]
    assert [array.codes for array in facts.data.validation_inputs] == [True, False]
    assert [array.name for array in scalable_inputs(facts)] == ["x[1]"]
