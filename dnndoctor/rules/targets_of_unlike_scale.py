"""Several targets in one loss, of which one outweighs the others."""

from collections.abc import Iterable

from dnndoctor.evidence.contract import Head, heads
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE, DROWNED = 100.0, 10_000.0
"""Ratio of two losses. At a hundred one target gets a hundredth of the gradient; at ten thousand it drowns in the noise that
batches of 32 leave in the other's (about a fifth of it) for the thousands of steps that people run."""

FEW = 16
"""Columns up to which each is a target of its own; wider rows are pictures, spectra or maps, whose rims are dark."""

SQUARED = frozenset({"mean_squared_error"})
ABSOLUTE = frozenset({"mean_absolute_error", "huber", "log_cosh"})


class TargetsOfUnlikeScale(Rule):
    """One target is so much larger than the others that the loss is about it alone.

    What was looked at:
        The targets of outputs of several numbers: the spread of each column; and of models with several outputs the loss
        of the best constant predictor of each, times its entry in `loss_weights`.

    Why it matters:
        Losses are added up. A squared error in dollars beside one in per cent is a loss in dollars: the gradient of the
        small one drowns, and nothing shows it, since the sum falls nicely.

    What to do:
        Standardise each target by its own mean and standard deviation, or give `loss_weights` in inverse proportion to
        the losses of the best constants.

    When it is not a fault:
        An auxiliary output that is meant to weigh little. Weights other than one are taken for a decision; then, and
        below a factor of 10,000, this is a note.

    References:
        A. Kendall, Y. Gal, R. Cipolla, "Multi-task learning using uncertainty to weigh losses" (2018), section 1, on how
        much hangs on the weights.
    """

    code = "DD008"
    name = "targets-of-unlike-scale"
    causes = (Cause.TARGET_SCALE,)
    covers = ("data: unscaled targets",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        well = learns_well(evidence)
        for head in heads(evidence.facts):
            found = _columns(head)
            if found is not None:
                ratio, text = found
                severity = Severity.WARNING if ratio >= DROWNED and not well else Severity.NOTE
                yield self._finding(evidence, f"{head.name} has targets of very unlike scale in one loss", text, ratio, severity)
        between = _outputs(heads(evidence.facts))
        if between is not None:
            ratio, text, meant = between
            severity = Severity.WARNING if ratio >= DROWNED and not well and not meant else Severity.NOTE
            yield self._finding(evidence, "One output outweighs another in the loss", text, ratio, severity)

    def _finding(self, evidence: Evidence, title: str, text: str, ratio: float, severity: Severity) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.TARGET_SCALE,
            f"{title}: {ratio:,.3g} to 1",
            severity,
            # The target's share of real preprocessing faults is the smaller one; a drowned target is plain all the same.
            0.4 if severity is Severity.WARNING else 0.15,
            data_where(evidence.facts),
            (Statement(text, "facts", {"ratio": ratio}),),
            (Remedy("Standardise each target", patch="y = (y - y_train.mean(axis=0)) / y_train.std(axis=0)"),),
        )


def _columns(head: Head) -> tuple[float, str] | None:
    """How far the squared spreads of a target's columns differ, and in words; None where they do not much."""
    target = head.target
    if target is None or head.loss is None or target.task != "regression" or len(target.array.shape) != 1:
        return None
    low, high = target.array.feature_std_minimum, target.array.feature_std_maximum
    if not 2 <= target.array.features <= FEW or head.loss.name not in SQUARED | ABSOLUTE or not low > 0:
        return None
    ratio = (high / low) ** (2 if head.loss.name in SQUARED else 1)
    text = (
        f"the standard deviations of the {target.array.features} columns of {target.array.name} run from {low:.3g} to {high:.3g}"
    )
    return (ratio, text) if ratio >= NOTABLE else None


def _outputs(found: tuple[Head, ...]) -> tuple[float, str, bool] | None:
    """The largest over the smallest share of the outputs, in words, and whether their weights are a decision."""
    shares = [
        (share, head)
        for head in found
        if head.loss is not None
        and head.target is not None
        and (share := (head.target.constant_loss or 0.0) * head.loss.weight) > 0
    ]
    if len(shares) < 2:
        return None
    (least, small), (most, large) = (choose(shares, key=lambda pair: pair[0]) for choose in (min, max))
    if most < NOTABLE * least:
        return None
    meant = any(head.loss is not None and head.loss.weight != 1 for head in found)
    text = (
        f"the best constant answers have the loss {most:.3g} for {large.output.name} and {least:.3g} for {small.output.name}, "
        "weights included"
    )
    return most / least, text, meant
