"""`--set` beats the file, makes what is missing, and is refused as clearly as the file."""

from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import ClassSpec, Config, Factory
from tests.config.conftest import TWO_KEYS, Problems


@pytest.fixture
def overridden(folder: Path) -> "Overridden":
    return Overridden(folder / "config.yaml")


class Overridden:
    """The config of a text and overrides."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, text: str, *overrides: str) -> Config:
        self.file.write_text(TWO_KEYS + text)
        return load_config(self.file, overrides).config


def test_it_beats_the_file(overridden: Overridden) -> None:
    """The last word has the command line, and its last option."""
    config = overridden("fit: {batch_size: 32, epochs: 3}\n", "fit.batch_size=16", "fit.batch_size=8")

    assert (config.fit.batch_size, config.fit.epochs) == (8, 3)


def test_missing_levels_are_made(overridden: Overridden) -> None:
    """A section need not stand in the file."""
    config = overridden("", "goal.metric=accuracy", "goal.at_least=9e-1", "fit.callbacks.0=EarlyStopping", "fit.class_weight.1=2")

    assert config.goal is not None
    assert config.goal.at_least == 0.9
    assert config.fit.callbacks == ["EarlyStopping"]
    assert config.fit.class_weight == {1: 2.0}


def test_a_list_takes_an_index(overridden: Overridden) -> None:
    """An item is replaced, one of its settings is changed, or a new one follows the last."""
    config = overridden(
        "fit: {callbacks: [A, {class_name: B, patience: 3}]}\n",
        "fit.callbacks.0=C",
        "fit.callbacks.1.patience=5",
        "fit.callbacks.2=D",
    )

    assert config.fit.callbacks == ["C", ClassSpec(class_name="B", patience=5), "D"]


def test_a_short_form_is_written_out(overridden: Overridden) -> None:
    """`adam` is `{class_name: adam}` and a function is `{factory: ...}`, so more can be said about them."""
    config = overridden("compile: {optimizer: adam}\n", "compile.optimizer.learning_rate=0.1", "model.args.width=64")

    assert config.compile.optimizer == ClassSpec(class_name="adam", learning_rate=0.1)
    assert config.model == Factory(factory="train.py:build_model", args={"width": 64})


def test_values_are_yaml(overridden: Overridden) -> None:
    """Flow mappings, lists, empty values and `=` in a value work."""
    config = overridden(
        "goal: {metric: x, at_most: 1}\n", "goal=", "ladder.seeds=[5, 6]", "data={factory: train.py:load_data, args: {q: a=b}}"
    )

    assert config.goal is None
    assert config.ladder.seeds == [5, 6]
    assert config.data == Factory(factory="train.py:load_data", args={"q": "a=b"})


def test_lines_are_those_of_the_file(folder: Path) -> None:
    """A key that the command line gave has no line."""
    (folder / "config.yaml").write_text(TWO_KEYS + "fit:\n  epochs: 3\n  batch_size: 8\n")

    lines = load_config(folder / "config.yaml", ["fit.batch_size=4"]).lines

    assert lines == {"model": 1, "data": 2, "fit": 3, "fit.epochs": 4}


@pytest.mark.parametrize(
    ("option", "at", "message", "hint"),
    [
        ("fit.batch_size", "fit", "has no `=`", "--set fit.batch_size=8"),
        ("fit..x=1", ".x", "has an empty level", ""),
        ("=1", "=1", "has an empty level", ""),
        ("fit.batch_siz=8", "batch_siz=", "unknown key `batch_siz` in `fit`", "did you mean `batch_size`?"),
        ("fti.batch_size=8", "fti", "unknown key `fti`", "did you mean `fit`?"),
        ("fit.batch_size=eight", "eight", "`fit.batch_size` must be a whole number; found the text `eight`", ""),
        ("fit.epochs=[1", "[1", "this `[` is never closed", ""),
        ("fit.epochs=*a", "*a", "aliases", ""),
        ("fit.callbacks.3=A", "3=A", "`fit.callbacks` is a list of 1; `3` is not an index from 0 to 1", ""),
        ("fit.callbacks.last=A", "last", "`last` is not an index from 0 to 1", ""),
        ("fit.shuffle.now=1", "now", "`fit.shuffle` is `true`, which has no `now`", "--set 'fit.shuffle={now: ...}'"),
        ("model=train.py:other", "train", "`train.py` defines no `other`", ""),
        ("data=", "=", "`data` must be a factory", ""),
    ],
)
def test_mistakes_point_into_the_option(problems: Problems, option: str, at: str, message: str, hint: str) -> None:
    """Source and text are the option, and the column is where the mistake stands."""
    (problem,) = problems(TWO_KEYS + "fit: {callbacks: [A], shuffle: true}\n", option)

    whole = f"--set {option}"
    column = whole.index(at, len("--set ")) + (1 if option != "data=" else 2)
    assert (problem.source, problem.line, problem.text) == (whole, None, whole)
    assert problem.column == column
    assert message in problem.message
    assert hint in problem.hint
