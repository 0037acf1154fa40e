"""Where the user wrote what the facts are about: factories, losses, callbacks and the config's keys."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from dnndoctor.config.schema import DataFile, Factory, LoadedConfig, ModelFile
from dnndoctor.evidence.facts import Facts, Place
from dnndoctor.subject.creation import Creation
from dnndoctor.subject.facts.save_facts import save_facts
from dnndoctor.subject.frames import is_user_file, shown_path
from dnndoctor.subject.loading import UserCode


@dataclass(frozen=True)
class Written:
    """What was seen of where things are written.

    Attributes:
        config: What the user asked for.
        code: The user's code.
        creation: Of the model.
        losses: The resolved losses, in the order of the outputs, None where an output has none.
        callbacks: The user's.
        creation_of_callbacks: What was seen while they were made.
    """

    config: LoadedConfig
    code: UserCode
    creation: Creation
    losses: tuple[Any, ...]
    callbacks: Sequence[Any]
    creation_of_callbacks: Creation


def with_places(facts: Facts, written: Written) -> Facts:
    """The facts of a subject with the places of its factories, losses and callbacks, and the ways in which it is saved.

    Args:
        facts: Without them; layers and optimizers have theirs.
        written: What was seen of places.
    """
    config, code = written.config, written.code
    file = shown_path(config.file, config.folder)
    keys = {key: Place(file, line) for key, line in config.lines.items()}
    outputs = facts.outputs
    if len(written.losses) == len(outputs):
        over = keys.get("compile.loss") if config.config.compile.loss is not None else None
        outputs = tuple(
            replace(output, loss=replace(output.loss, place=over or written.creation.place(loss) or written.creation.compiled))
            if output.loss is not None
            else output
            for output, loss in zip(outputs, written.losses, strict=True)
        )
    callbacks = tuple(
        replace(
            of_callback,
            # In this order: an entry of the config's own list; the line of the user's factory; the key that names the factory.
            place=keys.get(f"fit.callbacks.{number}")
            or written.creation_of_callbacks.place(callback)
            or keys.get("fit.callbacks"),
        )
        for number, (of_callback, callback) in enumerate(zip(facts.recipe.callbacks, written.callbacks, strict=True))
    )
    saves = save_facts(written.callbacks, callbacks, code.source_files(), code.folder)
    return replace(
        facts,
        outputs=outputs,
        recipe=replace(facts.recipe, callbacks=callbacks, saves=saves),
        data=replace(facts.data, place=_factory_place(config.config.data, code) or keys.get("data")),
        place=_factory_place(config.config.model, code) or keys.get("model"),
        config_places=keys,
    )


def _factory_place(origin: str | Factory | DataFile | ModelFile, code: UserCode) -> Place | None:
    """Where a factory of the user's own begins."""
    reference = origin if isinstance(origin, str) else origin.factory if isinstance(origin, Factory) else None
    found = None if reference is None else _code_of(code.find(reference))
    if found is None or not is_user_file(found.co_filename):
        return None
    return Place(shown_path(found.co_filename, code.folder), found.co_firstlineno)


def _code_of(factory: Any) -> CodeType | None:
    """The code of a function, of a class' constructor or of what a decorator wraps; None for what has none in Python."""
    if inspect.isclass(factory):
        factory = factory.__init__
    code = getattr(inspect.unwrap(factory), "__code__", None)
    return code if isinstance(code, CodeType) else None
