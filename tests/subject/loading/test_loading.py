"""Whatever is wrong with the user's code is told in one sentence, with their own lines and a way out."""

import sys
from pathlib import Path
from typing import Any

import keras
import pytest

from dnndoctor.errors import SubjectError
from tests.subject.patient import DATA, MODEL, Patient


def refused(folder: Path, script: str, **sections: Any) -> SubjectError:
    """The error that loading ends with."""
    with pytest.raises(SubjectError) as caught:
        Patient(folder, script).load(**sections)
    return caught.value


def test_a_missing_factory_names_those_that_are_like_it(tmp_path: Path) -> None:
    """A misspelt factory is met with the right spelling."""
    error = refused(tmp_path, MODEL + DATA, model="train.py:build_modle")

    assert "has no `build_modle`" in str(error)
    assert "`build_model`" in error.advice


def test_a_missing_file_names_those_that_are_like_it(tmp_path: Path) -> None:
    """A misspelt file is met with the right spelling."""
    error = refused(tmp_path, MODEL + DATA, data="trian.py:load_data")

    assert "no file `trian.py`" in str(error)
    assert "`train.py`" in error.advice


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    """An import that fails says which package is to be installed, and where it is imported."""
    error = refused(tmp_path, "import nonexistent_boosting\n" + MODEL + DATA)

    assert "`nonexistent_boosting`, which is not installed (train.py:9)" in str(error)
    assert "Install it" in error.advice


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    """A script that Python cannot read is told with its line."""
    error = refused(tmp_path, "def broken(:\n    pass\n")

    assert "SyntaxError (train.py:9)" in str(error)


def test_a_factory_that_raises_shows_the_users_frames_only(tmp_path: Path) -> None:
    """Frames of Keras and of ours are cut away, the last line stays."""
    script = """
    def head(units):
        return layers.Dense(units)

    def build_model():
        return keras.Sequential([keras.Input((3,)), head(-1)])
    """
    error = refused(tmp_path, script + DATA.replace("\n", "\n    "))

    assert error.stage == "building the model"
    assert "ValueError (train.py:11)" in str(error)
    assert 'File "train.py", line 14' in error.frames
    assert "site-packages" not in error.frames
    assert "dnndoctor" not in error.frames
    assert error.frames.splitlines()[-1].startswith("ValueError: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "returned nothing (None)"),
        ("return keras.Sequential", "returned the class Sequential"),
        ("return layers.Dense(1)", "returned a Dense"),
        ("return keras.Sequential([keras.Input((3,)), layers.Dense(1)])", "returned a model that is not compiled"),
        ("raise KeyboardInterrupt", "was interrupted"),
        ("import sys; sys.exit(3)", "tried to end the process by sys.exit(3)"),
        ("open('nowhere.csv')", "FileNotFoundError"),
    ],
)
def test_wrong_model_factories_are_understood(tmp_path: Path, body: str, said: str) -> None:
    """Each way of not returning a compiled model has its own sentence and a way out."""
    error = refused(tmp_path, f"def build_model():\n    {body}\n" + DATA)

    assert said in str(error)
    assert error.advice
    assert not isinstance(error.__cause__, SubjectError)


def test_a_relative_path_that_is_not_there_names_both_folders(tmp_path: Path) -> None:
    """The advice for a missing file names the working directory and the config's folder."""
    error = refused(tmp_path, MODEL + "def load_data():\n    return np.load('nowhere.npy')\n")

    assert str(Path.cwd()) in error.advice
    assert str(tmp_path) in error.advice


@pytest.mark.parametrize("call", ["model.fit(x, y)", "model.train_on_batch(x, y)"])
def test_a_script_that_trains_on_import_is_caught_at_its_first_fit(tmp_path: Path, call: str) -> None:
    """Training on import is told with its line, even inside a catch-all, and `fit` works afterwards."""
    script = MODEL + DATA + f"model = build_model()\ntry:\n    {call}\nexcept Exception:\n    pass\n"
    with pytest.raises(SubjectError) as caught:
        (patient := Patient(tmp_path, script)).load()

    assert f"starts training while it is being loaded (train.py:{patient.line(call)})" in str(caught.value)
    assert '__name__ == "__main__"' in caught.value.advice
    assert "fit" not in vars(keras.Model)


def test_a_guarded_script_loads_with_its_siblings(tmp_path: Path) -> None:
    """`__name__` is not "__main__", siblings can be imported, and prints disturb nothing."""
    patient = Patient(
        tmp_path,
        "import sibling_of_train\nprint('hello')\n" + MODEL + DATA + "if __name__ == '__main__':\n    raise SystemExit\n",
    )
    patient.write("sibling_of_train.py", "WIDTH = 4\n")

    patient.load()

    assert any(name.startswith("train_") for name in sys.modules)
    assert patient.stages == [
        "importing your code",
        "calling load_data",
        "building the model",
        "reading the data",
        "building the model",
        "looking at the model",
    ]


def test_arguments_reach_the_factory(tmp_path: Path) -> None:
    """`args` are keyword arguments, and wrong ones are told before the call."""
    script = MODEL.replace("build_model()", "build_model(width)").replace("Dense(4", "Dense(width") + DATA
    _, facts = Patient(tmp_path, script).load(model={"factory": "train.py:build_model", "args": {"width": 7}})
    error = refused(tmp_path, script, model={"factory": "train.py:build_model", "args": {"widht": 7}})

    assert facts.layers[0].units == 7
    assert "cannot be called with the arguments widht=7" in str(error)


def test_an_object_is_not_a_factory(tmp_path: Path) -> None:
    """A name that holds a model, not a function that makes one, is refused."""
    error = refused(tmp_path, MODEL + DATA + "model = build_model()\n", model="train.py:model")

    assert "is a Sequential, not a function" in str(error)


def test_a_factory_that_returns_the_same_model_again_is_refused(tmp_path: Path) -> None:
    """Trials cannot start afresh from one model."""
    script = MODEL + DATA + "model = build_model()\ndef same():\n    return model\n"

    error = refused(tmp_path, script, model="train.py:same")

    assert "of an earlier one" in str(error)
