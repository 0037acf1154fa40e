"""A loss that cannot read the way the targets are written."""

from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, replaced_head, where
from dnndoctor.evidence.contract import BINARY_LOSSES, EXCLUSIVE_LOSSES, IDS_LOSSES, Head
from dnndoctor.evidence.data_facts import TargetFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.loss_evidence import known_heads
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

OF_POSITIVE_TARGETS = frozenset({"mean_squared_logarithmic_error", "poisson"})
"""Losses of counts and of sizes: the one has no lower bound on negative targets, the other takes them all for zero."""


class LossUnfitForTargets(Rule):
    """The loss does not fit the targets' encoding or values.

    What was looked at:
        The loss of every output against the encoding (ids, one-hot, several labels, -1 and +1, numbers), the range and
        the columns of its targets.

    Why it matters:
        A sparse cross-entropy takes ids, a categorical one takes rows of shares that sum to one, a binary one takes 0, 1
        or shares between. Targets beyond that give no error where the shapes happen to fit: binary cross-entropy with
        targets of 2 or -1 has no lower bound and the loss runs to minus infinity while the accuracy falls; fractions
        under a sparse cross-entropy are cut to ids; rows with several ones make a categorical loss reward one answer
        several times. A Poisson loss falls without end where a target is negative, and the logarithmic error takes every
        negative target for zero.

    What to do:
        The loss that belongs to the encoding, or the encoding that belongs to the loss: ids with sparse categorical,
        one-hot rows with categorical, 0/1 with binary cross-entropy, numbers with a regression loss.

    When it is not a fault:
        Binary cross-entropy on shares between 0 and 1 (pixels of an autoencoder, soft labels) is sound and not reported.

    References:
        Keras API, losses. That the binary loss falls to -10 on ids of four classes within 60 steps was measured with
        Keras 3.15 on TensorFlow 2.21.
    """

    code = "DD203"
    name = "loss-unfit-for-targets"
    causes = (Cause.LOSS_FUNCTION, Cause.LABELS)
    covers = ("contract: label rank", "contract: label encoding")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        for head in known_heads(evidence):
            if head.loss is None or head.target is None or head.units is None:
                continue
            if head.loss.name in BINARY_LOSSES:
                found = self._binary(evidence.facts, head, head.target)
            elif head.loss.name in EXCLUSIVE_LOSSES and head.units > 1:
                found = self._exclusive(evidence.facts, head, head.target)
            elif head.loss.name in OF_POSITIVE_TARGETS:
                found = self._positive(evidence.facts, head, head.target)
            else:
                found = None
            if found is not None:
                yield found

    def _binary(self, facts: Facts, head: Head, target: TargetFacts) -> Finding | None:
        array = target.array
        if array.minimum >= 0 and array.maximum <= 1:
            return None
        span = f"from {array.minimum:g} to {array.maximum:g}"
        if target.encoding == "signed_binary":
            title = f"{head.name} takes targets of 0 and 1, but they are -1 and +1: the loss has no lower bound"
            recode = Remedy("Write the targets as 0 and 1", patch="y = (y + 1) / 2")
            hinge = remedy(facts, head, "Use the hinge loss, which takes -1 and +1", activation="linear", loss="hinge")
            return self._finding(head, target, Cause.LABELS, title, 0.85, recode, hinge)
        if target.encoding == "class_ids":
            title = f"{head.name} takes targets of 0 and 1, but they are class ids {span}: the loss has no lower bound"
            patch = replaced_head(head, target.classes, "softmax", "sparse_categorical_crossentropy")
            widen = Remedy(f"Use sparse categorical cross-entropy on {target.classes} units", patch=patch)
            return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.8, widen)
        title = f"{head.name} takes targets from 0 to 1, but they run {span}: the loss has no lower bound"
        number = remedy(facts, head, "Use a regression loss", activation="linear", loss="mean_squared_error")
        return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.85, number)

    def _exclusive(self, facts: Facts, head: Head, target: TargetFacts) -> Finding | None:
        loss = head.loss.name if head.loss is not None else ""
        encoding = target.encoding
        ids = loss in IDS_LOSSES
        if encoding == "one_hot" and ids and target.array.features == head.units:
            title = f"{loss} takes class ids, but the targets are one-hot rows"
            fit = remedy(facts, head, "Use categorical cross-entropy", loss="categorical_crossentropy")
            return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.9, fit)
        if encoding in ("class_ids", "binary") and not ids:
            title = f"{loss} takes a row of shares for each target, but the targets are class ids"
            fit = remedy(facts, head, "Use sparse categorical cross-entropy", loss="sparse_categorical_crossentropy")
            return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.9, fit)
        if encoding == "multi_hot":
            title = f"{loss} takes one class a row, but rows of the targets carry several labels or none"
            fit = remedy(facts, head, "Use binary cross-entropy", activation="sigmoid", loss="binary_crossentropy")
            # The softmax that usually goes with it is as much to blame, and either change alone does not cure.
            return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.75, fit)
        if encoding == "continuous":
            title = f"{loss} compares classes, but the targets are numbers that are no classes"
            fit = remedy(facts, head, "Use a regression loss", activation="linear", loss="mean_squared_error")
            return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.8, fit)
        return None

    def _positive(self, facts: Facts, head: Head, target: TargetFacts) -> Finding | None:
        if target.encoding != "continuous" or target.array.minimum >= 0 or head.loss is None:
            return None
        title = f"{head.loss.name} takes targets that are not negative, but they run from {target.array.minimum:g} on"
        number = remedy(facts, head, "Use a loss for any number", activation="linear", loss="mean_squared_error")
        return self._finding(head, target, Cause.LOSS_FUNCTION, title, 0.85, number)

    def _finding(self, head: Head, target: TargetFacts, cause: Cause, title: str, confidence: float, *fit: Remedy) -> Finding:
        # The confidences are those of a broken contract, above 0.75: what such a loss minimises is not what was meant. They are
        # lower where more than one change is needed.
        array = target.array
        encoding = target.encoding.replace("_", " ")
        text = f"the targets are {encoding}, from {array.minimum:g} to {array.maximum:g}, {array.distinct} different values"
        values = {"minimum": array.minimum, "maximum": array.maximum}
        return Finding(
            self.code,
            self.name,
            cause,
            title,
            Severity.ERROR,
            confidence,
            where(head),
            (Statement(text, "facts", values),),
            fit,
        )
