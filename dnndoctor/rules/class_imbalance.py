"""Classes of very unlike frequency."""

from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import heads
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import SicknessKind, has
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

UNEVEN, VERY_UNEVEN = 0.8, 0.9
"""Accuracy of the most frequent class alone."""


class ClassImbalance(Rule):
    """One class is so frequent that answering it always looks good.

    What was looked at:
        The shares of the classes in the sampled rows, what accuracy the most frequent class alone gets, which metrics are
        watched, and whether class or sample weights are used.

    Why it matters:
        The loss falls fastest by learning the shares. A model that always gives the frequent class has a high accuracy,
        and nothing else is seen if accuracy is all that is watched.

    What to do:
        Watch what the rare class does (`keras.metrics.AUC(curve="PR")`, recall, the confusion matrix). `class_weight`, or
        more of the rare rows.

    When it is not a fault:
        Most real data are uneven and are learned as they are. It is a note, and a warning only where your own run is
        established to do no better than that constant answer.

    References:
        H. He, E. Garcia, "Learning from imbalanced data" (2009).
    """

    code = "DD028"
    name = "class-imbalance"
    causes = (Cause.CLASS_IMBALANCE,)
    covers = ("data: imbalance",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        lost = has(evidence, SicknessKind.NO_BETTER_THAN_CONSTANT)
        weighted = facts.recipe.class_weighted or facts.data.sample_weight is not None
        for head in heads(facts):
            target = head.target
            if target is None or target.task not in ("binary", "multiclass") or not target.class_shares:
                continue
            constant, rarest = max(target.class_shares), min(share for share in target.class_shares if share > 0)
            if constant < UNEVEN or (target.classes or 0) < 2:
                continue
            only = bool(head.output.metrics) and all(name.endswith("accuracy") for name in head.output.metrics)
            grave = lost and constant >= VERY_UNEVEN and not weighted
            watched = "; accuracy is all that is watched" if only else ""
            yield Finding(
                self.code,
                self.name,
                Cause.CLASS_IMBALANCE,
                f"{head.name} is right in {constant:.1%} of the rows by always giving class "
                f"{target.class_shares.index(constant)}",
                Severity.WARNING if grave else Severity.NOTE,
                0.5
                if grave
                else 0.1,  # uneven classes are usual; where the run does nothing else, they are one of two or three reasons
                where(head),
                (
                    Statement(
                        f"class {target.class_shares.index(constant)} has {constant:.1%} of the {facts.data.rows_sampled:,} "
                        "sampled rows, "
                        f"class {target.class_shares.index(rarest)} has {rarest:.2%}{watched}",
                        "facts",
                        {"constant_accuracy": constant, "rarest": rarest},
                    ),
                ),
                (
                    Remedy(
                        "Weigh the classes, and watch the rare one",
                        () if weighted else (Edit("class_weights"),),
                        "fit: {class_weight: balanced}",
                    ),
                ),
            )
