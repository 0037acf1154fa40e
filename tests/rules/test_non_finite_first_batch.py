"""NaN or infinity before anything was learned."""

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.first_batch import FirstBatch
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.non_finite_first_batch import NonFiniteFirstBatch
from tests.evidence_samples import array, facts, head_layer, keras_loss, layer, nonfinite, output, target, weight
from tests.rules.judging import findings, first_batch, output_start

OWN = keras_loss("bce", built_in=False)


def broken(where: str = "loss", layer: str | None = None, step: int = 0, **details: object) -> FirstBatch:
    """A first batch that became NaN there on both seeds."""
    return first_batch(nonfinite=(nonfinite(step, where, layer),) * 2, start_finite=False, **details)


def causes(subject: Facts, start: FirstBatch) -> list[Cause]:
    """The causes that the rule names, the first suspect first."""
    return [finding.cause for finding in findings(NonFiniteFirstBatch(), subject, start)]


def test_own_loss_on_plain_numbers_names_head_and_loss() -> None:
    """A loss of the user's own that is NaN on answers outside 0 to 1 puts the blame on the head, then on the loss."""
    subject = facts([output("linear", 10, OWN)], [target("one_hot")])
    start = broken(outputs={"output": output_start(minimum=-9.0, maximum=9.0, outside_unit=0.9)})

    found = findings(NonFiniteFirstBatch(), subject, start)

    assert [finding.cause for finding in found] == [Cause.OUTPUT_ACTIVATION, Cause.LOSS_FUNCTION]
    assert all(finding.severity is Severity.ERROR for finding in found)
    assert found[0].remedies[0].edits[0].parameters["activation"] == "softmax"
    assert "from_logits=True" in found[1].remedies[0].patch


def test_own_loss_on_probabilities_is_the_loss() -> None:
    """On answers within 0 to 1 the loss alone is at fault."""
    assert causes(facts([output("softmax", 10, OWN)], [target("one_hot")]), broken()) == [Cause.LOSS_FUNCTION]


def test_own_layer_is_custom_code() -> None:
    """An activation that overflows in a layer of the user's own is their code."""
    subject = facts(layers=[layer("mine", "LogScale", built_in=False), head_layer(output())])

    assert causes(subject, broken("activation", "mine")) == [Cause.CUSTOM_CODE]


def test_huge_inputs_and_wide_weights_are_told_apart() -> None:
    """Inputs of 1e9 and weights a hundred times too wide overflow for different reasons."""
    wide = layer(weights=(weight(std=12.0),))

    assert causes(facts(inputs=[array(maximum=1e9)]), broken("activation", "dense")) == [Cause.INPUT_SCALE]
    assert causes(facts(layers=[wide, head_layer(output())]), broken("activation", "dense")) == [Cause.INITIALIZER]
    (huge,) = findings(NonFiniteFirstBatch(), facts(inputs=[array(maximum=1e9)]), broken("activation", "dense"))
    (drawn,) = findings(NonFiniteFirstBatch(), facts(layers=[wide, head_layer(output())]), broken("activation", "dense"))
    assert [edit.name for edit in (*huge.remedies[0].edits, *drawn.remedies[0].edits)] == [
        "standardize_inputs",
        "variance_scaled_init",
    ]


def test_own_training_step_is_custom_code() -> None:
    """Without any loss on an output the training step of the user's own is what is left."""
    assert causes(facts([output("linear", 10, None)], recipe={"custom_train_step": True}), broken()) == [Cause.CUSTOM_CODE]


def test_what_data_and_labels_explain_is_left_to_them() -> None:
    """NaN in the data and ids out of range are reported by their own rules."""
    assert causes(facts(inputs=[array(nan_count=1)]), broken()) == []
    assert causes(facts(targets=[target(array={"maximum": 12.0})]), broken()) == []


def test_later_steps_and_loss_scaling_are_silent() -> None:
    """What becomes NaN only after an update, and gradients that overflow in mixed precision, are not this fault."""
    mixed = facts(recipe={"dtype_policy": "mixed_float16"})

    assert causes(facts(), broken(step=1)) == []
    assert causes(facts(), broken("weights")) == []
    assert causes(mixed, broken("gradient", "dense")) == []
    assert causes(facts(), first_batch()) == []
