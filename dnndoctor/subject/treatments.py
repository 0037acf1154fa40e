"""The edits of the config's `treatments:`, applied before anything is looked at: what is examined is the treated subject."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from dnndoctor.config.schema import Config, LoadedConfig
from dnndoctor.errors import SubjectError
from dnndoctor.evidence.facts import RecipeFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.subject.blueprint import Sample
from dnndoctor.subject.data.drawing import Drawn
from dnndoctor.subject.data.parts import Rows
from dnndoctor.subject.edits import Build, CannotApplyError, Held, Run, applied, change_run, other_build
from dnndoctor.subject.engine import data as rows_data
from dnndoctor.subject.engine.building import symbolic
from dnndoctor.subject.engine.edited_rows import EditedRows

_STAGE = "applying the treatments"


class Treatments:
    """What a config treats its subject with.

    Attributes:
        edits: In order.
    """

    def __init__(self, config: Config) -> None:
        """Reads them.

        Args:
            config: The whole config.
        """
        self.edits = tuple(Edit(spec.name, dict(spec.parameters)) for spec in config.treatments)

    def run(self, batch_size: int) -> Run:
        """What every trial does apart from its model, before edits of its own. Epochs are treated in the config.

        Args:
            batch_size: Of the user's recipe.

        Raises:
            SubjectError: An edit does not apply.
        """
        try:
            return replace(change_run(self.edits, Run(batch_size=batch_size)), epochs_factor=1.0)
        except CannotApplyError as error:
            raise _refused(error) from error

    def config(self, config: LoadedConfig, batch_size: int) -> LoadedConfig:
        """The config with the epochs and batch size that the treatments make of it.

        Args:
            config: As the user wrote it.
            batch_size: Of the user's recipe.

        Raises:
            SubjectError: An edit does not apply.
        """
        size = self.run(batch_size).batch_size
        factor = change_run(self.edits, Run(batch_size=batch_size)).epochs_factor
        fit = config.config.fit
        changed = fit.model_copy(
            update={"epochs": round(fit.epochs * factor), "batch_size": size if size != batch_size else fit.batch_size}
        )
        return config.model_copy(update={"config": config.config.model_copy(update={"fit": changed})})

    def data(self, drawn: Drawn, coded: Sequence[bool], batch_size: int) -> Drawn:
        """The sample as the treatments leave it.

        Args:
            drawn: As the user gave it.
            coded: Of each array of inputs whether it is codes.
            batch_size: Of the user's recipe.

        Raises:
            SubjectError: An edit does not apply.
        """
        size = self.run(batch_size).batch_size
        if drawn.batch_size is not None and size != drawn.batch_size:
            batches = drawn.batches_total
            total = None if batches is None else -(-batches * drawn.batch_size // size)
            drawn = replace(drawn, batch_size=size, batches_total=total)
        train = rows_data.rows_of(_sample(drawn.train))
        held_out = None if drawn.validation is None else rows_data.rows_of(_sample(drawn.validation))
        edited = EditedRows(train, held_out, lambda: coded)
        try:
            changed, changed_held_out = edited.train(self.edits), edited.validation(self.edits)
        except CannotApplyError as error:
            raise _refused(error) from error
        if changed is train:
            return drawn
        return replace(
            drawn,
            train=_rows(changed),
            validation=None if changed_held_out is None else _rows(changed_held_out),
        )

    def of_model(self, train: Sample, loaded: frozenset[str]) -> Callable[[keras.Model, int], None]:
        """What is done to every model that the user's factory makes.

        Args:
            train: The treated training rows.
            loaded: Paths of the variables that the factory loads or assigns.

        Returns:
            Changes a fresh, compiled model that was made with a seed.
        """
        inputs = symbolic(rows_data.rows_of(train))[0]

        def change(model: keras.Model, seed: int) -> None:
            try:
                for edit in self.edits:
                    applied(edit).change_model(model, edit.parameters, inputs)
                for edit in self.edits:
                    if applied(edit).overrides("change_start"):
                        drawn = applied(edit).change_start(model, edit.parameters, inputs, loaded)
                        values = drawn([variable.value for variable in model.variables], seed)
                        for variable, value in zip(model.variables, values, strict=True):
                            variable.assign(value)
            except CannotApplyError as error:
                raise _refused(error) from error

        return change

    def of_making(self, train: Sample) -> Callable[[Build], Build] | None:
        """How the user's factory is made to give other models from the start; None where no edit asks for that.

        Args:
            train: The treated training rows.
        """
        if not any(applied(edit).overrides("other_build") for edit in self.edits):
            return None
        inputs = symbolic(rows_data.rows_of(train))[0]

        def remade(build: Build) -> Build:
            def make(seed: int) -> keras.Model:
                try:
                    return made(seed)
                except CannotApplyError as error:
                    raise _refused(error) from error

            try:
                made = other_build(build, self.edits, inputs)
            except CannotApplyError as error:
                raise _refused(error) from error
            return make

        return remade


def treated_recipe(recipe: RecipeFacts, run: Run) -> RecipeFacts:
    """The facts of a recipe whose learning rates the treatments change.

    Args:
        recipe: With the rates that the model was compiled with.
        run: Of the treatments.
    """
    rates = recipe.rates
    if run.held is not None:
        rates = tuple(max(rates) for _ in rates) if run.held is Held.LARGEST else tuple(rates[0] for _ in rates)
    elif run.stretch != 1:
        rates = tuple(rates[min(len(rates) - 1, round(number / run.stretch))] for number in range(len(rates)))
    for share, factor in run.phases:
        rates = tuple(rate * (factor if number / 100 >= share else 1) for number, rate in enumerate(rates))
    return replace(
        recipe,
        rates=tuple(rate * run.rate_factor for rate in rates),
        optimizers=tuple(
            replace(optimizer, learning_rate=optimizer.learning_rate * run.rate_factor) for optimizer in recipe.optimizers
        ),
    )


def _sample(rows: Rows) -> Sample:
    return Sample(rows.x, rows.y, rows.weight)


def _rows(rows: rows_data.Rows) -> Rows:
    arrays: list[Any] = [np.asarray(leaf.numpy()) for leaf in rows.leaves]
    return Rows(*(rows_data.map_tree(lambda number: arrays[number], tree) for tree in rows.template))


def _refused(error: CannotApplyError) -> SubjectError:
    return SubjectError(
        f"A treatment of the config cannot be applied: {error}",
        stage=_STAGE,
        advice="Take it out of `treatments:`, or write the prescription anew for this model and data.",
    )
