"""More hidden layers."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.hidden_layers import at, hidden_layers
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import activation_after, kernels
from dnndoctor.evidence.trial import Edit

_GROWING = frozenset({"Conv1D", "Conv2D", "Conv3D", "Dense"})


class Depth(EditKind):
    """Adds `layers` hidden layers behind the last hidden dense or convolutional one, each like it, with the size kept."""

    name = "depth"
    parameters: ClassVar[Mapping[str, Expected]] = {"layers": Expected(int, above=0)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        count = int(edit.parameters["layers"] or 0)
        added = f"add {count} hidden layer{'s' * (count != 1)}"
        last = _last(facts)
        which = "the last hidden one" if last is None else f"{last.path} ({last.kind}, {last.units} wide)"
        return f"{added} like {which}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        count, last = int(edit.parameters["layers"] or 0), _last(facts)
        if last is None:
            return f"{count} more hidden layer{'s' * (count != 1)} like the last one"
        behind = at(last, last.path).replace("# ", "# behind ")
        arguments = [str(last.units)]
        if last.kind != "Dense":
            size = next((weight.shape[:-2] for weight in kernels(last)), ())
            arguments += [str(size[0] if len(size) == 1 else size) if size else "...", 'padding="same"']
        if last.activation not in (None, "linear"):
            line = f"keras.layers.{last.kind}({', '.join([*arguments, _quoted(last.activation)])}),"
            return "\n".join(f"{line}{behind}" for _ in range(count))
        # Its activation comes further down, so that one is needed between.
        activation = activation_after(facts.layers, facts.layers.index(last))
        between = [] if activation in (None, "linear") else [f'keras.layers.Activation("{activation}"),']
        lines = [*between, f"keras.layers.{last.kind}({', '.join(arguments)}),"]
        return "\n".join(f"{line}{behind}" for line in lines * count)


def _last(facts: Facts) -> LayerFacts | None:
    return next((layer for layer in reversed(hidden_layers(facts)) if layer.kind in _GROWING), None)


def _quoted(activation: str | None) -> str:
    return "activation=..." if activation == "custom" else f'activation="{activation}"'
