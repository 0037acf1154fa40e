"""A simple model in the place of the user's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import keras

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.blueprint import Blueprint
from dnndoctor.subject.edits import AppliedEdit, Held, Run

if TYPE_CHECKING:  # the engine stands on this package
    from dnndoctor.subject.engine.data import Rows

BATCH_SIZE = 32
"""Keras' default, and what Adam's default rate is most often used with."""


class ReferenceModel(AppliedEdit):
    """`reference_model` trained with Adam at 1e-3 in batches of 32, callbacks or not."""

    name = "reference_model"
    structural = True

    def other_model(self, blueprint: Blueprint, rows: "Rows", parameters: Mapping[str, Parameter], seed: int) -> keras.Model:
        """See `AppliedEdit`."""
        from dnndoctor.subject.reference import reference_model  # here, as it stands on the engine

        del parameters
        return reference_model(blueprint, rows, seed)

    def change_run(self, run: Run, parameters: Mapping[str, Parameter]) -> Run:
        """See `AppliedEdit`; nothing of the user's recipe is left."""
        del parameters
        return replace(run, batch_size=BATCH_SIZE, held=Held.COMPILED)
