"""Layers in the user's files: activations, initializers, and layers that go, however the model is written."""

from pathlib import Path

import pytest

from dnndoctor.evidence.facts import ClipFacts
from dnndoctor.evidence.trial import Edit
from tests import evidence_samples as samples
from tests.patching.files import Folder, folder

SEQUENTIAL = """
import keras
from keras import layers
from keras.layers import BatchNormalization as BN


def build_model():
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16, activation="sigmoid", kernel_initializer="ones"),  # first
            # keeps it small
            BN(),  # a mask
            layers.Dropout(0.5),
            layers.Dense(8, "sigmoid", use_bias=False),
            BN(momentum=0.9),
            layers.Dense(1),
        ]
    )
    return model
"""
LOOP = """
import keras
from keras import layers


def build_model():
    x = keras.Input((8, 8, 3))
    for _ in range(3):
        x = layers.Conv2D(24, 3, padding="same", kernel_initializer=wide.clone())(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return keras.Model(x, layers.Conv2D(1, 1)(x))
"""


def moving(names: tuple[str, ...] = ("moving_mean", "moving_variance")) -> tuple[object, ...]:
    """The variables that make a batch normalisation."""
    return tuple(samples.weight(name, (16,), trainable=False) for name in names)


def sequential(path: Path) -> tuple[Folder, list[object]]:
    """A model in a list, and its layers."""
    mine = folder(path, SEQUENTIAL)
    return mine, [
        mine.layer("dense", "Dense(16", activation="sigmoid"),
        mine.layer("bn", "BN(),", "BatchNormalization", activation=None, weights=moving(), use_bias=None),
        mine.layer("dropout", "Dropout(", "Dropout", activation=None, weights=(), use_bias=None),
        mine.layer("dense_1", "Dense(8", activation="sigmoid", use_bias=False),
        mine.layer("bn_1", "BN(m", "BatchNormalization", activation=None, weights=moving(), use_bias=None),
        mine.layer("head", "Dense(1)", activation="linear"),
    ]


def loop(path: Path) -> tuple[Folder, list[object]]:
    """A model whose layers are made in a loop."""
    mine = folder(path, LOOP)
    layers: list[object] = []
    for number in range(3):
        layers += [
            mine.layer(f"conv_{number}", "Conv2D(24", "Conv2D", activation="linear"),
            mine.layer(f"bn_{number}", "BatchNorm", "BatchNormalization", activation=None, weights=moving(), use_bias=None),
            mine.layer(f"relu_{number}", "ReLU", "ReLU", activation="relu", weights=(), use_bias=None),
        ]
    return mine, [*layers, mine.layer("head", "Conv2D(1,", "Conv2D", activation="linear")]


def activation(name: str, *paths: str) -> Edit:
    """Another activation of hidden layers."""
    return Edit("hidden_activation", {"activation": name, "layers": ",".join(paths)})


def test_activation_is_changed_by_name_and_by_position(tmp_path: Path) -> None:
    """The arguments beside it and the comments stay."""
    mine, layers = sequential(tmp_path)

    assert mine.changed_lines(activation("relu", "dense", "dense_1"), layers=layers) == [
        '-            layers.Dense(16, activation="sigmoid", kernel_initializer="ones"),  # first',
        '+            layers.Dense(16, activation="relu", kernel_initializer="ones"),  # first',
        '-            layers.Dense(8, "sigmoid", use_bias=False),',
        '+            layers.Dense(8, "relu", use_bias=False),',
    ]


def test_output_activation_is_added_where_none_is_written(tmp_path: Path) -> None:
    """To the layer that the facts name."""
    mine, layers = sequential(tmp_path)
    edit = Edit("output_activation", {"output": "output", "activation": "sigmoid"})

    lines = mine.changed_lines(edit, layers=layers, outputs=[samples.output("linear", 1)])

    assert lines[1] == '+            layers.Dense(1, activation="sigmoid"),'


def test_layer_that_is_only_an_activation_is_replaced(tmp_path: Path) -> None:
    """`ReLU()` takes no other by name; all three of the loop change alike."""
    mine, layers = loop(tmp_path)

    lines = mine.changed_lines(activation("tanh", "relu_0", "relu_1", "relu_2"), layers=layers)

    assert lines[1] == '+        x = layers.Activation("tanh")(x)'


def test_line_that_makes_several_layers_is_changed_only_for_all(tmp_path: Path) -> None:
    """One of three cannot be changed where all are made."""
    mine, layers = loop(tmp_path)

    assert mine.why(activation("tanh", "conv_1"), layers=layers).startswith("this line makes 3 layers")
    assert mine.changed_lines(activation("tanh", "conv_0", "conv_1", "conv_2"), layers=layers)


def test_initializers_by_activation(tmp_path: Path) -> None:
    """He before the rectifiers behind the normalisation; what is the default already is not written where nothing was."""
    mine, layers = loop(tmp_path)

    assert mine.changed_lines(Edit("variance_scaled_init"), layers=layers) == [
        '-        x = layers.Conv2D(24, 3, padding="same", kernel_initializer=wide.clone())(x)',
        '+        x = layers.Conv2D(24, 3, padding="same", kernel_initializer="he_normal")(x)',
    ]


def test_initializers_follow_an_activation_that_is_changed_first(tmp_path: Path) -> None:
    """An edit is written upon what the one before it left."""
    mine, layers = sequential(tmp_path)

    after = mine.after([activation("relu", "dense", "dense_1"), Edit("variance_scaled_init")], layers=layers)["train.py"]

    assert 'layers.Dense(16, activation="relu", kernel_initializer="he_normal"),  # first' in after
    assert 'layers.Dense(8, "relu", use_bias=False, kernel_initializer="he_normal"),' in after


def test_batch_norm_leaves_a_list_and_the_bias_that_it_made_needless_comes_back(tmp_path: Path) -> None:
    """Whole lines go with their own comments; a comment on a line of its own stays."""
    mine, layers = sequential(tmp_path)

    assert mine.changed_lines(Edit("batch_norm_off"), layers=layers, outputs=[samples.output("linear", 1)]) == [
        "-            BN(),  # a mask",
        '-            layers.Dense(8, "sigmoid", use_bias=False),',
        "-            BN(momentum=0.9),",
        '+            layers.Dense(8, "sigmoid"),',
    ]


def test_batch_norm_leaves_a_functional_model(tmp_path: Path) -> None:
    """The step goes that hands its input on."""
    mine, layers = loop(tmp_path)

    assert mine.changed_lines(Edit("batch_norm_off"), layers=layers) == ["-        x = layers.BatchNormalization()(x)"]


def test_momentum_of_batch_norm(tmp_path: Path) -> None:
    """It is written to every one of them."""
    mine, layers = sequential(tmp_path)

    lines = mine.changed_lines(Edit("batch_norm_momentum", {"momentum": 0.5}), layers=layers)

    assert [line for line in lines if line.startswith("+")] == [
        "+            BN(momentum=0.5),  # a mask",
        "+            BN(momentum=0.5),",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.add(layers.Dropout(0.5))", []),
        ("x = layers.Dropout(0.5)(x)", []),
        ("y = layers.Dropout(0.5)(x, training=True)", ["+    y = x"]),
        ("x = dense(layers.Dropout(0.5)(x))", ["+    x = dense(x)"]),
        ("x = 2 * layers.Dropout(0.5)(x + y)", ["+    x = 2 * (x + y)"]),
        ("return layers.Dropout(0.5)(x)", ["+    return x"]),
        ("parts = (a, layers.Dropout(0.5))", ["+    parts = (a, layers.Dropout(0))"]),
        ("drop = layers.Dropout(0.5)", ["+    drop = layers.Dropout(0)"]),
        ("layers.Dropout(0.5)(x); y = 1", ["+    x; y = 1"]),
    ],
)
def test_dropout_goes_however_it_is_written(tmp_path: Path, before: str, after: list[str]) -> None:
    """Added, called, nested in a call; where it is held under a name, it drops nothing."""
    mine = folder(tmp_path, f"from keras import layers\n\n\ndef build_model():\n    {before}\n    return model\n")
    layer = mine.layer("dropout", "Dropout", "Dropout", activation=None, weights=())

    assert mine.changed_lines(Edit("dropout_off"), layers=[layer]) == [f"-    {before}", *after]


def test_dropout_inside_of_recurrent_layers(tmp_path: Path) -> None:
    """Both of its arguments go."""
    line = "    x = layers.Bidirectional(layers.LSTM(8, dropout=0.2, recurrent_dropout=0.1))(x)"
    mine = folder(tmp_path, f"from keras import layers\n\n\ndef build_model():\n{line}\n    return model\n")
    layer = mine.layer("lstm", "LSTM", "LSTM", settings={"dropout": 0.2, "recurrent_dropout": 0.1})

    assert mine.changed_lines(Edit("dropout_off"), layers=[layer])[1] == "+    x = layers.Bidirectional(layers.LSTM(8))(x)"


def test_regularizers_constraints_and_frozen_layers(tmp_path: Path) -> None:
    """Their arguments go, over several lines as well."""
    script = """
    from keras import layers

    def build_model():
        x = layers.Dense(
            8,
            kernel_regularizer="l2",
            kernel_constraint=box,  # tight
            bias_regularizer="l1",
            trainable=False,
        )(x)
        return model
    """
    mine = folder(tmp_path, script)
    weight = samples.weight(constraint="MaxNorm")
    layer = mine.layer("dense", "Dense(", weights=(weight,), trainable=False)

    def gone(name: str) -> list[str]:
        return [line.strip("- ") for line in mine.changed_lines(Edit(name), layers=[layer])]

    assert gone("regularization_off") == ['kernel_regularizer="l2",', 'bias_regularizer="l1",']
    assert gone("weight_constraints_off") == ["kernel_constraint=box,  # tight"]
    assert gone("unfreeze") == ["trainable=False,"]


def test_widths_of_hidden_layers(tmp_path: Path) -> None:
    """A number, and the name of one that is used nowhere else; the head keeps its own."""
    script = """
    from keras import layers
    UNITS = 16

    def build_model():
        x = layers.Dense(UNITS)(x)
        x = layers.Conv1D(filters=8, kernel_size=3)(x)
        return layers.Dense(10)(x)
    """
    mine = folder(tmp_path, script)
    layers = [
        mine.layer("a", "Dense(UNITS", units=16),
        mine.layer("b", "Conv1D", "Conv1D", units=8),
        mine.layer("head", "Dense(10)", units=10),
    ]

    assert mine.changed_lines(Edit("width", {"factor": 2.0}), layers=layers) == [
        "-UNITS = 16",
        "+UNITS = 32",
        "-    x = layers.Conv1D(filters=8, kernel_size=3)(x)",
        "+    x = layers.Conv1D(filters=16, kernel_size=3)(x)",
    ]


def test_permutation_that_a_reshape_was_meant_to_be(tmp_path: Path) -> None:
    """One layer in the place of another; where it takes two, the lines stay a snippet."""
    mine = folder(
        tmp_path, "from keras import layers\n\n\ndef build_model():\n    x = layers.Reshape((4, 6))(x)\n    return model\n"
    )
    layer = mine.layer("reshape", "Reshape", "Reshape", output_shape=(4, 6), weights=())
    edit = Edit("permute_for_reshape", {"layer": "reshape", "axes": "2,1"})

    lines = mine.changed_lines(edit, layers=[layer], inputs=[samples.array(shape=(6, 4))])

    assert lines[1] == "+    x = layers.Permute((2, 1))(x)"


def test_biases_come_back(tmp_path: Path) -> None:
    """What switched them off goes."""
    mine, layers = sequential(tmp_path)

    lines = mine.changed_lines(Edit("add_biases", {"layers": "dense_1"}), layers=layers)

    assert lines[1] == '+            layers.Dense(8, "sigmoid"),'


def test_bounds_of_activations_go(tmp_path: Path) -> None:
    """`relu6` becomes `relu`; an operation between layers is nothing that a layer's line says."""
    mine = folder(
        tmp_path, 'from keras import layers\n\n\ndef build_model():\n    x = layers.Dense(8, "relu6")(x)\n    return model\n'
    )
    layer = mine.layer("dense", "Dense", activation="relu6")
    clip = ClipFacts("dense", "relu6", 0.0, 6.0)

    lines = mine.changed_lines(Edit("value_clipping_off"), layers=[layer], clips=(clip,))
    assert lines[1] == '+    x = layers.Dense(8, "relu")(x)'
    between = ClipFacts("clip", "Clip", 0.0, 6.0)
    why = mine.why(Edit("value_clipping_off"), layers=[layer], clips=(clip, between))
    assert why == "values are clipped by operations between layers"


def test_layer_of_ones_own_takes_no_activation_of_keras(tmp_path: Path) -> None:
    """What its arguments mean, only its author knows."""
    mine = folder(tmp_path, 'def build_model():\n    x = Mine(8, activation="tanh")(x)\n    return model\n')
    layer = mine.layer("mine", "Mine(", "Mine", built_in=False)

    assert mine.why(activation("relu", "mine"), layers=[layer]) == "it is a layer of your own"
