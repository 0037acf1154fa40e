"""A user's folder with a script, and the subject loaded from it."""

import textwrap
from pathlib import Path
from typing import Any

from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.evidence.facts import Facts
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.subject import load_subject

PREAMBLE = """\
import numpy as np
import tensorflow as tf
import keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int64")
"""
"""What every script begins with: eight lines and 40 rows of three features with a class of two."""

MODEL = """
def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
"""

DATA = """
def load_data():
    return x, y
"""


class Patient:
    """A user's folder.

    Attributes:
        folder: The config's folder.
        stages: What `alive` was told.
    """

    def __init__(self, folder: Path, script: str, name: str = "train.py") -> None:
        """Writes the script.

        Args:
            folder: An empty folder.
            script: Follows the preamble.
            name: The script's file name.
        """
        self.folder = folder
        self.stages: list[str] = []
        self.write(name, PREAMBLE + textwrap.dedent(script))

    def write(self, name: str, text: str) -> Path:
        """Writes a file into the folder.

        Args:
            name: File name.
            text: Content.
        """
        path = self.folder / name
        path.write_text(text)
        return path

    def config(self, **sections: Any) -> LoadedConfig:
        """A config for the script.

        Args:
            **sections: Beside `model` and `data`, or instead of them.
        """
        given: dict[str, Any] = {"model": "train.py:build_model", "data": "train.py:load_data", **sections}
        return LoadedConfig(config=Config.model_validate(given), file=self.folder / "config.yaml")

    def load(self, run: str = "run", **sections: Any) -> tuple[Blueprint, Facts]:
        """Loads the subject.

        Args:
            run: Name of the run's folder.
            **sections: See `config`.
        """
        return load_subject(self.config(**sections), self.folder / run, self.stages.append)

    def line(self, text: str, name: str = "train.py") -> int:
        """The line of the script that a text stands in.

        Args:
            text: Part of one line.
            name: The script's file name.
        """
        lines = (self.folder / name).read_text().splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)
