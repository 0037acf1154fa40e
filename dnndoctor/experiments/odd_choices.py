"""Choices that few recipes make on purpose, each with the change that makes the usual one instead; no word on what they cost."""

from collections.abc import Iterator

from dnndoctor.edits.heads import keras_own_loss
from dnndoctor.edits.hidden_activation import hidden_activation
from dnndoctor.edits.hidden_layers import hidden_layers
from dnndoctor.edits.inputs import scalable_inputs
from dnndoctor.evidence.contract import BINARY_LOSSES, CLASS_ENCODINGS, EXCLUSIVE_LOSSES, heads
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import AFFINE, activation_of
from dnndoctor.evidence.running_statistics import running_statistics
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.evidence.trial import Edit
from dnndoctor.evidence.weight_scale import out_of_scale
from dnndoctor.experiments.race import Variant

STRONG_DROPOUT = 0.5
"""Rate from which dropout is looked at; the paper's own for hidden units (Srivastava et al., 2014), seldom exceeded."""

UNEVEN = 5.0
"""How many times as frequent as the rarest class the most frequent one must be."""

ORDER_ONE = (0.1, 3.0)
"""Standard deviations between which an array is of order one."""

FAR_MEAN = 3.0
"""Standard deviations that the mean of an array may lie from zero: values that are all of one sign, as prices, lie at 1 to 2."""

CROSS_ENTROPIES = BINARY_LOSSES | EXCLUSIVE_LOSSES
"""Losses that are usual for classes; others reward confident answers less, or not at all."""

NARROW = 4
"""Units of a hidden layer at most: a line each, and hardly a shape can be drawn by so few."""

WIDENED = 8.0
"""Times as wide as they are: a layer of four then has the 32 that small models usually have."""

LAGGING = 0.2
"""Part of the course that batch normalisation's statistics lag behind the weights. At 0.99 that is a course of 1,500 steps."""

WEIGHTED_UNITS = frozenset({"Dense", "GRU", "LSTM", "SimpleRNN"})
"""Filters and embeddings are left out: few of them are usual in first layers, and for small vocabularies."""

SQUASHING = frozenset({"hard_sigmoid", "sigmoid", "softmax"})
"""Hidden activations whose slope is a quarter at most; tanh, whose slope is one, is a usual choice."""


def odd_choices(facts: Facts) -> tuple[Variant, ...]:
    """The recipe with one odd choice undone each.

    Args:
        facts: Of the subject.
    """
    return (*_of_layers(facts), *_of_loss_and_data(facts))


def _of_layers(facts: Facts) -> Iterator[Variant]:
    if any(_is_fresh(layer) for layer in facts.layers if not layer.trainable):
        yield Variant("frozen layers trained", (Edit("unfreeze"),))
    if linear := _linear(facts):
        yield Variant("relu in layers without an activation", (hidden_activation("relu", linear),))
    if squashed := _squashed(facts):
        yield Variant("relu in squashed layers", (hidden_activation("relu", squashed), Edit("variance_scaled_init")))
    if out_of_scale(facts):
        yield Variant("weights drawn by variance scaling", (Edit("variance_scaled_init"),))
    if _is_narrow(facts):
        yield Variant("wider hidden layers", (Edit("width", {"factor": WIDENED}),))
    norms = running_statistics(facts)
    if norms is not None and norms.lag > LAGGING:
        yield Variant("faster batch statistics", (Edit("batch_norm_momentum", {"momentum": norms.fitting}),))
    if any(_rate(layer) >= STRONG_DROPOUT for layer in facts.layers):
        yield Variant("without dropout", (Edit("dropout_off"),))
    if any(name.endswith("_regularizer") and value for layer in facts.layers for name, value in layer.settings.items()):
        yield Variant("without regularizers", (Edit("regularization_off"),))


def _of_loss_and_data(facts: Facts) -> Iterator[Variant]:
    for head in heads(facts):
        loss = head.loss
        if loss is not None and loss.built_in and head.encoding in CLASS_ENCODINGS and loss.name not in CROSS_ENTROPIES:
            yield from (Variant("cross-entropy", usual.edits) for usual in keras_own_loss(facts, head))
    if _uneven(facts):
        yield Variant("classes weighted", (Edit("class_weights"),))
    if any(map(_off, (target.array for target in facts.data.targets if target.task == "regression"))):
        yield Variant("targets standardised", (Edit("standardize_targets"),))
    if any(map(_off, scalable_inputs(facts))):
        yield Variant("inputs standardised", (Edit("standardize_inputs"),))


def _is_fresh(layer: LayerFacts) -> bool:
    drawn = [weight for weight in layer.weights if len(weight.shape) >= 2 and weight.std > 0]
    return layer.built_in and bool(drawn) and not any(weight.loaded for weight in layer.weights)


def _linear(facts: Facts) -> list[str]:
    """Layers from whose values further weights are taken with nothing nonlinear in between."""
    topology = Topology(facts)
    steps = [
        step
        for step in range(len(topology.calls))
        if topology.role(step) is Role.AFFINE and topology.is_linear(step) and not topology.gives_output(step)
    ]
    through = (Role.PASSING, Role.LINEAR)
    met = {step: topology.ahead(step, lambda number: topology.role(number) in through) for step in steps}
    stacked = [step for step in steps if met[step] and all(topology.role(each.step) is Role.AFFINE for each in met[step])]
    return list(dict.fromkeys(layer.path for layer in topology.layers(stacked)))


def _squashed(facts: Facts) -> list[str]:
    outputs = {output.layer for output in facts.outputs}
    return [
        layer.path
        for layer in facts.layers
        if layer.path not in outputs
        and (layer.kind in AFFINE or layer.kind == "Activation")
        and activation_of(layer) in SQUASHING
    ]


def _is_narrow(facts: Facts) -> bool:
    """Whether a hidden layer of units is narrow, in a model that is not to give its inputs back."""
    widths = [layer.units for layer in hidden_layers(facts) if layer.kind in WEIGHTED_UNITS and layer.units is not None]
    return bool(widths) and min(widths) <= NARROW and not facts.data.gives_inputs_back


def _rate(layer: LayerFacts) -> float:
    rate = layer.settings.get("rate")
    return float(rate) if layer.kind.endswith(("Dropout", "Dropout1D", "Dropout2D", "Dropout3D")) and rate else 0.0


def _uneven(facts: Facts) -> bool:
    """Whether there is one head of classes, unweighted so far, and some of them are rare."""
    if facts.recipe.class_weighted or facts.data.sample_weight is not None or len(facts.outputs) != 1:
        return False
    shares = [head.target.class_shares for head in heads(facts) if head.target and head.target.task in ("binary", "multiclass")]
    return any(len(seen) > 1 and max(seen) >= UNEVEN * min(share for share in seen if share > 0) for seen in shares)


def _off(array: ArrayFacts) -> bool:
    return not ORDER_ONE[0] < array.std < ORDER_ONE[1] or abs(array.mean) > FAR_MEAN * array.std
