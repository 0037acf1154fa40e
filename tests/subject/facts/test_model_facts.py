"""Facts of the model are right for every way of writing one."""

from pathlib import Path
from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.evidence.record import dumps, loads
from tests.subject.patient import DATA, Patient

FUNCTIONAL = """
def block(inputs, units):
    return layers.Dense(units, activation="relu")(inputs)

def build_model():
    inner = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(
                5,
                activation="tanh",
                use_bias=False,
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.5),
                name="deep",
            ),
        ],
        name="inner",
    )
    inputs = keras.Input((3,))
    hidden = inner(block(inputs, 4))
    outputs = layers.Activation("linear")(layers.Dense(1, activation=keras.activations.sigmoid, name="head")(hidden))
    model = keras.Model(inputs, outputs, name="patient")
    model.compile("adam", keras.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["accuracy", keras.metrics.AUC()])
    return model
"""

SUBCLASSED = """
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4, activation=tf.nn.relu)
        self.scale = self.add_weight(shape=(4,), initializer="ones", name="scale")

    def call(self, inputs):
        return self.dense(inputs) * self.scale

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.head = layers.Dense(1, HEAD)

    def call(self, inputs):
        return LAST(self.head(self.block(inputs)))

def build_model():
    model = Net()
    model.compile("adam", "binary_crossentropy")
    return model
"""


def head_of(folder: Path, body: str, data: str = DATA) -> Facts:
    """Facts of a functional model whose body makes `outputs` out of `inputs`."""
    script = f"def build_model():\n    inputs = keras.Input((3,))\n    {body}\n    model = keras.Model(inputs, outputs)\n"
    script += "    model.compile('adam', 'binary_crossentropy', metrics=['accuracy'])\n    return model\n" + data
    return Patient(folder, script).load()[1]


def test_a_functional_model_with_a_nested_one(tmp_path: Path) -> None:
    """Nested layers are listed under their path, each with its place, activation, initializer and statistics."""
    patient = Patient(tmp_path, FUNCTIONAL + DATA)
    facts = patient.load()[1]

    assert (facts.model_name, facts.model_kind) == ("patient", "Functional")
    assert facts.parameters == 3 * 4 + 4 + 4 * 5 + 5 + 1
    assert [layer.path for layer in facts.layers] == ["dense", "inner/deep", "head", "activation"]
    deep = facts.layer("inner/deep")
    assert deep is not None
    assert (deep.kind, deep.activation, deep.units, deep.use_bias, deep.parameters) == ("Dense", "tanh", 5, False, 20)
    assert deep.output_shape == (5,)
    (kernel,) = deep.weights
    assert (kernel.name, kernel.shape, kernel.initializer) == ("kernel", (4, 5), "RandomNormal")
    assert 0.2 < kernel.std < 0.8
    assert kernel.minimum < kernel.mean < kernel.maximum
    assert deep.place == Place("train.py", patient.line("    layers.Dense("))
    assert facts.layers[0].place == Place("train.py", patient.line("layers.Dense(units"))


def test_an_output_is_understood_behind_identities(tmp_path: Path) -> None:
    """A sigmoid given as a function object is found behind a linear Activation, with its loss and resolved metrics."""
    (output,) = Patient(tmp_path, FUNCTIONAL + DATA).load()[1].outputs

    assert (output.activation, output.layer, output.activation_behind) == ("sigmoid", "head", None)
    assert output.loss is not None
    assert (output.loss.name, output.loss.label_smoothing, output.loss.from_logits) == ("binary_crossentropy", 0.1, False)
    assert output.loss.reduction == "sum_over_batch_size"
    assert output.metrics == ("binary_accuracy", "auc")


@pytest.mark.filterwarnings("ignore:.*You are using a softmax over axis -1")
@pytest.mark.parametrize(
    ("body", "activation", "behind", "layer"),
    [
        ("outputs = layers.Reshape((1,))(layers.Dense(1, 'sigmoid')(inputs))", "sigmoid", "reshape", "dense"),
        ("outputs = layers.Dropout(0.1)(layers.Dense(1, 'softmax')(inputs))", "softmax", "dropout", "dense"),
        ("outputs = layers.Softmax()(layers.Dense(1)(inputs))", "softmax", None, "softmax"),
        ("outputs = layers.ReLU()(layers.Dense(1)(inputs))", "relu", None, "re_lu"),
        ("outputs = layers.Dense(1, activation=layers.LeakyReLU())(inputs)", "leaky_relu", None, "dense"),
        ("outputs = layers.Dense(1, activation=lambda z: z * 2)(inputs)", "custom", None, "dense"),
        ("outputs = keras.ops.sigmoid(layers.Dense(1)(inputs))", "sigmoid", None, None),
        ("outputs = layers.BatchNormalization()(layers.Dense(1, 'relu')(inputs))", "linear", None, "batch_normalization"),
        ("outputs = layers.Lambda(lambda z: z)(layers.Dense(1, 'tanh')(inputs))", "tanh", None, None),
        ("outputs = keras.ops.squeeze(layers.Dense(1, 'tanh')(inputs), -1)", "tanh", "squeeze", "dense"),
    ],
    ids=range(10),
)
def test_the_last_activation_is_found(tmp_path: Path, body: str, activation: str, behind: str | None, layer: str | None) -> None:
    """Layers, operations and function objects that are an activation are told, and what moves values behind them."""
    (output,) = head_of(tmp_path, body).outputs

    assert (output.activation, output.activation_behind) == (activation, behind)
    if layer is not None:
        assert output.layer == layer


@pytest.mark.parametrize(
    ("head", "last", "activation"),
    [
        ("'sigmoid'", "", "sigmoid"),
        ("None", "tf.nn.sigmoid", "sigmoid"),
        ("None", "keras.ops.tanh", "tanh"),
        ("None", "", "linear"),
    ],
)
def test_a_subclassed_model(tmp_path: Path, head: str, last: str, activation: str) -> None:
    """Layers inside custom ones are listed, and the output's activation is found in the forward pass."""
    patient = Patient(tmp_path, SUBCLASSED.replace("HEAD", head).replace("LAST", last) + DATA)
    facts = patient.load()[1]

    assert facts.model_kind == "subclassed"
    assert [(layer.path, layer.kind, layer.built_in) for layer in facts.layers] == [
        ("block", "Block", False),
        ("block/dense", "Dense", True),
        ("dense_1", "Dense", True),
    ]
    assert [weight.name for weight in facts.layers[0].weights] == ["scale"]
    assert facts.layers[1].activation == "relu"
    assert facts.layers[1].place == Place("train.py", patient.line("self.dense = "))
    assert facts.outputs[0].activation == activation


def test_recurrent_wrappers(tmp_path: Path) -> None:
    """TimeDistributed and Bidirectional are listed with what they wrap; the cell's weights are the layer's."""
    script = """
    sequences = rng.normal(size=(12, 5, 2)).astype("float32")
    steps = rng.integers(0, 3, size=(12, 5, 1))

    def build_model():
        model = keras.Sequential([
            keras.Input((5, 2)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3, activation="softmax")),
        ])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def load_data():
        return sequences, steps
    """
    facts = Patient(tmp_path, script).load()[1]
    paths = [layer.path for layer in facts.layers]

    assert paths == [
        "bidirectional",
        "bidirectional/forward_lstm",
        "bidirectional/backward_lstm",
        "time_distributed",
        "time_distributed/dense",
    ]
    forward = facts.layers[1]
    assert [weight.name for weight in forward.weights] == ["kernel", "recurrent_kernel", "bias"]
    assert [weight.initializer for weight in forward.weights[:2]] == ["GlorotUniform", "Orthogonal"]
    assert (facts.outputs[0].activation, facts.outputs[0].layer) == ("softmax", "time_distributed/dense")
    assert (facts.data.targets[0].encoding, facts.data.targets[0].task) == ("class_ids", "sequence_multiclass")
    assert facts.outputs[0].metrics == ("sparse_categorical_accuracy",)


TWO_HEADS = """
def build_model():
    inputs = keras.Input((3,))
    size = layers.Dense(1, name="size_layer")(inputs)
    kind = layers.Dense(2, activation="softmax", name="kind_layer")(inputs)
    model = keras.Model(inputs, OUTPUTS)
    model.compile("adam", LOSS, loss_weights=WEIGHTS, metrics=METRICS)
    return model

def load_data():
    return x, TARGETS
"""


@pytest.mark.parametrize(
    ("replaced", "names"),
    [
        (
            {
                "OUTPUTS": '{"size": size, "kind": kind}',
                "LOSS": '{"size": "mse", "kind": "sparse_categorical_crossentropy"}',
                "WEIGHTS": '{"size": 0.5, "kind": 2.0}',
                "METRICS": '{"kind": "accuracy"}',
                "TARGETS": '{"size": x[:, 0], "kind": y}',
            },
            ["kind", "size"],
        ),
        (
            {
                "OUTPUTS": "[kind, size]",
                "LOSS": '["sparse_categorical_crossentropy", "mse"]',
                "WEIGHTS": "[2.0, 0.5]",
                "METRICS": '[["accuracy"], []]',
                "TARGETS": "[y, x[:, 0]]",
            },
            ["kind_layer", "size_layer"],
        ),
    ],
    ids=["dicts", "lists"],
)
def test_several_outputs(tmp_path: Path, replaced: dict[str, str], names: list[str]) -> None:
    """Each output has its own loss, weight, metrics and targets, by key or by position."""
    script = TWO_HEADS
    for placeholder, value in replaced.items():
        script = script.replace(placeholder, value)
    blueprint, facts = Patient(tmp_path, script).load()
    kind, size = facts.outputs

    assert [output.name for output in facts.outputs] == names == list(blueprint.output_names)
    assert kind.loss is not None
    assert size.loss is not None
    assert (kind.loss.name, kind.loss.weight) == ("sparse_categorical_crossentropy", 2.0)
    assert (size.loss.name, size.loss.weight) == ("mean_squared_error", 0.5)
    assert (kind.metrics, size.metrics) == (("sparse_categorical_accuracy",), ())
    assert list(blueprint.tasks.values()) == ["multiclass", "regression"]
    assert (kind.activation, size.activation) == ("softmax", "linear")


def test_a_model_with_its_own_step_and_no_call(tmp_path: Path) -> None:
    """A model whose `train_step` does all has layers and a recipe, and outputs that are not known."""
    script = """
    class Gan(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
            self.critic = keras.Sequential([keras.Input((3,)), layers.Dense(1)])

        def compile(self, critic_optimizer, generator_optimizer):
            super().compile(optimizer=critic_optimizer)
            self.generator_optimizer = generator_optimizer

        def train_step(self, data):
            return {"loss": keras.ops.mean(self.critic(self.generator(tf.zeros((1, 2)))))}

    def build_model():
        model = Gan()
        model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.SGD(0.5))
        return model

    def load_data():
        return x
    """
    facts = Patient(tmp_path, script).load()[1]

    assert facts.recipe.custom_train_step
    assert [optimizer.kind for optimizer in facts.recipe.optimizers] == ["Adam", "SGD"]
    assert [layer.path.split("/")[-1] for layer in facts.layers] == ["dense", "dense_1"]
    assert facts.outputs == ()
    assert facts.data.targets == ()


def test_facts_travel_as_json(tmp_path: Path) -> None:
    """What is found can be sent to the doctor, with NaN in it."""
    facts: Any = Patient(tmp_path, FUNCTIONAL + DATA).load()[1]

    assert dumps(loads(Facts, dumps(facts))) == dumps(facts)
    assert facts.environment["keras"]
