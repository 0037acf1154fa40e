"""Changes of layers, each at the call that makes it; a line that makes several changes only where all of them change alike."""

import ast
from collections.abc import Callable, Iterable, Sequence

from dnndoctor.edits import edit_kind
from dnndoctor.edits.augmentation_off import augmenting_layers
from dnndoctor.edits.batch_norm_off import batch_norm_layers
from dnndoctor.edits.dropout_off import NOISE_LAYERS, dropping_layers
from dnndoctor.edits.hidden_layers import hidden_layers
from dnndoctor.edits.value_clipping_off import UNBOUNDED
from dnndoctor.edits.variance_scaled_init import RECURRENT, drawable_layers, initializer_of
from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.edits.width import scaled
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.arguments import argument, home_of, remove_arguments, set_argument
from dnndoctor.patching.code import Code, code_at, only
from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.optimizer import weight_decay_off
from dnndoctor.patching.removal import remove_layer

_ACTIVATION_POSITIONS = {
    "Activation": 0,
    "Dense": 1,
    "GRU": 1,
    "LSTM": 1,
    "SimpleRNN": 1,
    "EinsumDense": 2,
    "Conv1D": 7,
    "Conv2D": 7,
    "Conv3D": 7,
}
"""Place of `activation` among the arguments without a keyword; other layers are given it by keyword as a rule."""

_KERNELS = {"kernel", "depthwise_kernel", "pointwise_kernel"}
_RATE_NAMES = {"GaussianNoise": "stddev"}


def hidden_activation(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes another activation of layers."""
    paths = str(edit.parameters["layers"]).split(",")
    _set_activation(draft, facts, paths, str(edit.parameters["activation"]))


def output_activation(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes another activation of the layer that holds an output's."""
    output = next((each for each in facts.outputs if each.name == edit.parameters["output"]), None)
    if output is None or output.layer is None:
        raise NotLocatedError("the layer that holds the activation could not be told")
    _set_activation(draft, facts, [output.layer], str(edit.parameters["activation"]))


def variance_scaled_init(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Writes the initializers by activation, and takes those of biases away."""
    layers = drawable_layers(facts)

    def change(code: Code, call: ast.Call, layer: LayerFacts) -> None:
        if not layer.built_in:
            raise NotLocatedError("it is a layer of your own")
        names = {weight.name.split("/")[-1] for weight in layer.weights}
        initializer = initializer_of(layer, facts)
        wanted = {f"{name.removesuffix('_kernel')}_initializer": initializer for name in names & _KERNELS}
        if RECURRENT in names:
            wanted["recurrent_initializer"] = "orthogonal"
        for name, value in sorted(wanted.items()):
            default = "orthogonal" if name.startswith("recurrent") else "glorot_uniform"
            if argument(call, name) is not None or value != default:
                set_argument(code, call, name, f'"{value}"')
                code, call = _again(code, call)
        if argument(call, "bias_initializer") is not None:
            remove_arguments(code, call, "bias_initializer".__eq__)

    initializers = {layer.path: initializer_of(layer, facts) for layer in layers}
    _each_call(draft, facts, layers, change, alike=lambda layer: initializers[layer.path])


def dropout_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes layers of dropout and noise away, and dropout inside of recurrent layers."""

    def change(code: Code, call: ast.Call, layer: LayerFacts) -> None:
        if layer.kind not in NOISE_LAYERS:
            while remove_arguments(code, call, ("dropout", "recurrent_dropout").__contains__) > 1:
                code, call = _again(code, call)
            return
        try:
            remove_layer(code, call)
        except NotLocatedError:  # it is held under a name that is called elsewhere
            set_argument(code, call, _RATE_NAMES.get(layer.kind, "rate"), "0", 0)

    _each_call(draft, facts, dropping_layers(facts), change)


def augmentation_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes random preprocessing layers away."""
    _each_call(draft, facts, augmenting_layers(facts), lambda code, call, _: remove_layer(code, call))


def normalization_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes the layers that normalise by stored numbers away."""
    layers = [layer for layer in facts.layers if layer.kind == "Normalization"]
    _each_call(draft, facts, layers, lambda code, call, _: remove_layer(code, call))


def batch_norm_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes batch normalisation away, and gives the layers before it the bias that it made needless."""
    going = batch_norm_layers(facts)
    before = [facts.layers[facts.layers.index(layer) - 1] for layer in going if facts.layers.index(layer)]
    _each_call(draft, facts, going, lambda code, call, _: remove_layer(code, call))
    _each_call(
        draft,
        facts,
        [layer for layer in before if layer.use_bias is False and layer.built_in],
        lambda code, call, _: _remove_named(code, call, "use_bias"),
        needed=False,
    )


def batch_norm_momentum(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes another momentum of batch normalisation."""
    layers = [layer for layer in facts.layers if layer.kind == "BatchNormalization"]
    text = f"{edit.parameters['momentum']:g}"
    _each_call(draft, facts, layers, lambda code, call, _: set_argument(code, call, "momentum", text, 1))


def add_biases(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Takes `use_bias=False` away."""
    layers = _named(facts, str(edit.parameters["layers"]).split(","))
    _each_call(draft, facts, layers, lambda code, call, _: _remove_named(code, call, "use_bias"))


def width(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes other widths of hidden layers, where each is a number or the name of one."""
    factor = float(edit.parameters["factor"] or 0)

    def change(code: Code, call: ast.Call, layer: LayerFacts) -> None:
        name, position = ("output_dim", 1) if layer.kind == "Embedding" else ("units", 0)
        given = argument(call, name, position) or argument(call, "filters")
        if given is None or layer.units is None:
            raise NotLocatedError("its width is not written there")
        code.replace(home_of(code, given, layer.units), str(scaled(layer.units, factor)))

    _each_call(draft, facts, hidden_layers(facts), change, alike=lambda layer: layer.units)


def permute_for_reshape(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Writes the permutation that was meant in the place of the reshape, where it takes no more than that."""
    lines = edit_kind(edit.name).patch(edit, facts).splitlines()
    if len(lines) != 1:
        raise NotLocatedError("it takes two layers")
    axes = lines[0].partition("Permute")[2].partition(",  #")[0].removesuffix(",")

    def change(code: Code, call: ast.Call, _: LayerFacts) -> None:
        code.replace(call, f"{_beside(code, call, 'Permute')}{axes}")

    _each_call(draft, facts, _named(facts, [str(edit.parameters["layer"])]), change)


def weight_constraints_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes the constraints of weights away."""

    def change(code: Code, call: ast.Call, _: LayerFacts) -> None:
        _remove_all(code, call, "_constraint")

    _each_call(draft, facts, constrained_layers(facts), change)


def regularization_off(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Takes regularizers and the optimizer's weight decay away."""
    before = {change.path: change.after for change in draft.changes()}

    def change(code: Code, call: ast.Call, layer: LayerFacts) -> None:
        if layer.kind == "ActivityRegularization":
            remove_layer(code, call)
        elif any(each.arg is not None and each.arg.endswith("_regularizer") for each in call.keywords):
            _remove_all(code, call, "_regularizer")

    weighty = [layer for layer in facts.layers if layer.built_in and (layer.weights or layer.kind == "ActivityRegularization")]
    if any(not layer.built_in and layer.weights for layer in facts.layers):
        raise NotLocatedError("layers of your own may have regularizers too")
    _each_call(draft, facts, weighty, change)
    if any(optimizer.weight_decay for optimizer in facts.recipe.optimizers):
        weight_decay_off(draft, edit, facts)
    if {change.path: change.after for change in draft.changes()} == before:
        raise NotLocatedError("no regularizer is written where the layers are made")


def value_clipping_off(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Writes activations without bounds, and takes the largest value of ReLU layers away."""
    by_path = {layer.path: layer for layer in facts.layers}
    if any(clip.name not in by_path or (clip.what not in UNBOUNDED and clip.what != "ReLU") for clip in facts.clips):
        raise NotLocatedError("values are clipped by operations between layers")
    for activation, unbounded in UNBOUNDED.items():
        paths = [clip.name for clip in facts.clips if clip.what == activation]
        if paths:
            _set_activation(draft, facts, paths, unbounded)
    rectifiers = [by_path[clip.name] for clip in facts.clips if clip.what == "ReLU"]
    _each_call(
        draft, facts, rectifiers, lambda code, call, _: set_argument(code, call, "max_value", "None", 0), needed=not facts.clips
    )


def unfreeze(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Takes `trainable=False` away where layers are made with it."""
    frozen = [layer for layer in facts.layers if not layer.trainable and layer.parameters]
    _each_call(draft, facts, frozen, lambda code, call, _: _remove_named(code, call, "trainable"))


def _each_call(
    draft: Draft,
    facts: Facts,
    layers: Iterable[LayerFacts],
    change: Callable[[Code, ast.Call, LayerFacts], None],
    *,
    alike: Callable[[LayerFacts], object] = lambda _: None,
    needed: bool = True,
) -> None:
    """Changes the calls that make these layers.

    Args:
        draft: Of the files.
        facts: Of the subject.
        layers: To change.
        change: Changes one call; it is given the file as it is by then.
        alike: What decides about the change of a layer, where not all are changed alike.
        needed: Whether it is a failure to find no layer.

    Raises:
        NotLocatedError: One of them cannot be told from layers that stay as they are, or was not found.
    """
    groups: dict[tuple[object, str], list[LayerFacts]] = {}
    for layer in layers:
        groups.setdefault((layer.place, layer.kind), []).append(layer)
    if needed and not groups:
        raise NotLocatedError("there is no such layer")
    for (place, kind), there in groups.items():
        code, line = code_at(draft, there[0].place)
        made = [layer for layer in facts.layers if (layer.place, layer.kind) == (place, kind)]
        if len(made) > len(there) or len({alike(layer) for layer in made}) > 1:
            raise NotLocatedError(f"this line makes {len(made)} layers, and not all of them change alike")
        count = len(code.calls_at(line, kind))
        if count != 1 and count != len(made):
            only(code.calls_at(line, kind), kind)
        for number in reversed(range(count)):  # from the last, so that the others stay where they are
            code, line = code_at(draft, there[0].place)
            change(code, code.calls_at(line, kind)[number], there[0])


def _set_activation(draft: Draft, facts: Facts, paths: Sequence[str], activation: str) -> None:
    layers = _named(facts, paths)

    def change(code: Code, call: ast.Call, layer: LayerFacts) -> None:
        if not layer.built_in:
            raise NotLocatedError("it is a layer of your own")
        position = _ACTIVATION_POSITIONS.get(layer.kind)
        if not layer.weights and layer.kind != "Activation":  # a layer that is an activation and takes none by name
            code.replace(call, f'{_beside(code, call, "Activation")}("{activation}")')
            return
        if position is None and len(call.args) > 2:
            raise NotLocatedError("its arguments have no names")
        set_argument(code, call, "activation", f'"{activation}"', position)

    _each_call(draft, facts, layers, change)


def _named(facts: Facts, paths: Sequence[str]) -> list[LayerFacts]:
    layers = [layer for path in paths if (layer := facts.layer(path)) is not None]
    if len(layers) < len(paths):
        raise NotLocatedError("not all of the layers are known")
    return layers


def _beside(code: Code, call: ast.Call, name: str) -> str:
    """How the file writes another layer of Keras' own: as it writes this one."""
    if isinstance(call.func, ast.Attribute):
        return f"{code.source(call.func.value)}.{name}"
    return code.spelled(f"keras.layers.{name}")


def _remove_named(code: Code, call: ast.Call, name: str) -> None:
    if remove_arguments(code, call, name.__eq__) != 1:
        raise NotLocatedError(f"{name} is not written there")


def _remove_all(code: Code, call: ast.Call, suffix: str) -> None:
    found = remove_arguments(code, call, lambda name: name.endswith(suffix))
    if not found:
        raise NotLocatedError(f"no {suffix[1:]} is written there")
    if found > 1:
        _remove_all(*_again(code, call), suffix)


def _again(code: Code, call: ast.Call) -> tuple[Code, ast.Call]:
    """The same call after an argument of it was changed: it begins where it did."""
    fresh = Code(code.draft, code.path)
    start, name = code.span(call)[0], code.source(call.func)
    return fresh, next(each for each in fresh.calls() if fresh.span(each)[0] == start and fresh.source(each.func) == name)
