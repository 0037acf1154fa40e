"""A full training in a worker: what it says, and how it ends, with a session that misbehaves on request and no TensorFlow."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.errors import DnnDoctorError, SubjectError
from dnndoctor.evidence.messages import EpochEnded, Train, Trained
from dnndoctor.ladder.executors import Progress
from dnndoctor.ladder.executors.training import train
from dnndoctor.ladder.executors.worker import Limits

SESSION = "tests.ladder.fake_session:FakeSession"


class Training:
    """A training of a fake subject, and what it said."""

    def __init__(self, folder: Path, manner: str, executor: str = "worker", **limits: Any) -> None:
        config = Config.model_validate({"model": f"fake.py:{manner}", "data": "fake.py:data", "runtime": {"executor": executor}})
        self.config = LoadedConfig(config=config, file=folder / "config.yaml")
        self.folder = folder
        self.part = folder / "part.keras"
        self.limits = Limits(**{"timeout": 20.0, **limits})
        self.stages: list[str] = []
        self.epochs: list[EpochEnded] = []

    def run(self, on_progress: Callable[[Progress], None] | None = None) -> Trained:
        """Trains."""
        order = Train(self.config.model_dump_json(), str(self.folder), str(self.part), 7)
        noted = on_progress or (lambda sign: self.stages.append(sign.stage))
        return train(self.config, self.folder, order, noted, self.epochs.append, limits=self.limits, session=SESSION)


@pytest.mark.parametrize("executor", ["worker", "inline"])
def test_a_training_tells_its_epochs_and_what_it_made(tmp_path: Path, executor: str) -> None:
    """Numbers that are not finite come through."""
    training = Training(tmp_path, "loads", executor)

    trained = training.run()

    assert [epoch.number for epoch in training.epochs] == [1, 2]
    assert math.isnan(trained.logs["loss"])
    assert trained.best[0].epoch == 1
    assert training.part.read_text() == "a model from seed 7"
    assert {"importing TensorFlow", "epoch 1 of 2"} <= set(training.stages)


def test_the_users_errors_are_theirs(tmp_path: Path) -> None:
    """With their own line."""
    with pytest.raises(SubjectError, match="out of paper") as caught:
        Training(tmp_path, "raises").run()

    assert (caught.value.stage, caught.value.frames) == ("training", "line 3")


def test_our_own_faults_are_ours(tmp_path: Path) -> None:
    """Not the user's."""
    with pytest.raises(DnnDoctorError, match="a fault of ours") as caught:
        Training(tmp_path, "fault").run()

    assert not isinstance(caught.value, SubjectError)


@pytest.mark.parametrize(("manner", "limits"), [("kill", {}), ("hang", {"timeout": 0.5})])
def test_a_training_that_dies_or_hangs_is_told(tmp_path: Path, manner: str, limits: dict[str, Any]) -> None:
    """It is not begun again."""
    training = Training(tmp_path, manner, **limits)

    with pytest.raises(SubjectError, match=r"ended too soon|Nothing was heard"):
        training.run()

    assert len(training.epochs) == 1


def test_whatever_a_sign_of_life_raises_ends_the_worker(tmp_path: Path) -> None:
    """As the wish to stop does."""
    training = Training(tmp_path, "hang")

    def stop(sign: Progress) -> None:
        if sign.stage.startswith("epoch"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.run(stop)
