"""The schema as other rooms use it: values that are made in Python, kept, and sent as JSON."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from dnndoctor.config.schema import SECTIONS, ClassSpec, Compile, Config, DataFile, Factory, Fit, LoadedConfig, ModelFile


@pytest.mark.parametrize(
    "config",
    [
        Config(model="train.py:build", data="package.module:load"),
        Config(model=Factory(factory="train.py:build", args={"a": [1, {"b": None}]}), data=DataFile(kind="npz", x="d.npz")),
        Config(model=ModelFile(file="m.keras", weights="as_saved"), data=Factory(factory="train.py:load")),
        Config(model="a:b", data="a:b", compile=Compile(loss=ClassSpec(class_name="Huber", delta=2.0), metrics=["mae"])),
        Config(model="a:b", data="a:b", compile=Compile(loss={"out": "mse", "aux": None}, loss_weights={"out": 1.0})),
        Config(model="a:b", data="a:b", fit=Fit(class_weight={0: 1.0, 3: 2.0}, callbacks="train.py:callbacks")),
    ],
)  # fmt: skip
def test_values_made_in_python_survive_json(config: Config) -> None:
    """Every member of every union comes back as what it was."""
    assert Config.model_validate_json(config.model_dump_json()) == config


def test_values_never_change() -> None:
    """A config is frozen."""
    config = Config(model="a:b", data="a:b")

    with pytest.raises(ValidationError, match="frozen"):
        config.fit = Fit(epochs=3)  # type: ignore[misc]  # that it is refused is what is tested


def test_sections_are_the_mappings_of_the_config() -> None:
    """Each section's name is a key of the config whose value is that section."""
    assert all(
        section in str(Config.model_fields[name].annotation) for name, kind in SECTIONS.items() for section in [kind.__name__]
    )


def test_paths_are_relative_to_the_config(tmp_path: Path) -> None:
    """The folder is the file's."""
    loaded = LoadedConfig.model_validate({"config": {"model": "a:b", "data": "a:b"}, "file": f"{tmp_path}/config.yaml"})

    assert str(loaded.folder) == str(tmp_path)
