"""A batch of so few rows that the updates are mostly noise."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.batch_evidence import fits_better, memory, noise, not_better, rate_cure, schedule_cure
from dnndoctor.experiments.batch_size_sweep import BatchSizes, BatchSizeSweep, size_of
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

FEW_ROWS = 4
"""Batch sizes up to this are themselves unusual, so that they lead where a lower rate cures as well; see the manual page."""

USUAL_ROWS = 16
"""From here on a batch size is a usual one (Masters and Luschi 2018 find 2 to 32 best), and a lower rate that cures as well is by
far the likelier answer."""


class BatchSizeTooSmall(Rule):
    """Each step sees so few rows that the updates are mostly noise at this learning rate.

    What was looked at:
        Four and sixteen times the rows a step, at your own learning rate and at one raised by the square root, with as many
        samples in all, so in fewer steps. The best of them was run again against your own recipe on seeds that were not used for
        the choice. How far the loss jumps from one stretch of rows to the next, and the gradient noise scale, say how noisy
        the updates are.

    Why it matters:
        The gradient of a few rows points anywhere. At a rate that is right for the mean gradient the weights then wander
        about a minimum and never settle; the loss oscillates from epoch to epoch. Batch normalisation has nothing to take
        statistics from.

    What to do:
        Take 16 to 128 rows a step. A lower rate is the equivalent where the report says so: it averages over steps what a
        larger batch averages over rows, and pays in time. Where both cure, the batch size is named first up to 4 rows and the
        rate otherwise: of real faults 31 % lie in the rate and 7 % in the batch size, but batches of one to four rows are
        rare in recipes whose batch size is right, while rates like SGD's 0.01 are the most common ones.

    When it is not a fault:
        Your own run learns. Single rows with a rate that fits them are the oldest way to train, and often generalise well.

    References:
        S. McCandlish et al., "An empirical model of large-batch training" (2018), appendix A.1.
        L. Bottou, F. Curtis, J. Nocedal, "Optimization methods for large-scale machine learning" (2018), section 4.
        D. Masters, C. Luschi, "Revisiting small batch training for deep neural networks" (2018).
    """

    code = "DD405"
    name = "batch-size-too-small"
    causes = (Cause.BATCH_SIZE_SMALL,)
    covers = ("D6",)
    needs = (BatchSizeSweep,)
    rung = BatchSizeSweep.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        sizes = evidence.of(BatchSizeSweep)
        assert sizes is not None  # in `needs`
        duel = sizes.race.won
        if duel is not None and size_of(duel.variant, sizes.batch_size) > sizes.batch_size:
            if fits_better(sizes):
                yield self._finding(evidence, sizes, duel)
            return
        if why := not_better(sizes, larger=True):
            yield RuledOut(Cause.BATCH_SIZE_SMALL, why)

    def _finding(self, evidence: Evidence, sizes: BatchSizes, duel: Duel) -> Finding:
        lower_rate, schedule = rate_cure(evidence, lower=True), schedule_cure(evidence)
        size = size_of(duel.variant, sizes.batch_size)
        own, other = ends(duel)
        how_bad, cures = severity(evidence, duel), " and ".join(filter(None, (lower_rate, schedule)))
        if schedule or (lower_rate and sizes.batch_size >= USUAL_ROWS):
            how_bad = Severity.NOTE
        rows = "One row a step makes" if sizes.batch_size == 1 else f"{sizes.batch_size} rows a step make"
        return Finding(
            self.code,
            self.name,
            Cause.BATCH_SIZE_SMALL,
            f"{rows} the updates too noisy: with {size} rows {duel.measure} goes from {own} to {other} on as many samples",
            how_bad,
            0.1 if how_bad is Severity.NOTE else _confidence(sizes, duel, bool(lower_rate)),
            evidence=(
                statement(duel, BatchSizeSweep.name),
                screening(sizes.race, BatchSizeSweep.name),
                *memory(sizes),
                *_unrest(sizes, size),
                *noise(sizes),
                *(sickness.as_evidence() for sickness in sicknesses(evidence)),
            ),
            remedies=(remedy(duel, BatchSizeSweep.name, evidence.facts, f"equivalent in effect: {cures}" if cures else ""),),
        )


def _confidence(sizes: BatchSizes, duel: Duel, lower_rate_cures: bool) -> float:
    """Above what a rate that cures as well can get (0.8) for unusually few rows, below what it gets at least (0.35) otherwise."""
    few = sizes.batch_size <= FEW_ROWS
    if lower_rate_cures and not few:
        return 0.3
    return round(0.65 + 0.1 * (duel.gain >= 0.5) + 0.2 * few - 0.1 * (statistics.fmean(duel.other) < 0.3), 2)


def _unrest(sizes: BatchSizes, size: int) -> tuple[Statement, ...]:
    if sizes.unrest is None:
        return ()
    own, other = sizes.unrest
    return (
        Statement(
            f"over the last third the loss jumps by {own:.2g} from one stretch of {size} rows to the next at batch size "
            f"{sizes.batch_size}, by {other:.2g} at {size}",
            BatchSizeSweep.name,
            {"own": own, "other": other},
        ),
    )
