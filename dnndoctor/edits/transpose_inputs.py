"""Inputs that were reshaped where they should have been transposed, put in order."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.edits.permute_for_reshape import axes_of
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit, Parameter


class TransposeInputs(EditKind):
    """Gives every input whose rows have the shape that results the order it had before a reshape.

    `sizes` is the shape of a row before that reshape ("5,20"), and `axes` says which of its axes becomes which of a row as the
    model reads it, counted from 1 as behind the rows ("2,1").
    """

    name = "transpose_inputs"
    parameters: ClassVar[Mapping[str, Expected]] = {"sizes": Expected(str), "axes": Expected(str)}

    def problems(self, edit: Edit) -> tuple[str, ...]:
        """See `EditKind.problems`."""
        found = super().problems(edit)
        if found:
            return found
        try:
            sizes_and_axes(edit.parameters)
        except ValueError:
            return (
                f"{self.name}: axes must be an order of those of sizes, such as 2,1 for 5,20, not {edit.parameters['axes']!r}",
            )
        return ()

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        sizes, axes = sizes_and_axes(edit.parameters)
        made = " x ".join(str(sizes[axis - 1]) for axis in axes)
        return f"transpose the inputs from {' x '.join(map(str, sizes))} to {made} instead of reshaping them"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        sizes, axes = sizes_and_axes(edit.parameters)
        made = tuple(sizes[axis - 1] for axis in axes)
        order = f".reshape(-1, {', '.join(map(str, sizes))}).transpose(0, {', '.join(map(str, axes))})"
        names = [array.name for array in facts.data.inputs if array.shape == made] or ["x"]
        return "\n".join(f"{name} = {name}{order}  # puts in order what was reshaped; validation data as well" for name in names)


def transpose_inputs(sizes: Sequence[int], axes: Sequence[int]) -> Edit:
    """The edit.

    Args:
        sizes: Of a row before the reshape.
        axes: Which of them becomes which, counted from 1.
    """
    return Edit("transpose_inputs", {"sizes": ",".join(map(str, sizes)), "axes": ",".join(map(str, axes))})


def sizes_and_axes(parameters: Mapping[str, Parameter]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What the edit's parameters name.

    Args:
        parameters: Of the edit.

    Raises:
        ValueError: They are no shape and an order of its axes.
    """
    sizes, axes = tuple(int(size) for size in str(parameters.get("sizes")).split(",")), axes_of(str(parameters.get("axes")))
    if len(sizes) != len(axes) or min(sizes) < 1:
        raise ValueError(parameters)
    return sizes, axes
