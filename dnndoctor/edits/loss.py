"""Another loss."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from dnndoctor.edits import EditKind, Expected, loss_call
from dnndoctor.evidence.facts import Facts, LossFacts
from dnndoctor.evidence.trial import Edit


class Loss(EditKind):
    """Swaps the loss of one output for one of Keras' own."""

    name = "loss"
    parameters: ClassVar[Mapping[str, Expected]] = {
        "output": Expected(str),
        "name": Expected(str),
        "from_logits": Expected(bool, optional=True),
    }

    def sentence(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.sentence`."""
        name = edit.parameters["output"]
        output = next((output for output in facts.outputs if output.name == name), None)
        before = _words(output.loss) if output is not None and output.loss is not None else "as it is"
        place = f" of the output {name}" if len(facts.outputs) > 1 else ""
        return f"change the loss{place} from {before} to {_words(_loss(edit))}"

    def patch(self, edit: Edit, facts: Facts) -> str:
        """See `EditKind.patch`."""
        call = loss_call(_loss(edit))
        return f'loss={{"{edit.parameters["output"]}": {call}, ...}}' if len(facts.outputs) > 1 else f"loss={call}"


def _loss(edit: Edit) -> LossFacts:
    loss = LossFacts(str(edit.parameters["name"]), built_in=True)
    return replace(loss, from_logits=True) if edit.parameters.get("from_logits") else loss


def _words(loss: LossFacts) -> str:
    return f"{loss.name} from logits" if loss.from_logits else loss.name
