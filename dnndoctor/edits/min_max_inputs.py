"""Inputs brought to 0 to 1."""

from dnndoctor.edits import EditKind, inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class MinMaxInputs(EditKind):
    """Brings each feature of every input that is a quantity to 0 to 1, by the training data's least and largest value."""

    name = "min_max_inputs"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        spans = {f"{array.minimum:.3g} to {array.maximum:.3g}" for array in inputs.scalable_inputs(facts)}
        was = f" (they are {spans.pop()})" if len(spans) == 1 else ""
        return f"scale {inputs.named(facts)} to 0 to 1{was}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        arrays = inputs.scalable_inputs(facts)
        if facts.data.kind == "tf.data":
            low, span = (_numbers(arrays[0]) if len(arrays) == 1 else None) or ("low", "(high - low)")
            known = "" if span != "(high - low)" else "  # low, high: of the training data, feature by feature"
            return f"dataset = dataset.map(lambda x, y: ((tf.cast(x, tf.float32) - {low}) / {span}, y)){known}"
        lines = [line for array in arrays for line in _lines(array)]
        return "\n".join(lines) or "x = (x - x_train.min(axis=0)) / (x_train.max(axis=0) - x_train.min(axis=0))"


def _numbers(array: ArrayFacts) -> tuple[str, str] | None:
    """Of a single feature, what is taken away and what it is divided by; None of several, each of which has its own."""
    if array.features != 1 or array.maximum <= array.minimum:
        return None
    return f"{array.minimum:g}", f"{array.maximum - array.minimum:g}"


def _lines(array: ArrayFacts) -> tuple[str, ...]:
    name = array.name
    numbers = _numbers(array)
    if numbers is not None:
        low, span = numbers
        return (f"{name} = {name} / {span}" if low == "0" else f"{name} = ({name} - {low}) / {span}",)
    axes = tuple(range(len(array.shape))) or (0,)
    over = f"axis={axes[0] if len(axes) == 1 else axes}"
    span = "(high - low + (high == low))" if array.constant_features else "(high - low)"  # one that never changes becomes 0
    return (
        f"low, high = {name}.min({over}), {name}.max({over})",
        f"{name} = ({name} - low) / {span}  # the same low and high for validation and test data",
    )
