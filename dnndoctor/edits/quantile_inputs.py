"""Inputs by their ranks."""

from dnndoctor.edits import EditKind, inputs
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit

_NORMAL_SCORES = """def normal_scores(column, of_training):
    values, counts = np.unique(of_training, return_counts=True)
    shares = (np.cumsum(counts) - counts / 2) / counts.sum()
    return scipy.special.ndtri(np.interp(column, values, shares))"""


class QuantileInputs(EditKind):
    """Replaces each feature of every input that is a quantity by its normal score.

    That is the value of a standard normal variable with the same rank as the value has among the training data's, of equal
    values the middle rank, and interpolated between them. Whatever the distribution was, the result is close to a normal one.
    """

    name = "quantile_inputs"

    def sentence(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every sentence the edit
        """See `EditKind.sentence`."""
        return f"replace {inputs.named(facts)} by the normal scores of their ranks"

    def patch(self, edit: Edit, facts: Facts) -> str:  # noqa: ARG002  the seam gives every patch the edit
        """See `EditKind.patch`."""
        arrays = inputs.scalable_inputs(facts)
        if facts.data.kind == "tf.data":
            scores = "[normal_scores(x[..., k], x_train[..., k]) for k in range(x.shape[-1])]"
            call = f"tf.numpy_function(lambda x: np.stack({scores}, -1).astype('float32'), [x], tf.float32)"
            return f"{_NORMAL_SCORES}\ndataset = dataset.map(lambda x, y: ({call}, y))"
        lines = [_line(array) for array in arrays] or ["x = normal_scores(x, x_train)"]
        return "\n".join([_NORMAL_SCORES, *lines])


def _line(array: ArrayFacts) -> str:
    """Of the training data; the same with other data in the first place for these."""
    name = array.name
    if not array.shape:
        return f"{name} = normal_scores({name}, {name})  # of other data: normal_scores(other, {name})"
    scores = f"normal_scores({name}[..., k], {name}[..., k]) for k in range({array.features})"
    return f"{name} = np.stack([{scores}], axis=-1)  # the second argument is the training data, for all other data, too"
