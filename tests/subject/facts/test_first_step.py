"""What Keras refuses at the first training step is told before any trial, with shapes and a way out."""

from pathlib import Path

import pytest

from dnndoctor.errors import SubjectError
from tests.subject.patient import DATA, MODEL, Patient


@pytest.mark.parametrize(
    ("old", "new", "said", "advice"),
    [
        ("return x, y", "return x, np.eye(3)[y]", "gives (32, 1)", "one column a class"),
        ("keras.Input((3,))", "keras.Input((4,))", "the model takes (None, 4)", "the shape that the model takes"),
        ("return x, y", "return x, y + 5", "raised", "Subtract 5 from the labels, or widen"),
        ("return x, y", "return x", "there is no `y`", "no targets"),
        ("return x, y", "return x.astype(str), y", "holds text", "TextVectorization"),
        ('"adam", ', '"adam", keras.losses.mean_squared_error if 0 else None, ', "raised", "a loss in `compile`"),
        ('metrics=["accuracy"]', '["accuracy"]', "raised", "metrics=[...]"),
    ],
    ids=["loss", "inputs", "ids", "no targets", "text", "no loss", "metrics without their name"],
)
def test_a_first_step_that_fails(tmp_path: Path, old: str, new: str, said: str, advice: str) -> None:
    """Loss, inputs, labels and targets that do not fit together are told."""
    script = (MODEL + DATA).replace(old, new)
    if "+ 5" in new:
        script = script.replace('Dense(1, activation="sigmoid")', "Dense(3)").replace("binary_", "sparse_categorical_")
    if "losses" in new:
        script = script.replace('None, "binary_crossentropy"', "None")

    with pytest.raises(SubjectError) as caught:
        Patient(tmp_path, script).load()

    assert said in str(caught.value)
    assert "Exception encountered" not in str(caught.value)
    assert "function_node" not in str(caught.value) + caught.value.frames
    assert "\x1b" not in str(caught.value) + caught.value.frames
    assert advice in caught.value.advice


def test_a_users_loss_that_raises_shows_their_line(tmp_path: Path) -> None:
    """An error inside a custom loss is told with the line in the user's file."""
    script = MODEL.replace('"binary_crossentropy"', "own_loss") + DATA
    script += "def own_loss(y_true, y_pred):\n    return keras.ops.matmul(y_true, y_pred)\n"
    with pytest.raises(SubjectError) as caught:
        (patient := Patient(tmp_path, script)).load()

    assert caught.value.stage == "taking the first training step"
    assert f"(train.py:{patient.line('ops.matmul')})" in str(caught.value)
    assert str(caught.value).startswith("The first training step raised")
    assert "site-packages" not in caught.value.frames


def test_a_users_step_that_raises_is_not_blamed_on_missing_targets(tmp_path: Path) -> None:
    """A training step of the user's own may need no targets, and what it raises is cut to its first lines."""
    script = """
    class Net(keras.Sequential):
        def train_step(self, data):
            raise ValueError(f"not so: {tf.zeros((40, 1))}")

    def build_model():
        model = Net([keras.Input((3,)), layers.Dense(1)])
        model.compile("adam")
        return model

    def load_data():
        return x
    """
    with pytest.raises(SubjectError) as caught:
        Patient(tmp_path, script).load()

    assert "no targets" not in caught.value.advice
    assert caught.value.frames.endswith(" ...")
    assert len(caught.value.frames.splitlines()) < 12


def test_values_that_are_not_finite_are_facts(tmp_path: Path) -> None:
    """NaN in the inputs is found, not refused."""
    script = MODEL + DATA.replace("return x, y", "x[5, 1] = np.nan; return x, y")
    facts = Patient(tmp_path, script).load()[1]

    assert (facts.data.inputs[0].nan_count, facts.data.inputs[0].first_bad_row) == (1, 5)
