"""Where a person would look for what an edit changes."""

from collections.abc import Callable, Mapping

from dnndoctor import where
from dnndoctor.edits.augmentation_off import augmenting_layers
from dnndoctor.edits.batch_norm_off import batch_norm_layers
from dnndoctor.edits.dropout_off import dropping_layers
from dnndoctor.edits.variance_scaled_init import drawable_layers
from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.place import Place
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Where

_OF_OPTIMIZER = frozenset(
    {
        "constant_rate",
        "gradient_clipping",
        "gradient_clipping_off",
        "learning_rate",
        "optimizer",
        "stretched_schedule",
        "two_phases",
        "weight_decay_off",
    }
)
_OF_FIT = {"epochs": "epochs", "class_weights": "class_weight"}
_OF_LAYERS: Mapping[str, Callable[[Facts], tuple[LayerFacts, ...]]] = {
    "augmentation_off": augmenting_layers,
    "batch_norm_off": batch_norm_layers,
    "dropout_off": dropping_layers,
    "variance_scaled_init": drawable_layers,
    "weight_constraints_off": constrained_layers,
}
_OF_DATA = ("inputs", "targets", "labels", "missing", "shuffle", "batch_size")
"""Endings of the names of edits that change the data."""


def places(edit: Edit, facts: Facts) -> tuple[Place, ...]:
    """The lines of the user's files that an edit is about, each once; empty where none is known.

    Args:
        edit: Any.
        facts: Of the subject.
    """
    return tuple(dict.fromkeys(entry.place for entry in _where(edit, facts) if entry.place is not None))


def _where(edit: Edit, facts: Facts) -> tuple[Where, ...]:
    name = edit.name
    if name in _OF_OPTIMIZER:
        return where.optimizer_where(facts)
    if name in _OF_FIT:
        return where.recipe_where(facts, _OF_FIT[name])
    if name in _OF_LAYERS:
        return where.layer_where(facts, *(layer.path for layer in _OF_LAYERS[name](facts)))
    if name.endswith(_OF_DATA):
        return where.data_where(facts)
    if name == "loss":
        return where.loss_where(facts, str(edit.parameters["output"]))
    if name == "output_activation":
        held = [output.layer for output in facts.outputs if output.name == edit.parameters["output"] and output.layer]
        return where.layer_where(facts, *held)
    if isinstance(named := edit.parameters.get("layers", edit.parameters.get("layer")), str):
        return where.layer_where(facts, *named.split(","))
    return where.model_where(facts)
