"""Inputs that were reshaped where they should have been transposed, put in order."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


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
        sizes, axes = whole_numbers(edit.parameters["sizes"]), whole_numbers(edit.parameters["axes"])
        if sizes and sorted(axes) == list(range(1, len(sizes) + 1)):
            return ()
        return (f"{self.name}: axes must be an order of those of sizes, such as 2,1 for 5,20, not {edit.parameters['axes']!r}",)

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the facts
        """See `EditKind.sentence`."""
        sizes, axes = whole_numbers(edit.parameters["sizes"]), whole_numbers(edit.parameters["axes"])
        made = " x ".join(str(sizes[axis - 1]) for axis in axes)
        return f"transpose the inputs from {' x '.join(map(str, sizes))} to {made} instead of reshaping them"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        sizes, axes = whole_numbers(edit.parameters["sizes"]), whole_numbers(edit.parameters["axes"])
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


def whole_numbers(listed: object) -> tuple[int, ...]:
    """The numbers of a parameter such as "5,20"; empty where it lists anything else."""
    parts = [part.strip() for part in str(listed).split(",")]
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else ()
