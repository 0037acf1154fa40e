"""The subject's façade: from a config to a blueprint that trials are made from, and to the facts."""

import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnndoctor.config.quantities import size_in_bytes
from dnndoctor.config.schema import DataFile, Factory, LoadedConfig
from dnndoctor.evidence.facts import EngineFacts, Facts
from dnndoctor.subject import recipe
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.coded_inputs import coded_inputs
from dnndoctor.subject.creation import Creation
from dnndoctor.subject.data.cache import load_sample, save_sample
from dnndoctor.subject.data.drawing import Drawn, as_fit_gives_it, draw
from dnndoctor.subject.data.files import open_data_file
from dnndoctor.subject.data.parts import READING, ModelHints, Parts, Rows, unreadable
from dnndoctor.subject.data.returned import understand
from dnndoctor.subject.data.trees import map_tree, named_leaves, take
from dnndoctor.subject.facts.call_facts import call_facts
from dnndoctor.subject.facts.data_facts import data_facts
from dnndoctor.subject.facts.layer_facts import clip_facts, layer_facts
from dnndoctor.subject.facts.output_facts import output_facts
from dnndoctor.subject.facts.output_masks import output_masks
from dnndoctor.subject.facts.places import Written, with_places
from dnndoctor.subject.facts.recipe_facts import recipe_facts
from dnndoctor.subject.fingerprint import fingerprint, source_digest
from dnndoctor.subject.first_step import try_first_step
from dnndoctor.subject.forward_pass import traced
from dnndoctor.subject.initial_weights import loaded_paths
from dnndoctor.subject.loading import UserCode
from dnndoctor.subject.model_source import Built, ModelSource, is_built
from dnndoctor.subject.treatments import Treatments, treated_recipe
from dnndoctor.subject.vocabularies import vocabularies

_TEXT_LAYERS = (keras.layers.StringLookup, keras.layers.TextVectorization, keras.layers.Hashing)
_FACTS_SEED, _OTHER_SEED = 0, 1
_PROBE_ROWS = 2
"""Rows that models without known shapes are called on for their facts."""


def load_subject(config: LoadedConfig, folder: Path, alive: Callable[[str], None]) -> tuple[Blueprint, Facts]:
    """Loads the user's model, data and recipe.

    The sample is kept in `folder`; where it is there already, the data factory is not called again.

    Args:
        config: What the user asked for.
        folder: The run's folder.
        alive: Called with the stage at each change, and while data is read.

    Returns:
        The blueprint, and the facts with a placeholder for those of the engine.

    Raises:
        SubjectError: Something is wrong with the user's model or data.
    """
    wanted = config.config
    alive("importing your code")
    code = UserCode(config.folder.resolve())
    data = Factory(factory=wanted.data) if isinstance(wanted.data, str) else wanted.data
    if isinstance(data, Factory):
        code.find(data.factory)
    source = ModelSource(wanted, code)
    make_callbacks = recipe.callback_maker(wanted.fit, code)
    watched_callbacks = Creation()
    with watched_callbacks.watching(code.folder):
        callbacks = make_callbacks()
    sources = source_digest(code.source_files(), code.folder)

    drawn = load_sample(wanted, folder)
    first = None
    if drawn is None:
        returned = call_data(data, code, alive)
        alive("building the model")
        first = source.build_watched(_FACTS_SEED)
        parts = parts_of(returned, data, config, first.model, code)
        alive(READING)
        drawn = draw(parts, wanted.fit, size_in_bytes(wanted.ladder.sample_limit), code.guarded, alive)
        save_sample(drawn, wanted, folder)

    treatments = Treatments(wanted)
    batch_size = recipe.batch_size(wanted.fit, drawn.batch_size)
    if treatments.edits:
        alive("applying the treatments")
        drawn, _ = treat(source, treatments, drawn, batch_size)
        config, first = treatments.config(config, batch_size), None
        wanted = config.config
        batch_size = recipe.batch_size(wanted.fit, drawn.batch_size)

    alive("building the model")
    train = _sample(drawn.train, drawn.kind)
    few = take_rows(train, min(batch_size, train.rows))
    batch = map_tree(tf.convert_to_tensor, (few.x, few.y, few.weight))
    source.shape_by(batch)
    built = first if first is not None and is_built(first.model) else source.build_watched(_FACTS_SEED)
    other = source.build_watched(_OTHER_SEED)
    _check_text(train, built.model)
    source.detect_self_seeding(built, other)

    alive("looking at the model")
    loaded = loaded_paths(built.model, built.creation, other.model)
    layers = layer_facts(built.model, built.creation, loaded)
    try_first_step(other.model, train, batch_size, code)
    with code.guarded(source.name, "looking at the model"):
        _resolve_losses(built, batch)
        outputs = output_facts(built.model, take(batch[0], slice(0, _PROBE_ROWS)))
        forward = traced(built.model, batch[0])
        looked_up = vocabularies(built.model, forward, drawn.train.x, None if drawn.validation is None else drawn.validation.x)
        masks = output_masks(built.model, train, [output.name for output in outputs.facts])
        found = data_facts(drawn, outputs, batch_size, coded_inputs(built.model, batch[0], forward), looked_up, masks)
        calls = call_facts(built.model, forward) if forward is not None else ()
        clips = clip_facts(built.model, built.creation)
        steps = recipe.steps_per_epoch(wanted.fit, drawn.rows_total, drawn.batches_total)
        shuffle = wanted.fit.shuffle if drawn.batch_size is None else _shuffled(drawn, wanted.fit.shuffle)
        of_recipe = treated_recipe(recipe_facts(built, config, callbacks, batch_size, steps, shuffle), treatments.run(batch_size))
    facts = Facts(
        model_name=built.model.name,
        model_kind=_kind(built.model),
        parameters=sum(int(np.prod(variable.shape)) for variable in built.model.trainable_variables),
        layers=layers,
        outputs=outputs.facts,
        recipe=of_recipe,
        data=found,
        engine=EngineFacts("", "not started", float("nan"), float("nan"), 1, source.self_seeded, repeatable=True),
        fingerprint=fingerprint(config, sources, drawn),
        environment=environment(),
        not_seen=_not_seen(source, drawn, len(outputs.facts), len(found.targets)),
        clips=clips,
        calls=calls,
    )
    facts = with_places(facts, Written(config, code, built.creation, outputs.losses, callbacks, watched_callbacks))
    blueprint = Blueprint(
        build=source.build,
        train=train,
        validation=None if drawn.validation is None else _sample(drawn.validation, drawn.kind),
        batch_size=batch_size,
        epochs=wanted.fit.epochs,
        steps_per_epoch=wanted.fit.steps_per_epoch,
        course=None if steps is None else max(1, steps * wanted.fit.epochs),
        shuffle=shuffle is not False,
        make_callbacks=make_callbacks,
        output_names=tuple(target.output for target in found.targets),
        tasks={target.output: target.task for target in found.targets},
        encodings={target.output: target.encoding for target in found.targets},
        constant_errors={target.output: target.constant_error for target in found.targets},
        self_seeded=source.self_seeded,
        loaded=loaded,
        coded=tuple(array.codes for array in found.inputs),
    )
    return blueprint, facts


def treat(source: ModelSource, treatments: Treatments, drawn: Drawn, batch_size: int) -> tuple[Drawn, Sequence[bool]]:
    """Has the source make treated models, and gives back the treated sample and which of its inputs are codes.

    Args:
        source: Of the models.
        treatments: Of the config.
        drawn: The sample as the user gave it.
        batch_size: Of the user's recipe.

    Raises:
        SubjectError: A treatment does not apply.
    """
    plain = _sample(drawn.train, drawn.kind)
    few = take_rows(plain, min(batch_size, plain.rows))
    batch = map_tree(tf.convert_to_tensor, (few.x, few.y, few.weight))
    source.shape_by(batch)
    one, other = source.build_watched(_FACTS_SEED), source.build_watched(_OTHER_SEED)
    loaded = loaded_paths(one.model, one.creation, other.model)
    coded = [leaf for _, leaf in named_leaves(coded_inputs(one.model, batch[0]), "x")]
    treated = treatments.data(drawn, coded, batch_size)
    sample = _sample(treated.train, drawn.kind)
    source.treat_by(treatments.of_model(sample, loaded), treatments.of_making(sample))
    return treated, coded


def environment() -> dict[str, str]:
    """Versions and devices of this process."""
    devices = [device.device_type for device in tf.config.list_logical_devices()]
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "devices": ", ".join(f"{kind} x{devices.count(kind)}" for kind in sorted(set(devices))),
        "platform": platform.platform(),
    }


def take_rows(sample: Sample, count: int) -> Sample:
    """The first rows of a sample.

    Args:
        sample: Any sample.
        count: How many.
    """
    rows = slice(0, count)
    return Sample(take(sample.x, rows), take(sample.y, rows), take(sample.weight, rows))


def call_data(data: Factory | DataFile, code: UserCode, alive: Callable[[str], None], seed: int = _FACTS_SEED) -> Any:
    """What the user's data factory returns; None of a file.

    Args:
        data: As the config has it.
        code: The user's code.
        alive: Called with the stage.
        seed: Set before the factory is called.

    Raises:
        SubjectError: The factory raised.
    """
    if isinstance(data, DataFile):
        return None
    stage = f"calling {data.factory.rpartition(':')[2]}"
    alive(stage)
    keras.utils.set_random_seed(seed)  # what the factory draws without a seed of its own is the same in every run
    return code.call(data.factory, data.args, stage)


def parts_of(returned: Any, data: Factory | DataFile, config: LoadedConfig, model: keras.Model, code: UserCode) -> Parts:
    """The user's data as training and validation parts, whole and unread.

    Args:
        returned: By `call_data`.
        data: As the config has it.
        config: Of the subject.
        model: Of the user's, which says what it takes.
        code: The user's code.

    Raises:
        SubjectError: It is none of the known forms, or a file is missing.
    """
    if isinstance(data, DataFile):
        return open_data_file(data, code.folder)
    return understand(returned, data.factory, _hints(model), config.config.fit.batch_size or recipe.KERAS_BATCH_SIZE)


def _hints(model: keras.Model) -> ModelHints:
    inputs = getattr(model, "inputs", None) if is_built(model) else None
    layers = model._flatten_layers(include_self=False)  # also those inside custom layers, which no public accessor reaches
    return ModelHints(
        input_shapes=tuple(tuple(tensor.shape) for tensor in inputs) if inputs else None,
        outputs=len(model.outputs) if inputs and getattr(model, "outputs", None) else None,
        takes_strings=any(isinstance(layer, _TEXT_LAYERS) for layer in layers)
        or any(tensor.dtype == "string" for tensor in inputs or ()),
    )


def _check_text(sample: Sample, model: keras.Model) -> None:
    if _hints(model).takes_strings:
        return
    for name, leaf in named_leaves(sample.x, "x"):
        if leaf.dtype.kind in "SU":
            raise unreadable(
                f"`{name}` holds text ({leaf.dtype}), and no layer of the model takes text.",
                "Turn it into numbers, or begin the model with a TextVectorization or StringLookup layer.",
            )


def _sample(rows: Rows, kind: str) -> Sample:
    rows = as_fit_gives_it(rows, kind)
    return Sample(rows.x, rows.y, rows.weight)


def _resolve_losses(built: Built, batch: Any) -> None:
    """Lets Keras resolve losses and metrics by the shapes of the data, as it does at the start of `fit`."""
    try:
        built.model._symbolic_build(data_batch=batch)
    except Exception:  # a model that computes its loss by itself, or reads values: the step that was taken shows that it trains
        return


def _shuffled(drawn: Drawn, by_fit: bool) -> bool | None:
    """Whether the order of a stream changes; `fit` itself shuffles the batches of a `PyDataset`, and nothing else."""
    return True if drawn.kind == "PyDataset" and by_fit else drawn.reshuffled


def _kind(model: keras.Model) -> str:
    if isinstance(model, keras.Sequential):
        return "Sequential"
    return "Functional" if getattr(model, "outputs", None) else "subclassed"


def _not_seen(source: ModelSource, drawn: Drawn, outputs: int, targets: int) -> tuple[tuple[str, str], ...]:
    missing: list[tuple[str, str]] = []
    if source.trusted:
        missing.append(("whether the model file is safe", "the config says `trust: true`, so it was opened without safe mode"))
    if source.as_saved:
        missing.append(("a start from fresh weights", "the config says `weights: as_saved`"))
    if not outputs:
        missing.append(("what the model gives back", "it has no `call` for its data; only its `train_step` knows"))
    elif drawn.train.y is not None and not targets:
        missing.append(("the targets", "they do not match the outputs one to one"))
    if drawn.kind == "generator":
        missing.append(("augmentation and shuffling", "a generator can be read only once"))
    return tuple(missing)
