"""Optimizers in the user's files: rates, whole optimizers, schedules, clipping, where the number is written."""

from pathlib import Path

import pytest

from dnndoctor.evidence.facts import CallbackFacts
from dnndoctor.evidence.trial import Edit
from tests.patching.files import TWO_KEYS, Folder, folder

SLOWER = Edit("learning_rate", {"factor": 0.1})
HEAD = "import keras\nimport tensorflow as tf\nfrom keras.optimizers import SGD as Descent\n"


def script(tmp_path: Path, compiling: str, head: str = HEAD, signature: str = "") -> Folder:
    """A script whose factory compiles like that."""
    return folder(tmp_path, f"{head}\n\ndef build_model({signature}):\n    model = make()\n    {compiling}\n    return model\n")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("keras.optimizers.Adam(0.3)", "keras.optimizers.Adam(0.03)", "Adam"),
        ("keras.optimizers.Adam(learning_rate=3e-1)", "keras.optimizers.Adam(learning_rate=0.03)", "Adam"),
        ("Descent(0.3, momentum=0.9)", "Descent(0.03, momentum=0.9)", "SGD"),
        ("tf.keras.optimizers.SGD(3 * 1e-1)", "tf.keras.optimizers.SGD(0.03)", "SGD"),
        ("'adam'", "keras.optimizers.Adam(learning_rate=0.03)", "Adam"),
        ("keras.optimizers.RMSprop()", "keras.optimizers.RMSprop(learning_rate=0.03)", "RMSprop"),
        ("keras.optimizers.RMSprop(rho=0.8)", "keras.optimizers.RMSprop(rho=0.8, learning_rate=0.03)", "RMSprop"),
    ],
)
def test_rate_is_changed_where_it_is_written(tmp_path: Path, before: str, after: str, kind: str) -> None:
    """By position, by name, by alias, as a product, behind a string; the rest of the line stays."""
    mine = script(tmp_path, f"model.compile({before}, loss='mse')  # my rate")

    lines = mine.changed_lines(SLOWER, recipe=mine.optimizer("compile", kind, 0.3))

    assert lines == [
        f"-    model.compile({before}, loss='mse')  # my rate",
        f"+    model.compile({after}, loss='mse')  # my rate",
    ]


def test_rate_in_an_optimizer_of_its_own_line(tmp_path: Path) -> None:
    """The optimizer's place says where it was created; `compile` may be elsewhere."""
    mine = script(tmp_path, "mine = Descent(\n        0.3,  # steep\n    )\n    model.compile(mine)")

    assert mine.changed_lines(SLOWER, recipe=mine.optimizer("Descent(\n".strip(), "SGD", 0.3)) == [
        "-        0.3,  # steep",
        "+        0.03,  # steep",
    ]


def test_rate_with_a_name_of_its_own_is_changed_at_its_definition(tmp_path: Path) -> None:
    """A constant that is used nowhere else, a parameter's default, an argument that the config gives."""
    constant = script(tmp_path, "model.compile(Descent(RATE))", HEAD + "RATE = 0.3\n")
    assert constant.changed_lines(SLOWER, recipe=constant.optimizer("compile", "SGD", 0.3)) == ["-RATE = 0.3", "+RATE = 0.03"]

    default = script(tmp_path, "model.compile(Descent(rate))", signature="width=8, *, rate=0.3")
    assert "+def build_model(width=8, *, rate=0.03):" in default.changed_lines(
        SLOWER, recipe=default.optimizer("compile", "SGD", 0.3)
    )

    reused = script(tmp_path, "model.compile(Descent(rate), metrics=[rate])", signature="rate=0.3")
    assert "used in several places" in reused.why(SLOWER, recipe=reused.optimizer("compile", "SGD", 0.3))

    config = "model: {factory: train.py:build_model, args: {rate: 0.3}}  # mine\ndata: train.py:load_data\n"
    given = folder(tmp_path, default.script.removesuffix("\n\ndef load_data():\n    return x, y\n"), config)
    assert given.changed_lines(SLOWER, recipe=given.optimizer("compile", "SGD", 0.3)) == [
        "-model: {factory: train.py:build_model, args: {rate: 0.3}}  # mine",
        "+model: {factory: train.py:build_model, args: {rate: 0.03}}  # mine",
    ]


@pytest.mark.parametrize(
    ("compiling", "head", "why"),
    [
        ("model.compile(Descent(0.3 * scale))", HEAD, "the value is computed"),
        ("model.compile(Descent(0.5))", HEAD, "the file has changed since"),
        ("model.compile(Descent(RATE), RATE)", HEAD + "RATE = 0.3\n", "RATE is set or used in several places"),
        ("model.compile(Descent(**settings))", HEAD, "the call unpacks its arguments"),
        ("model.compile(Descent(0.3) if big else Descent(0.3))", HEAD, "2 calls of SGD stand there"),
        ("model.compile(make_optimizer())", HEAD, "no call of SGD stands there"),
        ("model.compile('rmsprop')", HEAD, "no call of SGD stands there"),
        ("model.compile(mine.SGD(momentum=0.9))", HEAD, "it is an optimizer of your own"),
    ],
)
def test_rate_that_is_not_certain_stays_a_snippet(tmp_path: Path, compiling: str, head: str, why: str) -> None:
    """With the line of the optimizer; no file is changed."""
    mine = script(tmp_path, compiling, head)
    recipe = mine.optimizer("compile", "SGD", 0.3)

    assert mine.why(SLOWER, recipe=recipe) == why
    left = mine.propose(SLOWER, recipe=recipe).by_hand[0]
    assert left.places == (mine.place("compile"),)
    assert left.snippet == "optimizer=keras.optimizers.SGD(learning_rate=0.03)"


def test_rate_in_the_config(tmp_path: Path) -> None:
    """The config's own optimizer is changed, by name and by class, and its comments stay."""
    for before, after in (
        ("adam", "{class_name: Adam, learning_rate: 0.0001}"),
        ("{class_name: Adam, learning_rate: 1e-3, clipnorm: 1}", "{class_name: Adam, learning_rate: 0.0001, clipnorm: 1}"),
        ("{class_name: Adam}", "{class_name: Adam, learning_rate: 0.0001}"),
    ):
        config = f"{TWO_KEYS}compile:\n  optimizer: {before}  # tuned by hand\n"
        mine = folder(tmp_path, "def build_model(): ...", config)

        assert mine.changed_lines(SLOWER) == [
            f"-  optimizer: {before}  # tuned by hand",
            f"+  optimizer: {after}  # tuned by hand",
        ]


def test_string_optimizer_gets_the_import_that_it_needs(tmp_path: Path) -> None:
    """As the file imports Keras already, before its first import of it."""
    for head, added in (
        ("import numpy\nfrom keras import layers\n", "import keras"),
        ("from tensorflow.keras.models import Sequential\n", "from tensorflow import keras"),
    ):
        mine = script(tmp_path, "model.compile('sgd')", head)

        lines = mine.changed_lines(SLOWER, recipe=mine.optimizer("compile", "SGD", 0.01))

        assert lines == [
            f"+{added}",
            "-    model.compile('sgd')",
            "+    model.compile(keras.optimizers.SGD(learning_rate=0.001))",
        ]


def test_schedule_has_its_initial_rate_and_its_intervals_changed(tmp_path: Path) -> None:
    """Where one call of its class stands in the file; the constant rate takes its place in the optimizer."""
    making = "rate = keras.optimizers.schedules.ExponentialDecay(initial_learning_rate=3e-3, decay_steps=10, decay_rate=0.5)"
    mine = script(tmp_path, f"{making}\n    model.compile(Descent(rate))")
    settings = {"initial_learning_rate": 3e-3, "decay_steps": 10, "decay_rate": 0.5}
    recipe = mine.optimizer("compile", "SGD", 3e-3, schedule="ExponentialDecay", schedule_settings=settings)

    assert mine.changed_lines(SLOWER, recipe=recipe)[1].strip("+ ") == making.replace("3e-3", "0.0003")
    slow = mine.changed_lines(Edit("stretched_schedule", {"factor": 30.0}), recipe=recipe)
    assert slow[1].strip("+ ") == making.replace("=10", "=300")
    constant = mine.changed_lines(Edit("constant_rate"), recipe={**recipe, "rates": (3e-3, 1e-9)})
    assert constant[1] == "+    model.compile(Descent(0.003))"


def test_whole_optimizer_is_replaced_and_its_callbacks_go(tmp_path: Path) -> None:
    """A callback that sets the rate is taken from its list."""
    mine = folder(
        tmp_path,
        """
        import keras

        def build_model():
            model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True))
            return model

        def make_callbacks():
            return [
                keras.callbacks.TerminateOnNaN(),
                keras.callbacks.ReduceLROnPlateau(patience=3),  # too eager
            ]
        """,
        TWO_KEYS + "fit: {callbacks: train.py:make_callbacks}\n",
    )
    plateau = CallbackFacts("ReduceLROnPlateau", {}, "at epoch ends", place=mine.place("ReduceLROnPlateau"))
    recipe = {**mine.optimizer("compile", "SGD", 0.1), "callbacks": (plateau,)}

    lines = mine.changed_lines(
        Edit("optimizer", {"class_name": "AdamW", "learning_rate": 1e-3, "weight_decay": 0.01}), recipe=recipe
    )

    assert lines[1:] == [
        "+    model.compile(keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.01))",
        "-        keras.callbacks.ReduceLROnPlateau(patience=3),  # too eager",
    ]


def test_two_phases_are_a_schedule_of_two_rates(tmp_path: Path) -> None:
    """The boundary counts the steps of the whole course."""
    mine = script(tmp_path, "model.compile(Descent(0.1))")
    recipe = {**mine.optimizer("compile", "SGD", 0.1), "epochs": 10, "steps_per_epoch": 20}

    lines = mine.changed_lines(Edit("two_phases", {"share": 0.9, "factor": 0.1}), recipe=recipe)

    assert lines[1] == ("+    model.compile(Descent(keras.optimizers.schedules.PiecewiseConstantDecay([179], [0.1, 0.01])))")


def test_clipping_goes(tmp_path: Path) -> None:
    """From the call, and from the config."""
    mine = script(tmp_path, "model.compile(Descent(0.1, clipnorm=1.0, momentum=0.9, clipvalue=0.5))")
    clipped = {"clipnorm": 1.0, "clipvalue": 0.5}
    off = Edit("gradient_clipping_off")

    lines = mine.changed_lines(off, recipe=mine.optimizer("compile", "SGD", 0.1, **clipped))
    assert lines[1] == "+    model.compile(Descent(0.1, momentum=0.9))"

    other = mine.changed_lines(
        Edit("gradient_clipping", {"global_clipnorm": 2.0}), recipe=mine.optimizer("compile", "SGD", 0.1, **clipped)
    )
    assert other[1] == "+    model.compile(Descent(0.1, momentum=0.9, global_clipnorm=2))"

    config = folder(tmp_path, mine.script, TWO_KEYS + "compile: {optimizer: {class_name: SGD, clipnorm: 1.0, momentum: 0.9}}\n")
    assert config.changed_lines(off)[1] == "+compile: {optimizer: {class_name: SGD, momentum: 0.9}}"


def test_weight_decay_goes(tmp_path: Path) -> None:
    """AdamW decays where it is not told otherwise."""
    mine = script(tmp_path, "model.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.1))")
    plain = script(tmp_path, "model.compile(Descent(0.1, weight_decay=0.1))")
    off = Edit("weight_decay_off")

    adam = mine.optimizer("compile", "AdamW", weight_decay=0.1)
    assert plain.changed_lines(off, recipe=plain.optimizer("compile", "SGD", 0.1, weight_decay=0.1))[1:] == [
        "+    model.compile(Descent(0.1))"
    ]
    mine = script(tmp_path, "model.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.1))")
    assert mine.changed_lines(off, recipe=adam)[1] == "+    model.compile(keras.optimizers.AdamW(1e-3, weight_decay=0))"
