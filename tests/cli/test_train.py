"""`dnndoctor train`: what it refuses to write over, what it says, and what is left behind where it ends badly."""

import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dnndoctor.cli import run
from dnndoctor.config.schema import LoadedConfig
from dnndoctor.errors import SubjectError
from dnndoctor.evidence.messages import ARCHIVE_MARK, Best, EpochEnded, Train, Trained
from dnndoctor.ladder.executors import Progress, training

OnProgress = Callable[[Progress], None]
OnEpoch = Callable[[EpochEnded], None]


class FakeTraining:
    """In the place of a worker: writes a file, and says that it trained.

    Attributes:
        orders: What it was told.
        whole: Whether it saves the whole model.
        error: Raised in the middle.
    """

    def __init__(self) -> None:
        """Trains well."""
        self.orders: list[Train] = []
        self.whole = True
        self.error: BaseException | None = None

    def __call__(self, config: LoadedConfig, folder: Path, order: Train, on_progress: OnProgress, on_epoch: OnEpoch) -> Trained:
        """See `training.train`."""
        del config, folder
        self.orders.append(order)
        on_progress(Progress("building the model"))
        on_progress(Progress("epoch 1 of 1", steps_run=3))
        on_epoch(EpochEnded(1, 1, {"loss": 0.25}))
        part = Path(order.part if self.whole else order.part.replace(".keras", ".weights.h5"))
        with zipfile.ZipFile(part, "w") as archive:
            archive.comment = ARCHIVE_MARK
        if self.error is not None:
            raise self.error
        best = (Best("val_loss", 0.5, 1),)
        return Trained(1, 1, {"loss": 0.25}, best, str(part), self.whole, transformations=("Scale the inputs.",))


@pytest.fixture(autouse=True)
def trainer(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    """Takes the place of every training's worker."""
    fake = FakeTraining()
    monkeypatch.setattr(training, "train", fake)
    return fake


def test_the_model_lies_beside_the_config_and_what_was_reached_is_said(
    folder: Path, trainer: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary on standard output, epochs on standard error; nothing else is left behind."""
    before = set(folder.iterdir())

    code = run(["train", "config.yaml"])

    said = capsys.readouterr()
    assert code == 0
    assert {path.name for path in set(folder.iterdir()) - before} == {"config.keras", ".dnndoctor"}
    assert said.out.splitlines()[0] == "Trained for 1 epoch; the last one: loss 0.25."
    assert "Best: val_loss 0.5 in epoch 1." in said.out
    assert said.out.splitlines()[-1] == "Scale the inputs."
    assert "epoch 1 of 1: loss 0.25\n" in said.err
    assert trainer.orders[0].seed == 0


def test_a_file_of_ours_is_written_over_and_one_of_the_users_is_not(
    folder: Path, trainer: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is trained."""
    (folder / "mine.keras").write_text("mine")
    with zipfile.ZipFile(folder / "unmarked.keras", "w"):
        pass

    assert [run(["train", "config.yaml", "-q"]) for _ in range(2)] == [0, 0]
    assert len(trainer.orders) == 2
    for output in ("mine.keras", "unmarked.keras", "train.py", "nowhere/model.keras", "model.h5"):
        assert run(["train", "config.yaml", "--output", output]) == 2
    assert len(trainer.orders) == 2
    assert "did not write" in capsys.readouterr().err
    assert (folder / "mine.keras").read_text() == "mine"


def test_weights_take_a_name_that_nothing_has(folder: Path, trainer: FakeTraining, capsys: pytest.CaptureFixture[str]) -> None:
    """A training is not lost because a file is in its way."""
    (folder / "config.weights.h5").write_text("mine")
    trainer.whole = False

    assert run(["train", "config.yaml"]) == 0

    assert (folder / "config.weights.h5").read_text() == "mine"
    assert (folder / "config-2.weights.h5").is_file()
    assert not (folder / "config.keras").exists()
    assert "The weights are in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [(SubjectError("out of paper", stage="training", advice="Buy some.", frames="line 3"), 3), (KeyboardInterrupt(), 130)],
)
def test_nothing_half_written_is_left(
    folder: Path, trainer: FakeTraining, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    """Whatever ended the training."""
    trainer.error = error

    assert run(["train", "config.yaml"]) == code

    assert not list(folder.glob("*.keras")) + list(folder.glob(".*part*"))
    said = capsys.readouterr().err
    assert "Buy some." in said if code == 3 else "interrupted" in said


def test_seed_and_overrides_reach_the_training(trainer: FakeTraining) -> None:
    """The command line beats the config."""
    assert run(["train", "config.yaml", "--seed", "5", "--set", "fit.epochs=9", "-q"]) == 0

    order = trainer.orders[0]
    assert order.seed == 5
    assert LoadedConfig.model_validate_json(order.config).config.fit.epochs == 9


def test_a_wrong_config_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """As by the other commands."""
    assert run(["train", "config.yaml", "--set", "fit.epochs=many"]) == 2
    assert "fit.epochs" in capsys.readouterr().err


def test_a_real_model_is_trained_and_saved(folder: Path) -> None:
    """From end to end in processes of their own; the command's own never imports TensorFlow."""
    script = """
    import numpy as np

    def load_data():
        x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
        return x, (x.sum(axis=1) > 0).astype("int64")

    def build_model():
        import keras

        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy")
        return model
    """
    (folder / "train.py").write_text(textwrap.dedent(script))
    command = "import sys; from dnndoctor.cli import run; sys.exit(run(['train', 'config.yaml']) or 'tensorflow' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "epoch 1 of 1: loss" in done.stderr
    with zipfile.ZipFile(folder / "config.keras") as archive:
        assert "config.json" in archive.namelist()
        assert archive.comment == ARCHIVE_MARK
