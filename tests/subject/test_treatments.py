"""A treated subject is the one that trials with the same edits see, and its facts say what it is now."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dnndoctor.errors import SubjectError
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Outcome, State
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.subject.session import Session
from tests.subject.patient import Patient

SCRIPT = """
def build_model():
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(8, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(1)]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(keras.optimizers.SGD(rate), keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return model

def load_data():
    return (100 * x[:32] + 5, y[:32]), (100 * x[32:] + 5, y[32:])
"""


COUNTED_FROM_ONE = """
def build_model():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def load_data():
    labels = 1 + np.arange(len(x)) % 3
    return (x[:32], labels[:32]), (x[32:], labels[32:])
"""


def _opened(folder: Path, edits: Sequence[Edit], run: str, script: str = SCRIPT) -> tuple[Session, Facts]:
    patient = Patient(folder, script)
    treatments = [{"name": edit.name, "parameters": dict(edit.parameters)} for edit in edits]
    session = Session()
    config = patient.config(treatments=treatments, fit={"batch_size": 16, "epochs": 4})
    return session, session.open(config.model_dump_json(), folder / run, lambda _: None)


def _run(session: Session, trial: Trial) -> Outcome:
    came: list[Outcome] = []
    session.run([trial], on_progress=lambda _: None, deadline=None, on_outcome=came.append)
    return came[0]


@pytest.mark.parametrize(
    "edits",
    [
        [Edit("standardize_inputs"), Edit("learning_rate", {"factor": 0.1}), Edit("batch_size", {"size": 8})],
        [Edit("dropout_off"), Edit("batch_norm_off"), Edit("variance_scaled_init"), Edit("constant_rate")],
        [Edit("optimizer", {"class_name": "Adam", "learning_rate": 0.001}), Edit("log_inputs")],
        [
            Edit("min_max_inputs"),
            Edit("class_weights"),
            Edit("optimizer", {"class_name": "SGD", "learning_rate": 0.01, "momentum": 0.9}),
        ],
        [Edit("fill_missing"), Edit("quantile_inputs"), Edit("batch_norm_off")],
        [Edit("two_phases", {"share": 0.5, "factor": 0.1}), Edit("stretched_schedule", {"factor": 10.0})],
        [
            Edit("width", {"factor": 2}),
            Edit("depth", {"layers": 1}),
            Edit("add_normalization", {"kind": "batch", "layers": "dense"}),
            Edit("gradient_clipping", {"global_clipnorm": 0.1}),
        ],
    ],
    ids=lambda edits: edits[0].name,
)
def test_a_treated_subject_trains_as_trials_with_its_treatments(tmp_path: Path, edits: list[Edit]) -> None:
    """The same losses and scores, step by step, with a further edit on top."""
    plain, _ = _opened(tmp_path, (), "plain")
    treated, _ = _opened(tmp_path, edits, "treated")
    further = Edit("learning_rate", {"factor": 0.5}) if edits[0].name != "standardize_inputs" else Edit("dropout_off")

    one = _run(plain, Trial((*edits, further), steps=12, seed=3))
    other = _run(treated, Trial((further,), steps=12, seed=3))

    assert one.state is other.state is State.FINISHED
    assert other.losses == pytest.approx(one.losses, rel=1e-5)
    assert other.batch_size == one.batch_size
    assert one.scores.validation is not None
    assert other.scores.validation is not None
    assert other.scores.validation.loss == pytest.approx(one.scores.validation.loss, rel=1e-4)


def test_facts_are_those_of_the_treated_subject(tmp_path: Path) -> None:
    """Inputs, layers and recipe as the treatments leave them."""
    edits = [
        Edit("standardize_inputs"),
        Edit("dropout_off"),
        Edit("learning_rate", {"factor": 0.1}),
        Edit("batch_size", {"size": 8}),
        Edit("epochs", {"factor": 3.0}),
    ]

    _, facts = _opened(tmp_path, edits, "treated")

    assert facts.data.inputs[0].mean == pytest.approx(0, abs=1e-5)
    assert facts.data.inputs[0].std == pytest.approx(1, abs=1e-5)
    assert (facts.recipe.batch_size, facts.recipe.epochs, facts.recipe.steps_per_epoch) == (8, 12, 4)
    assert facts.recipe.optimizers[0].learning_rate == pytest.approx(0.01)
    assert facts.recipe.rates[0] == pytest.approx(0.01)


def test_labels_that_are_moved_are_what_is_scored_by(tmp_path: Path) -> None:
    """Training and held-out labels alike, in the facts and in the skill."""
    moved = Edit("shift_labels", {"by": -1})
    plain, _ = _opened(tmp_path, (), "plain", COUNTED_FROM_ONE)
    treated, facts = _opened(tmp_path, [moved], "treated", COUNTED_FROM_ONE)

    one, other = _run(plain, Trial((moved,), steps=12)), _run(treated, Trial(steps=12))

    assert (facts.data.targets[0].array.minimum, facts.data.validation_targets[0].maximum) == (0, 2)
    assert other.losses == pytest.approx(one.losses, rel=1e-5)
    assert one.scores.validation is not None
    assert other.scores.validation is not None
    assert other.scores.validation.skill == one.scores.validation.skill
    assert other.scores.validation.outputs["dense"].error is not None


def test_a_treatment_that_does_not_apply_is_told(tmp_path: Path) -> None:
    """Before anything is examined, with its name in the sentence."""
    with pytest.raises(SubjectError, match=r"treatment of the config cannot be applied: .*clip"):
        _opened(tmp_path, [Edit("gradient_clipping_off")], "treated")
