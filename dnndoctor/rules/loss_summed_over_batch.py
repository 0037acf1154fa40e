"""A loss that grows with the batch."""

from collections.abc import Iterable

from dnndoctor.edits import patch
from dnndoctor.evidence.facts import Facts, OptimizerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import loss_where

SUM = (0.9, 1.1)
"""Size of a row's gradient in eight times the batch over that in the batch once, for a sum. A mean has 0.125; what is neither, as
a loss over pairs, is not judged."""

FOLLOWS_SCALE = frozenset({"SGD"})
"""Optimizers whose steps are as large as the gradient; all others of Keras divide by its size, but for their epsilon."""

FAST = 0.1
"""Learning rate times batch size from which plain gradient descent on a sum is as fast as on a mean at ten times the default."""


class LossSummedOverBatch(Rule):
    """The loss is a sum over the rows of a batch, so that the learning rate is multiplied by the batch size.

    What was looked at:
        The gradient of one row in a batch and in the same batch repeated eight times, through every loss and through what
        layers add to it.

    Why it matters:
        Plain gradient descent takes steps as large as the gradient. With a sum over 32 rows the usual 0.01 acts like 0.32,
        which makes many models diverge; another batch size is another learning rate; and penalties count for less. Adam and
        its kin divide by the gradient's size and hardly notice.

    What to do:
        The default reduction (`reduction="sum_over_batch_size"`), `keras.ops.mean` in a loss of your own; or a learning rate
        divided by the batch size.

    When it is not a fault:
        Sums over the values of one row (pixels, steps) that are averaged over the rows are means here. With Adam, or with a
        rate that was chosen for the sum, this is a note.

    References:
        P. Goyal et al., "Accurate, large minibatch SGD" (2017), section 2, on rate, batch size and normalisation by it.
    """

    code = "DD212"
    name = "loss-summed-over-batch"
    causes = (Cause.LOSS_FUNCTION,)
    needs = (LossAndMetrics,)
    rung = LossAndMetrics.name
    covers = ("contract: reduction",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen, recipe = evidence.of(LossAndMetrics), evidence.facts.recipe
        if seen is None or recipe.batch_size < 2 or not recipe.optimizers:
            return
        grown: list[tuple[str, str | None, float]] = [
            (f"the loss {each.loss}", each.output, each.growth) for each in seen.outputs if each.growth is not None
        ]
        if seen.added_growth is not None:
            grown.append(("what layers add to the loss", None, seen.added_growth))
        for what, output, growth in grown:
            if not SUM[0] <= growth <= SUM[1]:
                continue
            severity, confidence = _weight(evidence, recipe.optimizers[0], recipe.batch_size) if output else (Severity.NOTE, 0.05)
            times = f"the rate acts as if it were {recipe.batch_size} times larger"
            text = f"a row's gradient in eight times the batch is {growth:.3g} times that in the batch once; a mean has 0.125"
            yield Finding(
                self.code,
                self.name,
                Cause.LOSS_FUNCTION,
                f"{what[0].upper()}{what[1:]} is a sum over the batch: {times}",
                severity,
                confidence,
                loss_where(evidence.facts, output),
                (Statement(text, LossAndMetrics.name, {"growth": growth}),),
                _remedies(evidence.facts, output),
            )


def _remedies(facts: Facts, output: str | None) -> tuple[Remedy, ...]:
    """The mean, and the rate that does the same where the step is as long as the gradient."""
    loss = next((each.loss for each in facts.outputs if each.name == output), None)
    mean: tuple[Edit, ...] = ()
    if loss is not None and loss.built_in and output is not None:  # Keras' own are means unless told otherwise
        mean = (Edit("loss", {"output": output, "name": loss.name, "from_logits": bool(loss.from_logits)}),)
    average = Remedy("Average over the batch", mean, 'reduction="sum_over_batch_size"')
    optimizer, size = facts.recipe.optimizers[0], facts.recipe.batch_size
    if optimizer.kind not in FOLLOWS_SCALE:
        return (average,)
    slower = Edit("learning_rate", {"factor": 1 / size})
    return average, Remedy(f"Divide the learning rate by {size}", (slower,), patch([slower], facts))


def _weight(evidence: Evidence, optimizer: OptimizerFacts, batch_size: int) -> tuple[Severity, float]:
    """How much it matters to this optimizer."""
    clipped = optimizer.clipnorm is not None or optimizer.global_clipnorm is not None
    fast = optimizer.kind in FOLLOWS_SCALE and optimizer.learning_rate * batch_size >= FAST and not clipped
    if not fast or learns_well(evidence):
        return Severity.NOTE, 0.1
    # The product is measured; whether this net bears such a rate is not. 0.29 is the share of faults that lie in a loss.
    return Severity.WARNING, 0.5
