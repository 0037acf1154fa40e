"""Changes of how the model is trained: keys of the config's `fit:`, and the same in the user's own call of `fit`."""

import ast

from dnndoctor.config.source_tree import is_training
from dnndoctor.edits.epochs import epochs_factor
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.patching.arguments import argument, number_of
from dnndoctor.patching.code import Code
from dnndoctor.patching.draft import Draft, NotLocatedError
from dnndoctor.patching.yaml_text import set_key, written


def batch_size(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Sets `fit.batch_size`."""
    if facts.data.kind != "numpy":
        raise NotLocatedError("batches are made by the data's own pipeline")
    _set_fit(draft, facts, "batch_size", facts.recipe.batch_size, int(edit.parameters["size"] or 0))


def epochs(draft: Draft, edit: Edit, facts: Facts) -> None:
    """Sets `fit.epochs`."""
    own = facts.recipe.epochs
    _set_fit(draft, facts, "epochs", own, max(own + 1, round(own * epochs_factor((edit,)))))


def shuffle(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Sets `fit.shuffle`."""
    if facts.data.kind != "numpy" or written(draft, ("fit", "shuffle")) is not False:
        raise NotLocatedError("rows are put in order by the data's own code")
    _set_fit(draft, facts, "shuffle", False, True)


def class_weights(draft: Draft, edit: Edit, facts: Facts) -> None:  # noqa: ARG001  the seam gives every writer the edit
    """Sets `fit.class_weight` to `balanced`."""
    if facts.data.sample_weight is not None:
        raise NotLocatedError("Keras takes no class weights beside sample weights")
    set_key(draft, ("fit", "class_weight"), "balanced")


def _set_fit(draft: Draft, facts: Facts, name: str, before: int, value: int) -> None:
    """Sets a key of `fit:`, and the same in the model's script, where its one call of `fit` says what the config said."""
    set_key(draft, ("fit", name), value)
    if facts.place is None or not facts.place.file.endswith(".py"):
        return
    try:
        code = Code(draft, facts.place.file)
        calls = [call for call in code.calls() if code.class_name(call) == "fit" and is_training(call)]
        given = argument(calls[0], name) if len(calls) == 1 else None
    except NotLocatedError:
        return
    if given is not None and _is(given, before):
        code.replace(given, repr(value))


def _is(given: ast.expr, value: int) -> bool:
    """Whether an argument is written as that number, or that truth value."""
    if isinstance(value, bool):
        return isinstance(given, ast.Constant) and given.value is value
    return number_of(given) == value
