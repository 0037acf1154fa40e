"""Names by the file's imports, in every way in which people import Keras."""

from pathlib import Path

import pytest

from dnndoctor.patching.code import Code
from dnndoctor.patching.draft import Draft, NotLocatedError
from tests.patching.files import folder


def code(path: Path, head: str, body: str = "pass") -> Code:
    """A file with these imports."""
    return Code(Draft(folder(path, f"{head}\n\n\ndef build_model():\n    {body}\n").loaded), "train.py")


@pytest.mark.parametrize(
    ("head", "spelled"),
    [
        ("import keras", "keras.optimizers.Adam"),
        ("import keras as K", "K.optimizers.Adam"),
        ("import tensorflow as tf", "tf.keras.optimizers.Adam"),
        ("from tensorflow import keras", "keras.optimizers.Adam"),
        ("import tensorflow.keras as keras", "keras.optimizers.Adam"),
        ("from keras import optimizers as opt\nimport keras", "opt.Adam"),
        ("from tensorflow.keras.optimizers import Adam as Ad", "Ad"),
        ("from keras import layers", None),
    ],
)
def test_a_name_is_spelled_as_the_file_can(tmp_path: Path, head: str, spelled: str | None) -> None:
    """By the longest import that leads there."""
    mine = code(tmp_path, head)

    if spelled is None:
        with pytest.raises(NotLocatedError):
            mine.spelled("keras.optimizers.Adam")
    else:
        assert mine.spelled("keras.optimizers.Adam") == spelled


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from keras.layers import BatchNormalization as BN", "BN()"),
        ("import tensorflow as tf", "tf.keras.layers.BatchNormalization()"),
        ("from keras import layers as L", "L.BatchNormalization()"),
    ],
)
def test_a_call_is_known_by_its_class(tmp_path: Path, head: str, call: str) -> None:
    """Whatever it is called in the file."""
    mine = code(tmp_path, head, call)

    assert [mine.class_name(each) for each in mine.calls()] == ["BatchNormalization"]


def test_a_name_over_several_lines_is_found_by_either(tmp_path: Path) -> None:
    """Python gives the line of the name's end for methods, of its beginning for classes."""
    mine = code(tmp_path, "import keras", "(keras\n        .layers\n        .Dense(3))")
    first = next(number for number, line in enumerate(mine.text.splitlines(), 1) if "(keras" in line)

    assert all(len(mine.calls_at(line, "Dense")) == 1 for line in (first, first + 2))
    assert mine.calls_at(first - 1, "Dense") == []
