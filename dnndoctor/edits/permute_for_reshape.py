"""A permutation in the place of a reshape that scrambles axes."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.hidden_layers import at
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class PermuteForReshape(EditKind):
    """Has the Reshape layer `layer` move values as `keras.layers.Permute(axes)` does; the shape that it gives stays.

    Where the reshape merges axes they are permuted first and merged then; where it splits one, that is split in the order in
    which its values lie, and the axes are permuted then.
    """

    name = "permute_for_reshape"
    parameters: ClassVar[Mapping[str, Expected]] = {"layer": Expected(str), "axes": Expected(str)}

    def problems(self, edit: Edit) -> tuple[str, ...]:
        """See `EditKind.problems`."""
        found = super().problems(edit)
        if found:
            return found
        try:
            axes_of(str(edit.parameters["axes"]))
        except ValueError:
            return (f"{self.name}: axes must be an order of axes such as 2,1, not {edit.parameters['axes']!r}",)
        return ()

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        return f"permute the axes in {edit.parameters['layer']} by {axes_of(str(edit.parameters['axes']))} instead of reshaping"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        path, axes = str(edit.parameters["layer"]), axes_of(str(edit.parameters["axes"]))
        layer = facts.layer(path)
        target = None if layer is None or layer.output_shape is None else tuple(size or 0 for size in layer.output_shape)
        given = None if target is None else _given(facts, path, target)
        permute = f"keras.layers.Permute({axes}),"
        if target is None or given is None:
            lines = [permute]
        elif splits(given, target):
            lines = [f"keras.layers.Reshape({unpermuted(target, axes)}),", permute]
        elif tuple(given[axis - 1] for axis in axes) == target:
            lines = [permute]
        else:
            lines = [permute, f"keras.layers.Reshape({target}),"]
        return "\n".join([lines[0] + at(layer, path), *lines[1:]])


def permute_for_reshape(path: str, axes: Sequence[int]) -> Edit:
    """The edit that has a layer permute.

    Args:
        path: Of the Reshape layer.
        axes: As `keras.layers.Permute` takes them: the axes of a row, counted from 1.
    """
    return Edit("permute_for_reshape", {"layer": path, "axes": ",".join(map(str, axes))})


def axes_of(text: str) -> tuple[int, ...]:
    """The axes that the edit's parameter names.

    Args:
        text: Such as "2,1".

    Raises:
        ValueError: They are no order of 1, 2, ...
    """
    axes = tuple(int(part) for part in text.split(","))
    if sorted(axes) != list(range(1, len(axes) + 1)):
        raise ValueError(text)
    return axes


def splits(given: Sequence[int], target: Sequence[int]) -> bool:
    """Whether a reshape splits an axis, so that it is the shape it gives whose axes are permuted.

    Args:
        given: Shape of a row that it takes.
        target: Shape of a row that it gives.
    """
    return sum(size > 1 for size in target) > sum(size > 1 for size in given)


def unpermuted(target: Sequence[int], axes: Sequence[int]) -> tuple[int, ...]:
    """The shape that a permutation makes a target shape of.

    Args:
        target: Shape of a row behind the permutation.
        axes: Of it, counted from 1.
    """
    return tuple(target[axes.index(axis)] for axis in range(1, len(target) + 1))


def _given(facts: Facts, path: str, target: Sequence[int]) -> tuple[int, ...] | None:
    """The shape of a row that the layer takes, as far as the layers before it tell."""
    before = [layer.path for layer in facts.layers].index(path)
    shapes = [layer.output_shape for layer in reversed(facts.layers[:before])] + [array.shape for array in facts.data.inputs]
    for shape in shapes:
        if shape is not None and None not in shape and math.prod(size or 0 for size in shape) == math.prod(target):
            return tuple(size or 0 for size in shape)
    return None
