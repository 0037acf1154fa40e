"""Losses in the user's files: by string, by class, by output, in the config."""

from pathlib import Path

import pytest

from dnndoctor.evidence.trial import Edit
from tests import evidence_samples as samples
from tests.patching.files import TWO_KEYS, folder

HEAD = "import keras\nfrom keras import losses\n\n\ndef build_model():\n    "


def edit(name: str, from_logits: bool = False, output: str = "output") -> Edit:
    """Another loss for an output."""
    return Edit("loss", {"output": output, "name": name, "from_logits": from_logits})


@pytest.mark.parametrize(
    ("before", "own", "new", "after"),
    [
        ("'mse'", "mean_squared_error", edit("huber"), "'huber'"),
        ('"categorical_crossentropy"', "categorical_crossentropy", edit("binary_crossentropy"), '"binary_crossentropy"'),
        (
            "'sparse_categorical_crossentropy'",
            "sparse_categorical_crossentropy",
            edit("sparse_categorical_crossentropy", from_logits=True),
            "losses.SparseCategoricalCrossentropy(from_logits=True)",
        ),
        (
            "losses.BinaryCrossentropy(label_smoothing=0.1)",
            "binary_crossentropy",
            edit("binary_crossentropy", from_logits=True),
            "losses.BinaryCrossentropy(label_smoothing=0.1, from_logits=True)",
        ),
        (
            "keras.losses.BinaryCrossentropy(from_logits=True)",
            "binary_crossentropy",
            edit("binary_crossentropy"),
            "keras.losses.BinaryCrossentropy()",
        ),
        ("keras.losses.mse", "mean_squared_error", edit("mean_absolute_error"), '"mean_absolute_error"'),
    ],
)
def test_loss_is_changed_where_compile_is_given_it(tmp_path: Path, before: str, own: str, new: Edit, after: str) -> None:
    """Strings keep their quotes, classes their other arguments; imports are used as they are."""
    mine = folder(tmp_path, f"{HEAD}model.compile('adam', loss={before})\n    return model\n")
    head = samples.output(loss=mine.loss("compile", own))

    assert mine.changed_lines(new, outputs=[head]) == [
        f"-    model.compile('adam', loss={before})",
        f"+    model.compile('adam', loss={after})",
    ]


def test_loss_of_one_of_several_outputs(tmp_path: Path) -> None:
    """It is found by the output's name in the dictionary; where one loss is given for all, nothing is certain."""
    mine = folder(tmp_path, f"{HEAD}model.compile('adam', loss={{'a': 'mse', 'b': 'mse'}})\n    return model\n")
    loss = mine.loss("compile", "mean_squared_error")
    heads = [samples.output(loss=loss, name="a", layer="a"), samples.output(loss=loss, name="b", layer="b")]
    targets = [samples.target("continuous", output=name) for name in "ab"]

    lines = mine.changed_lines(edit("huber", output="b"), outputs=heads, targets=targets)

    assert lines[1] == "+    model.compile('adam', loss={'a': 'mse', 'b': 'huber'})"
    shared = folder(tmp_path, f"{HEAD}model.compile('adam', loss='mse')\n    return model\n")
    assert shared.why(edit("huber", output="b"), outputs=heads, targets=targets) == "one loss is given for several outputs"


def test_loss_in_the_config(tmp_path: Path) -> None:
    """As a name, and with `from_logits` as a class."""
    mine = folder(tmp_path, "def build_model(): ...", TWO_KEYS + "compile:\n  loss: mse  # for now\n")

    assert mine.changed_lines(edit("huber"))[1] == "+  loss: huber  # for now"
    logits = mine.changed_lines(edit("binary_crossentropy", from_logits=True))
    assert logits[1] == "+  loss: {class_name: BinaryCrossentropy, from_logits: true}  # for now"


def test_loss_that_is_made_elsewhere_stays_a_snippet(tmp_path: Path) -> None:
    """A function of the user's own, or a name for something."""
    mine = folder(tmp_path, f"{HEAD}model.compile('adam', loss=my_loss)\n    return model\n")
    head = samples.output(loss=mine.loss("compile", "my_loss", built_in=False))

    assert mine.why(edit("huber"), outputs=[head]) == "the loss is made elsewhere"
