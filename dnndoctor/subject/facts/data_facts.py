"""Facts of the drawn sample: its arrays, its targets output by output, and what was noticed while it was drawn."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from dnndoctor.evidence.data_facts import ArrayFacts, DataFacts, TargetFacts
from dnndoctor.evidence.facts import OutputFacts
from dnndoctor.evidence.row_scan import Vocabulary
from dnndoctor.subject.blueprint import Array, Tree
from dnndoctor.subject.data.drawing import Drawn
from dnndoctor.subject.data.parts import Rows
from dnndoctor.subject.data.trees import leaves, named_leaves
from dnndoctor.subject.facts.array_facts import array_facts
from dnndoctor.subject.facts.output_facts import Outputs
from dnndoctor.subject.facts.scan.data_scan import data_scan
from dnndoctor.subject.facts.scan.part import Part, Target
from dnndoctor.subject.facts.targets import label_ids, longest_run, target_facts

_ROW_CLASSES = frozenset({"binary", "multiclass"})
"""Tasks with one class a row."""


def data_facts(
    drawn: Drawn,
    outputs: Outputs,
    batch_size: int,
    coded: Any,
    vocabularies: tuple[Vocabulary, ...] = (),
    masks: Mapping[str, Array] = MappingProxyType({}),
) -> DataFacts:
    """Facts of the sample.

    Args:
        drawn: As the user gave it.
        outputs: What the model gives back, to understand the targets by.
        batch_size: Rows a step.
        coded: Whether each input is codes: the inputs' tree with true or false for arrays.
        vocabularies: How the ids that the model looks up stand to their vocabularies.
        masks: By output name, for outputs that count only some steps: (rows, steps) of the training rows.
    """
    train, validation = drawn.train, drawn.validation
    targets = _targets(train, outputs, batch_size, masks)
    weights = leaves(train.weight)
    inputs = _inputs(train.x, "x", coded)
    held_out = () if validation is None else _inputs(validation.x, "x_val", coded)
    return DataFacts(
        kind=drawn.kind,
        rows_total=drawn.rows_total,
        rows_sampled=_rows(train),
        validation_rows=0 if validation is None else _rows(validation),
        validation_source=drawn.validation_source,
        inputs=inputs,
        targets=targets,
        validation_inputs=held_out,
        validation_targets=() if validation is None else _validation_targets(validation, outputs),
        sample_weight=array_facts(weights[0], "sample_weight") if weights else None,
        augmented=drawn.augmented,
        reshuffled=drawn.reshuffled,
        label_runs=_label_runs(train, outputs, targets),
        notes=drawn.notes,
        scan=data_scan(
            _part(train, outputs, targets, coded, ""),
            None if validation is None else _part(validation, outputs, targets, coded, "_val"),
            inputs,
            held_out,
            batch_size,
            vocabularies,
        ),
    )


def targets_by_output(y: Tree, outputs: Outputs, name: str) -> list[tuple[OutputFacts, bool, str, Array]]:
    """The targets of each output that has some, in the outputs' order.

    Args:
        y: The targets.
        outputs: What the model gives back.
        name: What the user calls the targets.

    Returns:
        The output, whether its loss is plain, the name and the array of its targets; empty where targets and outputs do not fit
        together, as a custom `train_step` may have it.
    """
    named = named_leaves(y, name)
    pairs = list(zip(outputs.facts, outputs.plain_losses, strict=True))
    if isinstance(y, Mapping):
        by_key = {key: leaf for key, leaf in y.items() if isinstance(leaf, np.ndarray)}
        return [
            (output, plain, f"{name}[{output.name!r}]", by_key[output.name]) for output, plain in pairs if output.name in by_key
        ]
    if len(named) != len(pairs):
        pairs = [(output, plain) for output, plain in pairs if output.loss is not None]
    if len(named) != len(pairs):
        return []
    return [(output, plain, called, leaf) for (output, plain), (called, leaf) in zip(pairs, named, strict=True)]


def _validation_targets(rows: Rows, outputs: Outputs) -> tuple[ArrayFacts, ...]:
    return tuple(array_facts(y, name) for _, _, name, y in targets_by_output(rows.y, outputs, "y_val"))


def _targets(rows: Rows, outputs: Outputs, batch_size: int, masks: Mapping[str, Array]) -> tuple[TargetFacts, ...]:
    inputs = leaves(rows.x)
    return tuple(
        target_facts(
            y,
            name,
            output,
            equals_input=any(y.shape == x.shape and y.ndim > 1 and np.array_equal(x, y) for x in inputs),
            weight=_weight(rows.weight, output, outputs),
            batch_size=batch_size,
            plain_loss=plain,
            mask=masks.get(output.name),
        )
        for output, plain, name, y in targets_by_output(rows.y, outputs, "y")
    )


def _weight(weight: Any, output: OutputFacts, outputs: Outputs) -> Array | None:
    if weight is None or isinstance(weight, np.ndarray):
        return weight
    if isinstance(weight, Mapping):
        return weight.get(output.name)
    position = outputs.facts.index(output)
    return weight[position] if position < len(weight) else None


def _label_runs(rows: Rows, outputs: Outputs, targets: tuple[TargetFacts, ...]) -> float | None:
    runs = [
        longest_run(y, facts.encoding)
        for facts, (_, _, _, y) in zip(targets, targets_by_output(rows.y, outputs, "y"), strict=True)
        if facts.task in _ROW_CLASSES
    ]
    return max((run for run in runs if run is not None), default=None)


def _part(rows: Rows, outputs: Outputs, targets: tuple[TargetFacts, ...], coded: Any, suffix: str) -> Part:
    """Rows as the questions to the sample take them."""
    codes = dict(named_leaves(coded, "x" + suffix))
    known = {facts.output: facts for facts in targets}
    inputs = leaves(rows.x)
    understood = [
        _target(known[output.name], y, inputs)
        for output, _, _, y in targets_by_output(rows.y, outputs, "y" + suffix)
        if output.name in known
    ]
    arrays = [
        pair
        for tree, name in ((rows.x, "x"), (rows.y, "y"), (rows.weight, "sample_weight"))
        for pair in named_leaves(tree, name + suffix)
    ]
    weights = leaves(rows.weight)
    return Part(
        [(name, leaf, codes.get(name, False)) for name, leaf in named_leaves(rows.x, "x" + suffix)],
        understood,
        arrays,
        weights[0] if weights else None,
    )


def _target(facts: TargetFacts, y: Array, inputs: list[Array]) -> Target:
    if facts.task in _ROW_CLASSES:
        labels = label_ids(y, facts.encoding)
        if labels is not None and len(labels) == len(y):
            return Target(facts.output, labels=labels)
    if y.dtype.kind not in "biuf" or facts.task == "unknown":
        return Target(facts.output)
    same = any(y.shape == x.shape and y.ndim > 1 and np.array_equal(x, y) for x in inputs)
    return Target(facts.output, values=y.reshape(len(y), -1), equals_input=same)


def _inputs(tree: Tree, name: str, coded: Any) -> tuple[ArrayFacts, ...]:
    codes = dict(named_leaves(coded, name))
    return tuple(replace(array_facts(leaf, called), codes=codes.get(called, False)) for called, leaf in named_leaves(tree, name))


def _rows(rows: Rows) -> int:
    return len(leaves(rows.x)[0])
