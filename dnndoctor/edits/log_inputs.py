"""Inputs by their logarithm."""

from dnndoctor.edits import EditKind, inputs
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit


class LogInputs(EditKind):
    """Replaces every input that is a quantity by sign(x) * log(1 + |x|), so that orders of magnitude become even steps."""

    name = "log_inputs"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        return f"take {'log(1 + x)' if _positive(facts) else 'sign(x) * log(1 + |x|)'} of {inputs.named(facts)}"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        positive = _positive(facts)
        if facts.data.kind == "tf.data":
            formula = "tf.math.log1p(x)" if positive else "tf.sign(x) * tf.math.log1p(tf.abs(x))"
            return f"dataset = dataset.map(lambda x, y: ({formula}, y))"
        return inputs.written(facts, "{x} = np.log1p({x})" if positive else "{x} = np.sign({x}) * np.log1p(np.abs({x}))")


def _positive(facts: Facts) -> bool:
    """Whether no value is below zero, in the validation data neither."""
    arrays = (*inputs.scalable_inputs(facts), *facts.data.validation_inputs)
    return bool(arrays) and all(array.minimum >= 0 for array in arrays)
