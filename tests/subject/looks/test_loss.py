"""The look at losses and metrics, on small models, against the plain way to compute the same numbers."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnndoctor.evidence.outcome import State
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.subject.looks import Scene, look
from tests.subject.patient import Patient

NUMBERS = """
z = (x @ np.array([1.0, -2.0, 0.5])).astype("float32")

def load_data():
    return x, z{column}

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), {head}])
    model.compile("adam", {loss}, metrics=[{metrics}])
    return model
"""

CLASSES = """
c = (np.abs(x).argmax(axis=1)).astype("int64")

def load_data():
    return x, {targets}

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), {head}])
    model.compile("adam", {loss}, metrics=[{metrics}])
    return model
"""

SQUARED = """
class Squared(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.square(y_true - y_pred)
"""

ONE_HOT = "np.eye(3, dtype='float32')[c]"
SOFTMAX, LINEAR = 'layers.Dense(3, activation="softmax")', "layers.Dense(3)"


def scene_of(folder: Path, script: str) -> Scene:
    """The scene of a subject written by a script."""
    folder.mkdir(exist_ok=True)
    return Scene(*Patient(folder, script).load())


def seen_by(scene: Scene) -> LossSeen:
    """What the look sees."""
    outcome = look(scene, Trial(look="loss", steps=0))
    assert outcome.state is State.FINISHED, outcome.reason
    assert isinstance(outcome.seen, LossSeen)
    return outcome.seen


def numbers(
    folder: Path, loss: str, code: str = "", head: str = "layers.Dense(1)", column: str = "", metrics: str = ""
) -> LossSeen:
    """What is seen of a regression."""
    return seen_by(scene_of(folder, code + NUMBERS.format(column=column, head=head, loss=loss, metrics=metrics)))


def classes(folder: Path, loss: str, code: str = "", head: str = SOFTMAX, targets: str = ONE_HOT, metrics: str = "") -> LossSeen:
    """What is seen of a classification of three classes."""
    return seen_by(scene_of(folder, code + CLASSES.format(targets=targets, head=head, loss=loss, metrics=metrics)))


def data() -> tuple[Any, Any]:
    """Inputs and numbers of the scripts above."""
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    return x, (x @ np.array([1.0, -2.0, 0.5])).astype("float32")


def test_subclass_that_broadcasts(tmp_path: Path) -> None:
    """A `Loss` subclass on (N,) against (N, 1) is twice the variance where it should be zero: numpy broadcasts alike."""
    (output,) = numbers(tmp_path, "Squared()", SQUARED).outputs
    _, y = data()

    assert output.broadcast is not None
    assert output.broadcast.differs
    assert output.broadcast.given == pytest.approx(float(np.mean((y - y[:, None]) ** 2)), rel=1e-4)
    assert output.broadcast.aligned == pytest.approx(0.0, abs=1e-6)


def test_metric_function_that_broadcasts_beside_a_loss_that_does_not(tmp_path: Path) -> None:
    """Keras aligns loss functions and its own metrics, and not the user's metric functions."""
    code = "def distance(y, p):\n    return keras.ops.mean(keras.ops.abs(y - p))\n"
    seen = numbers(tmp_path, "distance", code, metrics='distance, "mae"')
    _, y = data()
    own, of_keras = (metric.broadcast for metric in seen.metrics)

    assert seen.outputs[0].broadcast is not None
    assert not seen.outputs[0].broadcast.differs
    assert own is not None
    assert own.differs
    assert own.given == pytest.approx(float(np.mean(np.abs(y - y[:, None]))), rel=1e-4)
    assert of_keras is not None
    assert not of_keras.differs


def test_loss_that_squeezes_by_itself_is_not_blamed(tmp_path: Path) -> None:
    """It is the aligned shape that would be wrong for it, and all else is measured with targets as they are."""
    code = "class Own(keras.losses.Loss):\n    def call(self, y, p):\n        return keras.ops.square(y - p[:, 0])\n"
    (output,) = numbers(tmp_path, "Own()", code).outputs

    assert output.broadcast is not None
    assert not output.broadcast.differs
    assert output.likeness is not None
    assert output.likeness.name == "mean_squared_error"


@pytest.mark.parametrize(
    ("loss", "growth"),
    [
        ('"mse"', 1 / 8),
        ('keras.losses.MeanSquaredError(reduction="sum")', 1.0),
        ("lambda y, p: keras.ops.sum(keras.ops.abs(y - p))", 1.0),
        ("lambda y, p: keras.ops.sqrt(keras.ops.sum(keras.ops.square(y - p)))", 1 / math.sqrt(8)),
    ],
    ids=["mean", "sum", "sum by hand", "root of a sum"],
)
def test_growth_with_the_batch(tmp_path: Path, loss: str, growth: float) -> None:
    """A row's gradient shrinks to an eighth in eight times the batch for a mean, and stays for a sum."""
    (output,) = numbers(tmp_path, loss, column="[:, None]").outputs

    assert output.growth == pytest.approx(growth, rel=1e-3)


@pytest.mark.parametrize(
    ("body", "name", "from_logits", "factor", "swapped"),
    [
        ("-keras.ops.sum(y * keras.ops.log(p + 1e-7), axis=-1)", "categorical_crossentropy", False, 1.0, False),
        ("keras.ops.sum(y * keras.ops.log(p + 1e-7), axis=-1)", "categorical_crossentropy", False, -1.0, False),
        ("5 * tf.nn.softmax_cross_entropy_with_logits(y, p)", "categorical_crossentropy", True, 5.0, False),
        ("keras.losses.categorical_crossentropy(p, y)", "categorical_crossentropy", False, 1.0, True),
        ("keras.ops.sum(keras.ops.square(y - p), axis=-1)", "mean_squared_error", None, 3.0, False),
    ],
    ids=["entropy", "upside down", "of logits", "swapped", "Brier score"],
)
def test_losses_written_by_hand_are_recognised(
    tmp_path: Path, body: str, name: str, from_logits: bool | None, factor: float, swapped: bool
) -> None:
    """A multiple of one of Keras' losses is recognised, with its sign, its reading of logits and the order of its arguments."""
    (output,) = classes(tmp_path, "own", f"def own(y, p):\n    return {body}\n").outputs

    assert output.likeness is not None
    assert (output.likeness.name, output.likeness.from_logits, output.likeness.swapped) == (name, from_logits, swapped)
    assert output.likeness.factor == pytest.approx(factor, rel=1e-3)


@pytest.mark.parametrize(
    "body",
    [
        "1 - 2 * keras.ops.sum(y * p) / (keras.ops.sum(y) + keras.ops.sum(p))",
        "-keras.ops.sum(y * keras.ops.square(1 - p) * keras.ops.log(p + 1e-7), axis=-1)",
    ],
    ids=["Dice", "focal"],
)
def test_losses_of_other_kinds_resemble_none_and_fall_towards_the_targets(tmp_path: Path, body: str) -> None:
    """An overlap and a focal loss are no multiples of Keras' losses, and downhill leads to the targets."""
    (output,) = classes(tmp_path, "own", f"def own(y, p):\n    return {body}\n").outputs

    assert output.likeness is None
    assert output.course is not None
    assert output.course.worst > output.course.constant > output.course.best
    assert output.course.pull > 0.7
    assert output.uses_targets
    assert output.gradient_uses_targets
    assert not output.flat


def test_course_of_a_score_that_is_minimised(tmp_path: Path) -> None:
    """R2 is 1 at the targets, 0 at their mean, -3 at the opposite, and downhill leads away."""
    code = """
def r2(y, p):
    error, spread = keras.ops.square(y - p), keras.ops.square(y - keras.ops.mean(y))
    return 1 - keras.ops.sum(error) / keras.ops.sum(spread)
"""
    (output,) = numbers(tmp_path, "r2", code, column="[:, None]").outputs

    assert output.course is not None
    line = (output.course.worst, output.course.constant, output.course.best, output.course.beyond)
    assert line == pytest.approx((-3.0, 0.0, 1.0, 0.0), abs=1e-4)
    assert output.course.pull == pytest.approx(-1.0, abs=1e-2)


def test_difference_without_a_square_and_output_that_is_the_loss(tmp_path: Path) -> None:
    """Both have one slope everywhere; only the first changes with the targets at all."""
    (difference,) = numbers(tmp_path / "a", "lambda y, p: keras.ops.mean(y - p)", column="[:, None]").outputs
    (handed,) = numbers(tmp_path / "b", "lambda y, p: p", column="[:, None]").outputs

    assert (difference.uses_targets, difference.gradient_uses_targets, difference.constant_slope) == (True, False, True)
    assert (handed.uses_targets, handed.gradient_uses_targets, handed.constant_slope) == (False, False, True)


def test_loss_over_pairs_uses_its_targets(tmp_path: Path) -> None:
    """Who belongs together changes with a shuffle, though not where all rows get one label."""
    code = """
def pairs(y, z):
    y = keras.ops.reshape(y, (-1, 1))
    same = keras.ops.cast(y == keras.ops.transpose(y), "float32")
    far = keras.ops.sum(keras.ops.square(z[:, None] - z[None]), -1)
    return keras.ops.mean(same * far + (1 - same) * keras.ops.maximum(1 - far, 0))
"""
    (output,) = classes(tmp_path, "pairs", code, LINEAR, "c").outputs

    assert output.uses_targets
    assert output.gradient_uses_targets


def test_counting_loss_is_flat(tmp_path: Path) -> None:
    """Rounding leaves no slope anywhere."""
    code = "def count(y, p):\n    return keras.ops.mean(keras.ops.abs(y - keras.ops.sign(p - 0.5))) + 0.0 * keras.ops.mean(p)\n"
    (output,) = classes(tmp_path, "count", code).outputs

    assert output.flat
    assert output.predicted is not None
    assert output.predicted.rows_without_gradient == 1.0


def test_share_without_gradient_is_the_share_that_is_clipped(tmp_path: Path) -> None:
    """Under binary cross-entropy each prediction beyond Keras' epsilon of 0 and 1 has no gradient, counted by numpy."""
    scene = scene_of(tmp_path, CLASSES.format(targets=ONE_HOT, head=LINEAR, loss='"binary_crossentropy"', metrics=""))
    (output,) = seen_by(scene).outputs
    values = np.asarray(scene.model(0)(data()[0][:32], training=False))
    epsilon = keras.config.epsilon()

    assert output.predicted is not None
    assert output.predicted.no_gradient == pytest.approx(float(((values < epsilon) | (values > 1 - epsilon)).mean()))
    assert output.predicted.outside_unit == pytest.approx(float(((values < 0) | (values > 1)).mean()))
    assert 0 < output.predicted.no_gradient < 1


@pytest.mark.parametrize(
    ("head", "loss", "finds"),
    [
        (SOFTMAX, '"categorical_crossentropy"', True),
        (f"{SOFTMAX}, layers.Reshape((3,))", "keras.losses.CategoricalCrossentropy(from_logits=True)", False),
        (SOFTMAX, "lambda y, p: tf.nn.softmax_cross_entropy_with_logits(y, p)", False),
        (LINEAR, "keras.losses.CategoricalCrossentropy(from_logits=True)", False),
    ],
    ids=["softmax", "a reshape behind it", "TensorFlow's function", "logits"],
)
def test_whether_the_loss_finds_the_logits(tmp_path: Path, head: str, loss: str, finds: bool) -> None:
    """Keras takes the logits behind a last softmax, and neither a Reshape nor another library's function lets it."""
    (output,) = classes(tmp_path, loss, head=head).outputs

    assert output.predicted is not None
    assert output.predicted.finds_logits is finds


def test_accuracy_of_answers_that_are_all_right(tmp_path: Path) -> None:
    """Keras' accuracy of one-hot rows counts them, that of equality counts none; of logits it counts those above a half."""
    seen = classes(tmp_path / "a", '"categorical_crossentropy"', metrics='"accuracy", keras.metrics.Accuracy()')
    script = CLASSES.format(
        targets="y[:, None]",
        head="layers.Dense(1)",
        loss="keras.losses.BinaryCrossentropy(from_logits=True)",
        metrics='"accuracy", keras.metrics.BinaryAccuracy(threshold=0.0, name="at_zero")',
    )
    scene = scene_of(tmp_path / "b", script)
    of_logits = seen_by(scene).metrics
    share_of_no = float((scene.blueprint.train.y == 0).mean())  # type: ignore[union-attr]  # an array, by the script

    assert [metric.when_right for metric in seen.metrics] == [1.0, 0.0]
    assert [metric.when_right for metric in of_logits] == pytest.approx([share_of_no, 1.0])


def test_gradient_of_the_worst_hundredth(tmp_path: Path) -> None:
    """The share of the sum of |y - mean| that the two largest of 200 carry."""
    script = """
t = np.random.default_rng(1).standard_t(2, size=(200, 1)).astype("float32")

def load_data():
    return np.zeros((200, 3), "float32"), t

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("adam", "mse")
    return model
"""
    (output,) = seen_by(scene_of(tmp_path, script)).outputs
    targets = np.random.default_rng(1).standard_t(2, size=200)
    sizes = np.sort(np.abs(targets - targets.mean()))

    assert output.worst_share == pytest.approx(sizes[-2:].sum() / sizes.sum(), rel=1e-3)


def test_terms_of_two_outputs_and_a_penalty(tmp_path: Path) -> None:
    """Each term's gradient over all weights, its weight included, as a tape gives it one by one."""
    script = """
def load_data():
    return x, {"a": x[:, :1], "b": 100 * x[:, 1:2]}

def build_model():
    given = keras.Input((3,))
    h = layers.Dense(4, kernel_regularizer="l2")(given)
    model = keras.Model(given, {"a": layers.Dense(1, name="a")(h), "b": layers.Dense(1, name="b")(h)})
    model.compile("adam", {"a": "mse", "b": "mse"}, loss_weights={"a": 1.0, "b": 0.5})
    return model
"""
    scene = scene_of(tmp_path, script)
    terms = {term.name: term for term in seen_by(scene).terms}
    model, (x, y, _) = scene.model(0), scene.batch(32)
    with tf.GradientTape() as tape:
        total = 0.5 * tf.reduce_mean(tf.square(model(x, training=False)["b"] - y["b"]))
    slopes = [slope for slope in tape.gradient(total, [each.value for each in model.trainable_variables]) if slope is not None]

    assert set(terms) == {"a", "b", ""}
    assert terms["b"].value == pytest.approx(float(total), rel=1e-4)
    assert terms["b"].gradient_norm == pytest.approx(float(tf.linalg.global_norm(slopes)), rel=1e-4)


@pytest.mark.parametrize(("reduce", "growth"), [("mean", 1 / 8), ("sum", 1.0)])
def test_growth_of_what_layers_add(tmp_path: Path, reduce: str, growth: float) -> None:
    """What a layer adds as a mean shrinks a row's part with the batch, a sum does not, in a model without targets, too."""
    script = f"""
class Own(layers.Layer):
    def call(self, z):
        self.add_loss(keras.ops.{reduce}(keras.ops.square(z)))
        return z

def load_data():
    return (x, None)

def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_regularizer="l2"), Own()])
    model.compile("adam")
    return model
"""
    assert seen_by(scene_of(tmp_path, script)).added_growth == pytest.approx(growth, rel=1e-3)


def test_look_leaves_model_and_metrics_as_they_were(tmp_path: Path) -> None:
    """Weights are untouched, and metrics count nothing."""
    scene = scene_of(
        tmp_path, CLASSES.format(targets=ONE_HOT, head=SOFTMAX, loss='"categorical_crossentropy"', metrics='"accuracy"')
    )
    before = [np.array(variable.value) for variable in scene.model(0).variables]

    seen_by(scene)

    after = scene.model(0)
    assert all(np.array_equal(old, new.value) for old, new in zip(before, after.variables, strict=False))
    assert all(float(tf.reduce_sum(variable.value)) == 0 for metric in after.metrics for variable in metric.variables)


def test_train_step_of_ones_own_is_not_looked_at(tmp_path: Path) -> None:
    """It may prepare its targets, so nothing is said of what the compiled loss would do with them."""
    script = """
class Own(keras.Model):
    def train_step(self, given):
        return super().train_step(given)

def load_data():
    return x, y

def build_model():
    given = keras.Input((3,))
    model = Own(given, layers.Dense(1)(given))
    model.compile("adam", "mse")
    return model
"""
    outcome = look(scene_of(tmp_path, script), Trial(look="loss", steps=0))

    assert outcome.state is State.IMPOSSIBLE
    assert "code of its own" in outcome.reason
