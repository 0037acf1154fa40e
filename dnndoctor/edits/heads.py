"""Ways to make head and loss fit each other, as remedies that several judgements offer."""

from dnndoctor.edits import loss_call, patch
from dnndoctor.evidence.contract import Head
from dnndoctor.evidence.facts import Facts, LossFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.finding import Remedy, Where


def where(head: Head) -> tuple[Where, ...]:
    """The layer that holds the output's activation, with its place; empty where it could not be told."""
    return (Where(head.output.layer, head.place),) if head.output.layer is not None else ()


def remedy(
    facts: Facts,
    head: Head,
    title: str,
    *,
    activation: str | None = None,
    loss: str | None = None,
    from_logits: bool = False,
    note: str = "",
) -> Remedy:
    """A remedy that sets the head's activation, its loss, or both, with the lines to write.

    Args:
        facts: Of the subject.
        head: The output to treat.
        title: One imperative line.
        activation: "softmax", "sigmoid" or "linear"; None leaves it.
        loss: Name of one of Keras' own; None leaves it.
        from_logits: For the new loss.
        note: A caveat.
    """
    edits = []
    if activation is not None:
        edits.append(Edit("output_activation", {"output": head.output.name, "activation": activation}))
    if loss is not None:
        edits.append(Edit("loss", {"output": head.output.name, "name": loss, "from_logits": from_logits}))
    return Remedy(title, tuple(edits), patch(edits, facts), note=note)


def replaced_head(head: Head, units: int | None, activation: str, loss: str) -> str:
    """The lines for a head of another width, which no edit can make: the layer, then the loss.

    Args:
        head: The output.
        units: Its new width; None where it is not known.
        activation: Its new activation.
        loss: Name of one of Keras' own.
    """
    width = "..." if units is None else str(units)
    dense = f'keras.layers.Dense({width}, activation="{activation}")'
    call = loss_call(LossFacts(loss, built_in=True))
    return f"{dense}\n" + (f'loss={{"{head.output.name}": {call}, ...}}' if head.several else f"loss={call}")


def keras_own_loss(facts: Facts, head: Head) -> tuple[Remedy, ...]:
    """The loss of Keras' own that belongs to the targets and the head, as a remedy; empty where the targets were not understood.

    Args:
        facts: Of the subject.
        head: The output to treat.
    """
    exclusive = (head.units or 1) > 1
    names = {
        "class_ids": "sparse_categorical_crossentropy",
        "one_hot": "categorical_crossentropy",
        "binary": "sparse_categorical_crossentropy" if exclusive else "binary_crossentropy",
        "multi_hot": "binary_crossentropy",
        "continuous": "mean_squared_error",
    }
    name = names.get(head.encoding)
    if name is None or (name.startswith("categorical") and not exclusive):
        return ()
    logits = name != "mean_squared_error" and head.output.activation == "linear"
    return (remedy(facts, head, f"Use {name.replace('_', ' ')}", loss=name, from_logits=logits),)
