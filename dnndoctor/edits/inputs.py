"""Which inputs can be given another scale, and how a person would write it."""

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts


def scalable_inputs(facts: Facts) -> tuple[ArrayFacts, ...]:
    """The inputs that are quantities: no codes (ids, text, marks of padding), and not only zeros and ones."""
    return tuple(
        array
        for array in facts.data.inputs
        if not array.codes
        and array.dtype.startswith(("float", "int", "uint", "bfloat"))
        and not (array.integer_valued and array.minimum >= 0 and array.maximum <= 1)
    )


def named(facts: Facts) -> str:
    """The scalable inputs in a sentence: "the inputs", or their names where others are left as they are."""
    arrays = scalable_inputs(facts)
    if not arrays or len(arrays) == len(facts.data.inputs):
        return "the inputs"
    return "the inputs " + ", ".join(array.name for array in arrays)


def written(facts: Facts, line: str) -> str:
    """A line of code for every scalable input, as it stands in the training script.

    Args:
        facts: Of the subject.
        line: With `{x}` where the array stands.
    """
    lines = [line.format(x=array.name) for array in scalable_inputs(facts)]
    return "\n".join(lines) or line.format(x="x")
