"""Batches that hold one class each."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import key_where

STREAMS = frozenset({"tf.data", "generator", "PyDataset"})
"""Kinds of data that yield whole batches: shuffling these leaves what is in them."""

MANY = 0.3
"""Share of batches with a single class, beyond chance, that is no accident: two classes in runs of three batches give it."""

FAR = 0.5
"""Distance of the batches' classes from all rows' beyond chance, as a share of what pure batches of even classes have."""


class SingleClassBatches(Rule):
    """Rows come sorted by class, so that each batch teaches one class and the next unlearns it.

    What was looked at:
        The rows in the order in which your own pipeline yields them, cut into your batches: how many batches hold a
        single class, and how far the classes of a batch are from those of all rows, beside the same rows shuffled. Arrays
        that `fit` shuffles itself are left out.

    Why it matters:
        The gradient of a batch stands for all rows only if the batch is a fair draw. With one class in a batch the model
        is pushed to answer that class always, and to forget it a few batches later; batch normalisation then even sees
        statistics of single classes.

    What to do:
        Shuffle before batching: `shuffle: true` for arrays; for `tf.data` a `shuffle(buffer_size)` in front of `batch`
        whose buffer is longer than the runs of equal labels, best the whole data.

    When it is not a fault:
        Rare classes leave most batches with the common one alone; that much is expected and taken off. Batches that are
        made more even than chance on purpose are not reported.

    References:
        L. Bottou, "Curiously fast convergence of some stochastic gradient descent algorithms" (2009), on the order of the
        rows. TensorFlow API, `tf.data.Dataset.shuffle` (`buffer_size`).
    """

    code = "DD009"
    name = "single-class-batches"
    causes = (Cause.NOT_SHUFFLED,)
    covers = ("data: sorted labels", "data: single-class batches", "edit: shuffle")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        if facts.recipe.shuffle and facts.data.kind not in STREAMS:
            return
        for mix in facts.data.scan.batches:
            single = mix.single - mix.single_if_shuffled
            apart = (mix.distance - mix.distance_if_shuffled) / max(1e-9, 1 - 1 / mix.classes - mix.distance_if_shuffled)
            if single < MANY and apart < FAR:
                continue
            sick = bool(sicknesses(evidence))
            well = learns_well(evidence)
            what = (
                f"{mix.single:.0%} of the batches hold a single class ({mix.single_if_shuffled:.1%} would by chance)"
                if single >= MANY
                else f"a batch's classes are {mix.distance:.2f} from those of all rows ({mix.distance_if_shuffled:.2f} by chance)"
            )
            yield Finding(
                self.code,
                self.name,
                Cause.NOT_SHUFFLED,
                f"The rows are not shuffled: {what}",
                Severity.NOTE if well else Severity.ERROR if sick else Severity.WARNING,
                # Nearly always the reason where batches are pure and the run fails; a mix that is only uneven is less telling.
                0.15 if well else (0.8 if single >= MANY else 0.6),
                key_where(facts, "fit.shuffle"),
                (
                    Statement(
                        f"in {mix.batches:,} batches of {facts.recipe.batch_size} consecutive rows, {what}; the {mix.classes} "
                        "classes "
                        f"of a batch differ from all rows' by {mix.distance:.2f} (total variation), "
                        f"{mix.distance_if_shuffled:.2f} shuffled",
                        "facts",
                        {"single": mix.single, "distance": mix.distance, "distance_if_shuffled": mix.distance_if_shuffled},
                    ),
                    *(sickness.as_evidence() for sickness in sicknesses(evidence)),
                ),
                (Remedy("Shuffle the rows before they are batched", (Edit("shuffle"),), _patch(facts)),),
            )


def _patch(facts: Facts) -> str:
    if facts.data.kind == "tf.data":
        return f"dataset = dataset.shuffle({facts.data.rows_total or facts.data.rows_sampled})  # in front of .batch()"
    if facts.data.kind in STREAMS:
        return "order = np.random.permutation(len(x))  # anew in each epoch, and batches cut from x[order], y[order]"
    return "model.fit(..., shuffle=True)"
