"""Which choices are odd, and what undoes them."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments.odd_choices import odd_choices
from tests.evidence_samples import array, facts, head_layer, layer, output, target, weight
from tests.flows import chain

HEAD = head_layer(output())
NORM = layer("norm", "BatchNormalization", activation=None, weights=(), settings={"momentum": 0.99})
SHORT, LONG = ({"steps_per_epoch": 30, "epochs": epochs} for epochs in (20, 200))


def model(*hidden: Any, **details: Any) -> Facts:
    """A model of these layers, one after the other."""
    layers = (*hidden, HEAD)
    return facts(layers=layers, calls=chain(*layers), **details)


def undone(subject: Facts) -> list[str]:
    """The first edit of each variant."""
    return [variant.edits[0].name for variant in odd_choices(subject)]


def test_a_usual_recipe_has_none() -> None:
    """Relu layers that are trained, weights in scale, targets and inputs of order one."""
    assert odd_choices(model(layer("first"), layer("second"))) == ()


@pytest.mark.parametrize(
    ("subject", "edit"),
    [
        (model(layer("first", trainable=False), layer("second")), "unfreeze"),
        (model(layer("first", activation="linear"), layer("second")), "hidden_activation"),
        (model(layer("first", activation="sigmoid"), layer("second")), "hidden_activation"),
        (model(layer("first", weights=(weight(std=3.0),))), "variance_scaled_init"),
        (model(layer("first"), layer("drop", "Dropout", activation=None, weights=(), settings={"rate": 0.6})), "dropout_off"),
        (model(layer("first", settings={"kernel_regularizer": "L2(0.1)"})), "regularization_off"),
        (model(layer("first"), targets=[target("class_ids", 2, class_shares=(0.95, 0.05))]), "class_weights"),
        (
            facts([output("linear", 1, "mean_squared_error")], [target("continuous", array={"mean": 50.0, "std": 1.0})]),
            "standardize_targets",
        ),
        (model(layer("first"), outputs=[output(loss="hinge")], targets=[target("one_hot", 10)]), "loss"),
        (model(layer("first"), inputs=[array(mean=0.0, std=300.0)]), "standardize_inputs"),
        (model(layer("first", units=2), layer("second")), "width"),
        (model(layer("first"), NORM, layer("second"), recipe=SHORT), "batch_norm_momentum"),
    ],
    ids=[
        "frozen",
        "linear",
        "squashed",
        "wide weights",
        "dropout",
        "penalty",
        "rare classes",
        "far targets",
        "hinge",
        "large inputs",
        "two units",
        "statistics that lag",
    ],
)
def test_each_odd_choice_has_what_undoes_it(subject: Facts, edit: str) -> None:
    """One variant for each, made by an edit."""
    assert edit in undone(subject)


@pytest.mark.parametrize(
    "subject",
    [
        model(layer("first", trainable=False, weights=(weight(loaded=True),)), layer("second")),
        model(layer("first", activation="tanh"), layer("second")),
        model(layer("first"), NORM, layer("second"), recipe=LONG),
        model(layer("few", "Conv2D", units=2), layer("second")),
        facts(
            [output("linear", 64, "mean_squared_error")],
            [target("continuous", array={"shape": (64,)})],
            layers=(layer("code", units=2), HEAD),
            calls=chain(layer("code", units=2), HEAD),
            inputs=[array(shape=(64,))],
        ),
        model(layer("drop", "Dropout", activation=None, weights=(), settings={"rate": 0.3})),
        model(layer("first"), targets=[target("class_ids", 2, class_shares=(0.7, 0.3))]),
        model(layer("first"), targets=[target("class_ids", 2, class_shares=(0.95, 0.05))], recipe={"class_weighted": True}),
    ],
    ids=[
        "pretrained",
        "tanh",
        "statistics in time",
        "few filters",
        "autoencoder",
        "some dropout",
        "somewhat uneven",
        "weighted already",
    ],
)
def test_what_is_usual_is_left(subject: Facts) -> None:
    """Choices that many make on purpose are no variants."""
    assert undone(subject) == []
