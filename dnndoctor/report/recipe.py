"""The user's recipe, model and data, each in one line."""

from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts, OptimizerFacts
from dnndoctor.report.numbers import quantity


def recipe_line(facts: Facts) -> str:
    """How the user trains ("Adam at 0.001, sparse_categorical_crossentropy, batch size 32, 10 epochs")."""
    recipe = facts.recipe
    losses = dict.fromkeys(output.loss.name for output in facts.outputs if output.loss)
    parts = [
        *map(_optimizer, recipe.optimizers),
        " + ".join(losses) or "its own loss",
        f"batch size {recipe.batch_size}",
        f"{recipe.epochs:,} epoch{'' if recipe.epochs == 1 else 's'}",
    ]
    return ", ".join(parts)


def model_line(facts: Facts) -> str:
    """What the model is ("Sequential, 6 layers, 24,010 parameters")."""
    layers = len(facts.layers)
    return f"{facts.model_kind}, {layers:,} layer{'' if layers == 1 else 's'}, {facts.parameters:,} parameters"


def data_line(facts: Facts) -> str:
    """What the data is ("1,437 rows of 8x8x1 float32, 360 for validation")."""
    data = facts.data
    rows = f"{data.rows_sampled:,} rows"
    if data.rows_total is not None and data.rows_total > data.rows_sampled:
        rows = f"{data.rows_sampled:,} of {data.rows_total:,} rows"
    inputs = " + ".join(map(_array, data.inputs))
    validation = f", {data.validation_rows:,} for validation" if data.validation_rows else ", no validation data"
    return f"{rows} of {inputs}{validation}" if inputs else f"{rows}{validation}"


def _optimizer(optimizer: OptimizerFacts) -> str:
    schedule = f" with {optimizer.schedule}" if optimizer.schedule else ""
    return f"{optimizer.kind} at {quantity(optimizer.learning_rate)}{schedule}"


def _array(array: ArrayFacts) -> str:
    return f"{'x'.join(map(str, array.shape)) or 'single'} {array.dtype}"
