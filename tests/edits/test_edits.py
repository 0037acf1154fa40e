"""The shelf of edits: lookup, validation, code snippets shared by several of them."""

import pytest

from dnndoctor.edits import Expected, edit_kind, loss_call, optimizer_call, sentence
from dnndoctor.errors import UsageError
from dnndoctor.evidence.trial import Edit
from tests.evidence_samples import facts, keras_loss, optimizer


@pytest.mark.parametrize(
    "name",
    [
        "add_biases",
        "add_normalization",
        "augmentation_off",
        "batch_norm_off",
        "batch_size",
        "class_weights",
        "constant_rate",
        "depth",
        "dropout_off",
        "epochs",
        "fill_missing",
        "gradient_clipping",
        "gradient_clipping_off",
        "learning_rate",
        "log_inputs",
        "loss",
        "min_max_inputs",
        "normalization_off",
        "optimizer",
        "output_activation",
        "permute_for_reshape",
        "quantile_inputs",
        "random_labels",
        "reference_model",
        "regularization_off",
        "shift_labels",
        "shuffled_labels",
        "squash_inputs",
        "standardize_inputs",
        "stretched_schedule",
        "teacher_targets",
        "two_phases",
        "value_clipping_off",
        "variance_scaled_init",
        "weight_constraints_off",
        "weight_decay_off",
        "width",
        "zero_inputs",
    ],
)
def test_lookup_by_name(name: str) -> None:
    """Every edit is found by the stem of its file."""
    kind = edit_kind(name)

    assert kind.name == name
    assert type(kind).__module__ == f"dnndoctor.edits.{name}"


def test_lookup_suggests() -> None:
    """A misspelt edit is answered with the nearest right spelling."""
    with pytest.raises(UsageError, match=r"did you mean learning_rate\?"):
        edit_kind("learning_rat")


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (Edit("learning_rate", {"factor": 0.1}), ""),
        (Edit("learning_rate", {"factor": 3}), ""),
        (Edit("learning_rate", {}), "needs the parameter factor"),
        (Edit("learning_rate", {"factor": 0}), "above 0"),
        (Edit("learning_rate", {"factor": float("inf")}), "finite"),
        (Edit("learning_rate", {"factor": float("nan")}), "finite"),
        (Edit("learning_rate", {"factor": True}), "must be a number"),
        (Edit("learning_rate", {"factor": 0.1, "factr": 1}), "did you mean factor?"),
        (Edit("batch_size", {"size": 2.5}), "must be a whole number"),
        (Edit("zero_inputs", {"x": 1}), "has no parameter x"),
        (Edit("output_activation", {"output": "a", "activation": "relu"}), "must be one of linear, sigmoid, softmax"),
        (Edit("loss", {"output": "a", "name": "mse"}), ""),
        (Edit("loss", {"output": "a", "name": "mse", "from_logits": "yes"}), "must be true or false"),
    ],
)
def test_validation(edit: Edit, problem: str) -> None:
    """Wrong parameters are named, right ones are not."""
    problems = edit_kind(edit.name).problems(edit)

    assert bool(problems) == bool(problem)
    assert problem in " ".join(problems)


def test_all_problems_at_once() -> None:
    """Every problem of an edit is reported, not the first."""
    problems = edit_kind("optimizer").problems(Edit("optimizer", {"learning_rate": -1, "name": "Adam"}))

    assert len(problems) == 3


def test_expected_text() -> None:
    """A number is no text."""
    assert "must be a text" in Expected(str).problem(3)


def test_sentence_of_several() -> None:
    """The edits of a trial read as one line, and none of them as the untouched recipe."""
    edits = (Edit("learning_rate", {"factor": 0.1}), Edit("zero_inputs"))

    assert sentence(edits, facts()) == "lower the learning rate from 0.001 to 0.0001, replace all inputs by zeros"
    assert sentence((), facts()) == "as it is"


def test_optimizer_call_keeps_settings() -> None:
    """The written optimizer keeps what was set and leaves out what was not."""
    sgd = optimizer("SGD", 0.1, momentum=0.9, clipnorm=1.0, weight_decay=0.0)
    cosine = optimizer("Adam", 0.1, schedule="CosineDecay")

    assert optimizer_call(sgd, 0.01) == "keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, clipnorm=1)"
    assert (
        optimizer_call(cosine, 0.01) == "keras.optimizers.Adam(learning_rate=keras.optimizers.schedules.CosineDecay(0.01, ...))"
    )


def test_loss_call() -> None:
    """A loss is written by its name, and as an object where it takes logits."""
    assert loss_call(keras_loss("mean_squared_error")) == '"mean_squared_error"'
    assert loss_call(keras_loss("binary_crossentropy", from_logits=True)) == "keras.losses.BinaryCrossentropy(from_logits=True)"
