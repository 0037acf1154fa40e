"""A batch so large that too few steps are left."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.batch_evidence import epochs_cure, fits_better, memory, noise, not_better, rate_cure, schedule_cure
from dnndoctor.experiments.batch_size_sweep import BatchSizes, BatchSizeSweep, size_of
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

USUAL_ROWS = 128
"""Up to here a batch size is a usual one; Keras' own is 32."""

FEW_STEPS_AN_EPOCH = 3
"""A batch of a third of all rows, or more, is unusual in itself, whatever its number."""

ENOUGH_EPOCHS = 5
"""With fewer, the epochs are as unusual as the batch size and explain the missing steps as well."""


class BatchSizeTooLarge(Rule):
    """The batch is so large that too few steps are left for the model to learn.

    What was looked at:
        A fourth and a sixteenth of the rows a step, at your own learning rate and at one lowered by the square root, with as many
        samples in all, so in more steps. The best of them was run again against your own recipe on seeds that were not used
        for the choice.

    Why it matters:
        Each step moves the weights by about the rate, however many rows it saw. A batch of half the data leaves two steps an
        epoch; beyond the gradient noise scale, more rows make a step dearer and hardly better.

    What to do:
        Take fewer rows a step, 16 to 128. More epochs, or a higher rate, supply the missing distance as well where the report
        says that they were tried. Where several cure, the batch is named first if it is unusual (more than 128 rows, or a
        third of all) in a recipe of five epochs or more.

    When it is not a fault:
        Your own run learns. Full batches are usual for second-order methods, tiny tables and very noisy gradients.

    References:
        N. Keskar et al., "On large-batch training for deep learning" (2017).
        C. Shallue et al., "Measuring the effects of data parallelism on neural network training" (2019).
        S. McCandlish et al., "An empirical model of large-batch training" (2018).
    """

    code = "DD406"
    name = "batch-size-too-large"
    causes = (Cause.BATCH_SIZE_LARGE,)
    covers = ("D6",)
    needs = (BatchSizeSweep,)
    rung = BatchSizeSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        sizes = evidence.of(BatchSizeSweep)
        assert sizes is not None  # in `needs`
        duel = sizes.race.won
        if duel is not None and size_of(duel.variant, sizes.batch_size) < sizes.batch_size:
            if fits_better(sizes):
                yield self._finding(evidence, sizes, duel)
            return
        if why := not_better(sizes, larger=False):
            yield RuledOut(Cause.BATCH_SIZE_LARGE, why)

    def _finding(self, evidence: Evidence, sizes: BatchSizes, duel: Duel) -> Finding:
        schedule = schedule_cure(evidence)
        equivalents = [cure for cure in (schedule, epochs_cure(evidence), rate_cure(evidence, lower=False)) if cure]
        unusual = sizes.batch_size > USUAL_ROWS or sizes.batch_size * FEW_STEPS_AN_EPOCH >= sizes.rows
        leads = unusual and evidence.facts.recipe.epochs >= ENOUGH_EPOCHS
        how_bad = severity(evidence, duel)
        if schedule or (equivalents and not unusual):
            how_bad = Severity.NOTE
        size, steps = size_of(duel.variant, sizes.batch_size), sizes.course or duel.steps[0]
        own, other = ends(duel)
        left = f"{steps:,} steps in all"
        return Finding(
            self.code,
            self.name,
            Cause.BATCH_SIZE_LARGE,
            f"{sizes.batch_size:,} rows a step leave {left}: with {size} rows {duel.measure} goes from {own} to "
            f"{other} on as many samples",
            how_bad,
            0.1 if how_bad is Severity.NOTE else _confidence(duel, bool(equivalents), leads),
            evidence=(
                Statement(
                    f"{sizes.rows:,} rows in batches of {sizes.batch_size:,}, {evidence.facts.recipe.epochs:,} epochs: {left}",
                    "facts",
                    {"steps": float(steps), "batch_size": float(sizes.batch_size)},
                ),
                statement(duel, BatchSizeSweep.name),
                screening(sizes.race, BatchSizeSweep.name),
                *memory(sizes),
                *noise(sizes),
                *(sickness.as_evidence() for sickness in sicknesses(evidence)),
            ),
            remedies=(
                remedy(
                    duel,
                    BatchSizeSweep.name,
                    evidence.facts,
                    f"equivalent in effect: {' and '.join(equivalents)}" if equivalents else "",
                ),
            ),
        )


def _confidence(duel: Duel, others_cure: bool, leads: bool) -> float:
    """Above what epochs and rates that cure as well can get (0.8) for an unusual batch, else below what they get at least."""
    if others_cure and not leads:
        return 0.3
    return round(0.6 + 0.05 * (duel.gain >= 0.5) + 0.25 * leads - 0.1 * (statistics.fmean(duel.other) < 0.3), 2)
