"""Every first config can be used as it is, or once what it asks for is filled in."""

import re
from pathlib import Path

import pytest

from dnndoctor.config.loading import load_config
from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.config.script import Script, read_script
from dnndoctor.config.starter import SNIPPET, starter
from tests.config import scripts


def written(folder: Path, script: Script | None, file: str = "dnndoctor.yaml") -> Path:
    """The first config for a script, in a file."""
    model = (script, script.models[0]) if script and script.models else None
    data = (script, script.data[0]) if script and script.data else None
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(starter(model, data, script, path.parent))
    return path


def read(folder: Path, text: str) -> Script:
    (folder / "train.py").write_text(text)
    return read_script(folder / "train.py")


@pytest.mark.parametrize("name", ["factories", "subclassed", "needy"])
def test_starter_is_valid(name: str, tmp_path: Path) -> None:
    """The config's own loader takes it, references included, and all its lines can be read."""
    path = written(tmp_path, read(tmp_path, scripts.ALL[name]))

    load_config(path)
    assert max(map(len, path.read_text().splitlines())) <= 120


@pytest.mark.parametrize("name", ["loose", "empty", None])
def test_starter_with_placeholders_is_valid_once_they_are_written(name: str | None, tmp_path: Path) -> None:
    """What is missing are the two functions that the snippet shows, and nothing else."""
    script = read(tmp_path, scripts.ALL[name]) if name is not None else None
    path = written(tmp_path, script)
    with (tmp_path / "train.py").open("a") as stream:
        stream.write("\n\n" + SNIPPET.replace("...", "0"))

    assert path.read_text().count("FILL IN: no such function") == 2
    load_config(path)


def test_everything_may_be_uncommented(tmp_path: Path) -> None:
    """The blocks that are comments are valid as they stand, and name every key of their sections."""
    path = written(tmp_path, read(tmp_path, scripts.FACTORIES))
    blocks = re.sub(r"^# (\w+:\n|  )", r"\1", path.read_text(), flags=re.MULTILINE)
    path.write_text(blocks)

    config = load_config(path).config

    assert {"compile", "goal", "ladder", "gate", "report"} <= config.model_fields_set
    assert {"preset", "budget", "seeds", "sample_limit"} <= config.ladder.model_fields_set
    for section in ("ladder", "gate"):
        # They say what is taken anyway; the budget's is that of the preset.
        given = getattr(config, section).model_dump(exclude={"budget"})
        assert given == getattr(Config(model="a:b", data="a:c"), section).model_dump(exclude={"budget"})


def test_recipe_is_that_of_the_script(tmp_path: Path) -> None:
    """Batch size and epochs are those of `fit`; values that the schema refuses are not taken."""

    def fit(text: str) -> LoadedConfig:
        return load_config(written(tmp_path, read(tmp_path, text)))

    good = fit(scripts.FACTORIES)
    assert "weights_of(y)." in good.file.read_text()
    bad = fit(scripts.NEEDY)

    assert (good.config.fit.batch_size, good.config.fit.epochs, good.config.fit.validation_split) == (64, 7, 0.2)
    assert good.config.fit.shuffle is False
    assert [callback.class_name for callback in good.config.fit.callbacks] == ["EarlyStopping"]  # type: ignore[union-attr]  # written by class
    assert (bad.config.fit.batch_size, bad.config.fit.epochs) == (32, 10)
    assert "A guess." in bad.file.read_text()
    assert bad.config.model.args == {"width": None, "rate": None}  # type: ignore[union-attr]  # it is a factory with arguments


def test_references_are_relative_to_the_config(tmp_path: Path) -> None:
    """A config in another folder, and a folder whose name YAML would misread."""
    odd = tmp_path / "a: #b 'c"
    odd.mkdir()

    load_config(written(tmp_path, read(odd, scripts.FACTORIES)))
    load_config(written(tmp_path, read(tmp_path, scripts.FACTORIES), "configs/doctor.yaml"))


def test_hostile_source_stays_a_comment(tmp_path: Path) -> None:
    """What stands in the calls cannot leave its line."""
    text = scripts.FACTORIES.replace('loss="mse"', r'loss="\x1b[31m\n  evil: 1\u2028"')

    path = written(tmp_path, read(tmp_path, text))

    load_config(path)
    assert all(line.isprintable() for line in path.read_text().splitlines())
