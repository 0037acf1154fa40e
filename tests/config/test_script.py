"""A training script is understood without running it."""

from pathlib import Path

import pytest

from dnndoctor.config.script import Script, read_script
from dnndoctor.errors import ConfigError, UsageError
from tests.config import scripts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "train.py"


def read(file: Path, text: str) -> Script:
    file.write_text(text)
    return read_script(file)


def test_factories_are_told_from_other_functions(file: Path) -> None:
    """What returns a model or data is found; what trains, plots or makes an optimizer is not."""
    script = read(file, scripts.FACTORIES)

    assert [model.name for model in script.models] == ["build_model"]
    assert [data.name for data in script.data] == ["load_data"]
    assert (script.models[0].line, script.models[0].required, script.models[0].remark) == (20, (), "")
    assert script.trains_on_import is None


def test_recipe_is_read_from_the_calls(file: Path) -> None:
    """Plain values and constants of the module count; a scaler's `fit` is none, and everything is kept as it is written."""
    script = read(file, scripts.FACTORIES)

    assert script.fit is not None
    assert script.compile is not None
    callbacks = [{"class_name": "EarlyStopping", "patience": 3, "min_delta": -0.1}]
    plain = {"batch_size": 64, "epochs": 7, "validation_split": 0.2, "shuffle": False}
    assert script.fit.values == plain | {"callbacks": callbacks}
    assert script.fit.sources["class_weight"] == "weights_of(y)"
    assert script.compile.sources["optimizer"] == "keras.optimizers.Adam(learning_rate=0.001)"
    assert script.compile.values == {"loss": "mse"}


def test_own_classes_and_datasets_are_found(file: Path) -> None:
    """A class of keras.Model in the file is a model, a tf.data pipeline is data, and a loaded model is no data."""
    script = read(file, scripts.SUBCLASSED)

    assert [model.name for model in script.models] == ["create_network", "load_pretrained"]
    assert [data.name for data in script.data] == ["get_dataset"]
    assert "compile" in script.models[1].remark


def test_what_stands_at_the_top_level_is_seen(file: Path) -> None:
    """A model, data and training outside of any function are told by their lines."""
    script = read(file, scripts.LOOSE)

    assert (script.models, script.data) == ((), ())
    assert (script.loose_data, script.loose_model, script.trains_on_import) == (5, 6, 9)
    assert script.fit is not None
    assert script.fit.values == {"batch_size": 16, "epochs": 3}


def test_arguments_and_wrong_returns_are_remarked(file: Path) -> None:
    """A factory that needs arguments, one that does not compile, one that returns four arrays; training through a call."""
    script = read(file, scripts.NEEDY)

    assert script.models[0].required == ("width", "rate")
    assert "compile" in script.models[0].remark
    assert "more than three arrays" in script.data[0].remark
    assert script.trains_on_import == 16


def test_syntax_error_has_its_place(file: Path) -> None:
    """Line, column and the line itself, as for a config."""
    file.write_text("x = 1\ndef build(:\n    pass\n")

    with pytest.raises(ConfigError) as caught:
        read_script(file)

    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.text) == (2, 11, "def build(:")


@pytest.mark.parametrize("content", [b"\x00\x01", b"x = 1\x00\n", b"\xff\xfe\x00", "x = '\u2028'".encode("utf-16")])
def test_what_is_no_source_is_refused(file: Path, content: bytes) -> None:
    """Bytes that are no Python are wrong use, never a traceback."""
    file.write_bytes(content)

    with pytest.raises(UsageError):
        read_script(file)


def test_deep_nesting_is_refused(file: Path) -> None:
    """An expression that is nested ten thousand times breaks nothing."""
    file.write_text("y = 1" + " + 1" * 10_000 + "\n")

    with pytest.raises(UsageError, match="nested too deeply"):
        read_script(file)


def test_missing_file_folder_and_notebook_are_refused(tmp_path: Path) -> None:
    """Each with what to do."""
    for path, said in ((tmp_path / "no.py", "no file"), (tmp_path, "folder"), (tmp_path / "a.ipynb", "nbconvert")):
        with pytest.raises(UsageError, match=said):
            read_script(path)
