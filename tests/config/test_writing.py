"""A written config says the same as the one it was made from, and what treats the subject."""

from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import EditSpec
from dnndoctor.config.writing import HEAD, treated_text

CONFIG = """\
# my own words
model: train.py:build_model
data: {factory: "train.py:load_data", args: {rows: 100}}
compile:
  optimizer: {class_name: Adam, learning_rate: {class_name: CosineDecay, initial_learning_rate: 3e-4, decay_steps: 20000}}
fit: {batch_size: 16, class_weight: {0: 1.0, 1: 5.0}, callbacks: [{class_name: EarlyStopping, patience: 3}]}
goal: {metric: val_accuracy, at_least: 0.85}
ladder: {preset: standard, budget: 3m, seeds: [4, 5]}
treatments: [{name: batch_size, parameters: {size: 8}}]
"""


@pytest.fixture(autouse=True)
def _script(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("def build_model(): ...\n\n\ndef load_data(): ...\n")


def test_what_is_written_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """All keys survive, further treatments follow those that were there."""
    path, written = tmp_path / "config.yaml", tmp_path / "treated.yaml"
    path.write_text(CONFIG)
    loaded = load_config(path, ["fit.epochs=7"])
    rate = EditSpec(name="learning_rate", parameters={"factor": 1 / 300})

    written.write_text(treated_text(loaded, [rate, EditSpec(name="dropout_off")], ["why:\nbecause"]))
    again = load_config(written)

    assert written.read_text().startswith(HEAD)
    assert again.config.treatments == [*loaded.config.treatments, rate, EditSpec(name="dropout_off")]
    assert again.config.model_copy(update={"treatments": []}) == loaded.config.model_copy(update={"treatments": []})
    assert again.config.fit.epochs == 7


def test_only_what_was_named_is_written(tmp_path: Path) -> None:
    """Two keys and the treatment; defaults stay unsaid."""
    path = tmp_path / "config.yaml"
    path.write_text("model: train.py:build_model\ndata: train.py:load_data\n")

    text = treated_text(load_config(path), [EditSpec(name="dropout_off")])

    assert text.splitlines()[2:] == [
        "model: train.py:build_model",
        "data: train.py:load_data",
        "treatments:",
        "- name: dropout_off",
    ]
