"""Targets drawn anew for the training rows."""

from collections.abc import Mapping

import numpy as np

from dnndoctor.evidence.trial import Parameter
from dnndoctor.subject.edits import AppliedEdit, number
from dnndoctor.subject.edits.shuffled_labels import taken
from dnndoctor.subject.labelled import Labelled


class RandomLabels(AppliedEdit):
    """Each row gets the targets and weights of a row drawn from all of them, with replacement; validation rows stay."""

    name = "random_labels"

    def change_targets(self, rows: Labelled, parameters: Mapping[str, Parameter], reference: Labelled) -> Labelled:
        """See `AppliedEdit`."""
        del reference
        if not rows.training:
            return rows
        random = np.random.RandomState(int(number(parameters, "seed", above=-1)))
        return taken(rows, random.randint(rows.count, size=rows.count))
