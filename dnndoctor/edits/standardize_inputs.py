"""Inputs standardised."""

from dnndoctor.edits import EditKind, inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class StandardizeInputs(EditKind):
    """Gives each feature of every input that is a quantity mean 0 and standard deviation 1, by the training data's statistics."""

    name = "standardize_inputs"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        arrays = inputs.scalable_inputs(facts)
        spans = {_span(array) for array in arrays}
        was = f" (they are {spans.pop()})" if len(spans) == 1 else ""
        return f"standardise {inputs.named(facts)} to mean 0 and standard deviation 1{was}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        if facts.data.kind == "tf.data":
            return (
                "normalization = keras.layers.Normalization(axis=-1)  # the model's first layer\n"
                "normalization.adapt(train.map(lambda x, *rest: x))"
            )
        lines = [line for array in inputs.scalable_inputs(facts) for line in _lines(array)]
        return "\n".join(lines) or "x = (x - x_train.mean(axis=0)) / x_train.std(axis=0)"


def _lines(array: ArrayFacts) -> tuple[str, str]:
    """Of the data before and after the split alike: the statistics are the training data's."""
    axes = tuple(range(len(array.shape))) or (0,)
    over = f"axis={axes[0] if len(axes) == 1 else axes}"
    std = f"{array.name}.std({over})"
    if array.constant_features:
        std += f" + ({array.name}.std({over}) == 0)"  # a feature that never changes is divided by one
    return (
        f"mean, std = {array.name}.mean({over}), {std}",
        f"{array.name} = ({array.name} - mean) / std  # the same mean and std for validation and test data",
    )


def _span(array: ArrayFacts) -> str:
    return f"{array.minimum:.3g} to {array.maximum:.3g}"
