"""Missing inputs filled in."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, inputs
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class FillMissing(EditKind):
    """Replaces input values that are not finite by the median of their feature in the training data.

    `value` is a number that stands for missing ones as well, such as -999.
    """

    name = "fill_missing"
    parameters: ClassVar[Mapping[str, Expected]] = {"value": Expected(float, optional=True)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        value = edit.parameters.get("value")
        what = "values that are not finite" + (f", and {value:g}," if value is not None else "")
        return f"fill in {what} in {inputs.named(facts)} by the median of their feature"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        value = edit.parameters.get("value")
        marked = f" & ({{x}} != {value:g})" if value is not None else ""
        axes = {len(array.shape) for array in inputs.scalable_inputs(facts)}
        over = tuple(range(axes.pop() if len(axes) == 1 else 1)) or (0,)
        return inputs.written(
            facts,
            f"known = np.isfinite({{x}}){marked}\n"
            f"medians = np.nanmedian(np.where(known, {{x}}, np.nan), axis={over[0] if len(over) == 1 else over})"
            "  # of the training data\n"
            "{x} = np.where(known, {x}, medians)",
        )
