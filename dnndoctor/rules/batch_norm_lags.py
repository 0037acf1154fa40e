"""Batch normalisation whose running statistics do not arrive before training ends."""

from collections.abc import Iterable

from dnndoctor.evidence.running_statistics import momentum_of, running_statistics
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

LEFT = 0.05
"""Share of the starting values, mean 0 and variance 1, that may be left in the running statistics at the end. It is momentum to
the power of the steps: 1/20 is left after 3 / (1 - momentum) steps, 300 with the default of 0.99."""

MOST = 0.37
"""Share from which it is felt whatever the values are: 1/e, after 1 / (1 - momentum) steps."""


class BatchNormLags(Rule):
    """The whole training is too short for the momentum of batch normalisation.

    What was looked at:
        The momentum of every batch normalisation that is trained, and the optimizer's steps in the whole course.

    Why it matters:
        In evaluation and prediction the running mean and variance are used. They begin at 0 and 1 and move by 1 - momentum of
        the way in each step. After 30 steps at 0.99 three quarters of them are still the starting values: a train loss of 0.056
        was 0.358 on the same rows in evaluation mode, and 0.073 with a momentum of 0.9.

    What to do:
        `momentum=0.9`, or train for more steps. Judge such a model by its loss in evaluation mode.

    When it is not a fault:
        Values that have mean 0 and variance 1 anyway. Without a run that is seen to fail this is a note.

    References:
        Keras API, BatchNormalization (`momentum=0.99`). The figures were measured with Keras 3.15 on TensorFlow 2.21.
    """

    code = "DD125"
    name = "batch-norm-lags"
    causes = (Cause.BATCH_NORM,)
    covers = ("structure: batch norm", "edit: batch norm momentum")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = running_statistics(evidence.facts)
        if seen is None or seen.left < LEFT:
            return
        felt = seen.left >= MOST and bool(sicknesses(evidence))
        late = [layer for layer in seen.layers if momentum_of(layer) ** seen.steps >= LEFT]
        recipe = evidence.facts.recipe
        yield Finding(
            self.code,
            self.name,
            Cause.BATCH_NORM,
            f"After {seen.steps:,} steps {seen.left:.0%} of batch normalisation's statistics are still their starting values",
            Severity.WARNING if felt else Severity.NOTE,
            0.35 if felt else 0.1,  # how far off the starting values are is not measured here
            tuple(Where(layer.path, layer.place) for layer in late),
            (
                Statement(
                    f"momentum {seen.momentum:g} over {recipe.epochs:,} epochs of {recipe.steps_per_epoch:,} steps",
                    "facts",
                    {"momentum": seen.momentum, "steps": float(seen.steps), "left": seen.left},
                ),
            ),
            (_lower(seen.fitting),),
        )


def _lower(momentum: float) -> Remedy:
    patch = f"keras.layers.BatchNormalization(momentum={momentum:g})"
    return Remedy("Lower the momentum", (Edit("batch_norm_momentum", {"momentum": momentum}),), patch)
