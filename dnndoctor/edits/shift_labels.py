"""Class ids counted from another number."""

from collections.abc import Mapping
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class ShiftLabels(EditKind):
    """Adds `by` to every class id, so that ids 1 to 10 become 0 to 9 by -1, in the held-out rows as well."""

    name = "shift_labels"
    parameters: ClassVar[Mapping[str, Expected]] = {"by": Expected(int)}

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        by = _by(edit)
        arrays = [target.array for target in facts.data.targets if target.encoding == "class_ids"]
        if len(arrays) != 1:
            return f"add {by} to the class ids"
        low, high = arrays[0].minimum, arrays[0].maximum
        return f"count the classes from {low + by:g} to {high + by:g} instead of {low:g} to {high:g}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        by = _by(edit)
        names = [target.array.name for target in facts.data.targets if target.encoding == "class_ids"] or ["y"]
        lines = [f"{name} = {name} {'-' if by < 0 else '+'} {abs(by)}" for name in names]
        return "\n".join(f"{line}  # validation and test labels, too" for line in lines)


def _by(edit: Edit) -> int:
    return int(edit.parameters["by"] or 0)
