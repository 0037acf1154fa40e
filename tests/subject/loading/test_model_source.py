"""Models come out fresh and as the user compiled them, whatever `compile:` lays over it, from factories and from files."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dnndoctor.errors import SubjectError
from dnndoctor.subject.layers import walk_layers
from tests.subject.patient import DATA, MODEL, Patient


def kernels(model: Any) -> np.ndarray[Any, Any]:
    """The first layer's kernel."""
    return np.asarray(walk_layers(model)[0].weights[0])


def test_equal_seeds_give_equal_weights_and_others_do_not(tmp_path: Path) -> None:
    """Weights depend on the seed alone, and so do the layers' names."""
    blueprint, facts = Patient(tmp_path, MODEL + DATA).load()

    one, again, other = (blueprint.build(seed) for seed in (3, 3, 4))

    assert np.array_equal(kernels(one), kernels(again))
    assert not np.array_equal(kernels(one), kernels(other))
    assert [layer.path for layer in facts.layers] == ["dense", "dense_1"] == [walked.path for walked in walk_layers(other)]
    assert not facts.engine.self_seeded


@pytest.mark.parametrize("seeding", ["keras.utils.set_random_seed(42)", "tf.random.set_seed(1); keras.utils.set_random_seed(1)"])
def test_a_factory_that_seeds_itself_is_drawn_anew(tmp_path: Path, seeding: str) -> None:
    """Seeds make a difference again, through the user's own initializers."""
    script = MODEL.replace("    model =", f"    {seeding}\n    model =").replace(
        "Dense(4,", "Dense(4, kernel_initializer='he_normal',"
    )
    blueprint, facts = Patient(tmp_path, script + DATA).load()

    one, again, other = (blueprint.build(seed) for seed in (3, 3, 4))

    assert facts.engine.self_seeded
    assert blueprint.self_seeded
    assert np.array_equal(kernels(one), kernels(again))
    assert not np.array_equal(kernels(one), kernels(other))


def test_weights_that_the_factory_loads_stay(tmp_path: Path) -> None:
    """Assigned weights are what the user starts from; they are neither self-seeding nor drawn anew."""
    script = MODEL.replace(
        "    model.compile", "    model.layers[0].set_weights([np.ones((3, 4)), np.zeros(4)])\n    model.compile"
    )
    blueprint, facts = Patient(tmp_path, script + DATA).load()

    assert not facts.engine.self_seeded
    assert (kernels(blueprint.build(5)) == 1).all()


def test_compile_overrides_leave_the_rest_as_compiled(tmp_path: Path) -> None:
    """The config's optimizer, with a nested schedule, goes over the user's; loss and metrics stay."""
    optimizer = {
        "class_name": "SGD",
        "momentum": 0.9,
        "learning_rate": {"class_name": "CosineDecay", "initial_learning_rate": 0.3, "decay_steps": 10},
    }
    _, facts = Patient(tmp_path, MODEL + DATA).load(compile={"optimizer": optimizer})

    (found,) = facts.recipe.optimizers
    assert (found.kind, found.schedule, found.momentum) == ("SGD", "CosineDecay", 0.9)
    assert found.learning_rate == pytest.approx(0.3)
    assert found.schedule_settings["decay_steps"] == 10
    assert facts.outputs[0].loss is not None
    assert facts.outputs[0].loss.name == "binary_crossentropy"
    assert facts.outputs[0].metrics == ("binary_accuracy",)


def test_compile_may_come_from_the_config_alone(tmp_path: Path) -> None:
    """An uncompiled model with `compile:` loads; the user's own loss function may be named."""
    script = MODEL.replace("    model.compile", "    return model\n    model.compile")
    script += "def plain_error(y_true, y_pred):\n    return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)\n" + DATA
    _, facts = Patient(tmp_path, script).load(compile={"optimizer": "adam", "loss": "train.py:plain_error", "metrics": ["mae"]})

    loss = facts.outputs[0].loss
    assert loss is not None
    assert (loss.name, loss.built_in) == ("plain_error", False)
    assert facts.outputs[0].metrics == ("mean_absolute_error",)


@pytest.mark.parametrize(
    ("section", "said", "advice"),
    [
        ({"optimizer": "admw"}, "no optimizer named `admw`", "AdamW"),
        ({"optimizer": {"class_name": "Adam", "learnin_rate": 1}}, "has no setting `learnin_rate`", "learning_rate"),
        ({"loss": "binary_crossentrpy"}, "no loss named `binary_crossentrpy`", "binary_crossentropy"),
    ],
)
def test_unknown_names_are_met_with_the_right_ones(tmp_path: Path, section: dict[str, Any], said: str, advice: str) -> None:
    """A misspelt optimizer, setting or loss is told with what there is."""
    with pytest.raises(SubjectError, match=said) as caught:
        Patient(tmp_path, MODEL + DATA).load(compile=section)

    assert advice in caught.value.advice


def test_one_optimizer_object_for_all_models_is_copied(tmp_path: Path) -> None:
    """A script's only optimizer object serves every build, each with an optimizer of its own."""
    script = "optimizer = keras.optimizers.Adam(0.02)\n" + MODEL.replace('"adam"', "optimizer") + DATA
    blueprint, facts = Patient(tmp_path, script).load()

    one, other = blueprint.build(0), blueprint.build(1)

    assert one.optimizer is not other.optimizer
    assert facts.recipe.optimizers[0].learning_rate == pytest.approx(0.02)


def test_a_precision_policy_survives(tmp_path: Path) -> None:
    """Mixed precision set by the user's module holds in every build, with its loss scaling."""
    kept = keras.config.dtype_policy()
    try:
        blueprint, facts = Patient(tmp_path, "keras.config.set_dtype_policy('mixed_float16')\n" + MODEL + DATA).load(
            compile={"optimizer": "sgd"}
        )
        model = blueprint.build(2)
    finally:
        keras.config.set_dtype_policy(kept)

    assert facts.recipe.dtype_policy == "mixed_float16"
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert facts.recipe.optimizers[0].kind == "SGD"


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_saved_model_brings_its_recipe(tmp_path: Path, name: str) -> None:
    """A file's recipe is read, and its weights are drawn anew or kept, as asked for."""
    patient = Patient(tmp_path, DATA)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid", name="head")])
    model.compile(keras.optimizers.RMSprop(0.02), "binary_crossentropy", metrics=["accuracy"])
    model.save(tmp_path / name)

    fresh, facts = patient.load(model={"file": name}, run="fresh")
    saved, _ = patient.load(model={"file": name, "weights": "as_saved"}, run="saved")

    assert facts.recipe.optimizers[0].kind == "RMSprop"
    assert facts.recipe.optimizers[0].learning_rate == pytest.approx(0.02)
    assert not np.array_equal(kernels(fresh.build(1)), kernels(fresh.build(2)))
    assert np.array_equal(kernels(fresh.build(1)), kernels(fresh.build(1)))
    assert np.array_equal(kernels(saved.build(1)), kernels(model))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "lacks its `config.json`"),
        ({"config.json": "{}", "model.weights.h5": "", "../evil": ""}, "holds `../evil`"),
        ({"config.json": "{}"}, "lacks its `model.weights.h5`"),
        (None, "is not a .keras archive"),
    ],
)
def test_a_file_that_is_no_model_is_refused_before_keras_sees_it(
    tmp_path: Path, content: dict[str, str] | None, said: str
) -> None:
    """Wrong magic bytes, missing members and strange members are refused."""
    if content is None:
        (tmp_path / "model.keras").write_bytes(b"no archive at all")
    else:
        with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
            archive.writestr("metadata.json", "{}")
            for member, text in content.items():
                archive.writestr(member, text)

    with pytest.raises(SubjectError) as caught:
        Patient(tmp_path, DATA).load(model={"file": "model.keras"})

    assert said in str(caught.value)


def test_a_folder_is_no_model_file(tmp_path: Path) -> None:
    """Only regular files are opened."""
    (tmp_path / "model.keras").mkdir()

    with pytest.raises(SubjectError, match="is not a regular file"):
        Patient(tmp_path, DATA).load(model={"file": "model.keras"})


def test_an_unbuilt_subclassed_model_is_built_by_the_first_batch(tmp_path: Path) -> None:
    """`build` gives a model with all its variables, equal for equal seeds."""
    script = """
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(4, activation="relu")
            self.head = layers.Dense(1)

        def call(self, inputs):
            return tf.nn.sigmoid(self.head(self.hidden(inputs)))

    def build_model():
        model = Net()
        model.compile("adam", "binary_crossentropy")
        return model

    def load_data():
        return x, y
    """
    blueprint, facts = Patient(tmp_path, script).load()

    assert facts.model_kind == "subclassed"
    assert facts.parameters == 21
    assert np.array_equal(kernels(blueprint.build(1)), kernels(blueprint.build(1)))
    assert not np.array_equal(kernels(blueprint.build(1)), kernels(blueprint.build(2)))


def test_layers_that_only_the_training_step_calls_are_built_too(tmp_path: Path) -> None:
    """An optimizer knows the weights of layers that `call` leaves out, as those of a variational encoder's variance."""
    script = """
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1)
            self.extra = layers.Dense(2)

        def call(self, inputs):
            return self.head(inputs)

        def train_step(self, data):
            inputs = data[0] if isinstance(data, tuple) else data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.head(inputs) ** 2) + tf.reduce_mean(self.extra(inputs) ** 2)
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"loss": loss}

    def build_model():
        model = Net()
        model.compile("adam")
        return model

    def load_data():
        return x
    """
    blueprint, facts = Patient(tmp_path, script).load()

    assert facts.parameters == 12
    assert np.array_equal(kernels(blueprint.build(1)), kernels(blueprint.build(1)))


def test_a_generator_that_is_called_on_noise_is_no_fault(tmp_path: Path) -> None:
    """Its step of its own makes all weights; what it gives back for the data nobody knows, and that is said."""
    script = """
    class Generator(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras.Sequential([keras.Input((5,)), layers.Dense(3)])

        def call(self, noise):
            return self.generator(noise)

        def train_step(self, real):
            noise = tf.random.stateless_normal((tf.shape(real)[0], 5), seed=(1, 2))
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self.generator(noise) - real) ** 2)
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"loss": loss}

    def build_model():
        model = Generator()
        model.compile("adam")
        return model

    def load_data():
        return tf.data.Dataset.from_tensor_slices(x).batch(8)
    """
    _, facts = Patient(tmp_path, script).load()

    assert facts.parameters == 18
    assert facts.outputs == ()
    assert "what the model gives back" in [what for what, _ in facts.not_seen]


def test_callbacks_are_made_afresh_each_time(tmp_path: Path) -> None:
    """Callbacks come by name, by class with settings, and from the user's own factory."""
    script = MODEL + DATA + "def make_callbacks():\n    return [keras.callbacks.EarlyStopping(patience=2)]\n"
    patient = Patient(tmp_path, script)
    named, facts = patient.load(
        fit={"callbacks": ["TerminateOnNaN", {"class_name": "ReduceLROnPlateau", "factor": 0.3}]}, run="named"
    )
    made, _ = patient.load(fit={"callbacks": "train.py:make_callbacks"}, run="made")

    assert [callback.kind for callback in facts.recipe.callbacks] == ["TerminateOnNaN", "ReduceLROnPlateau"]
    assert named.make_callbacks()[1].factor == 0.3
    assert made.make_callbacks()[0] is not made.make_callbacks()[0]
