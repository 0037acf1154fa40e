"""Classes that are rare in training and common where it counts."""

import statistics
from collections.abc import Iterable

from dnndoctor.edits.heads import where
from dnndoctor.evidence.contract import heads
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.own_course import reached
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

UNEVEN = 5.0
"""How many times as frequent as the rarest class the most frequent one must be in training."""

FAR = 0.2
"""Share of the validation rows that would have to change class, beyond what a random split gives."""

BEHIND = 0.15
"""Skill that is lost from training to validation rows: three standard errors of a share over 400 rows."""

SIGMAS = 3.0


class RareInTraining(Rule):
    """Classes are rare among the training rows and common among the validation rows, on which the model is worse.

    What was looked at:
        The shares of the classes in both parts of the data, against those of a random split, and the skill of your own run on
        training and on validation rows.

    Why it matters:
        A model learns how frequent classes are along with what they look like. What it seldom saw it seldom answers, and where
        the rare classes turn up as often as the others, these answers are wrong.

    What to do:
        Get more of the rare rows, or weigh the classes (`class_weight`), so that training knows them as frequent as they will be.

    When it is not a fault:
        If the training data has the shares of the real world and the validation rows were balanced on purpose, the model is
        right to be reluctant; judge it by a metric for each class.

    References:
        M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities" (2002).
        H. He, E. Garcia, "Learning from imbalanced data" (2009).
    """

    code = "DD037"
    name = "rare-in-training"
    causes = (Cause.CLASS_IMBALANCE,)
    covers = ("data: imbalance",)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        facts = evidence.facts
        trained = reached(course.runs, held_out=False)
        if facts.recipe.class_weighted or not course.held_out or not course.skills or not trained or learns_well(evidence):
            return
        lost = statistics.fmean(trained) - statistics.fmean(course.skills)
        splits = {split.output: split for split in facts.data.scan.classes}
        for head in heads(facts):
            split, target = splits.get(head.output.name), head.target
            if split is None or target is None or not target.class_shares or lost < BEHIND:
                continue
            most, rarest = max(target.class_shares), min(share for share in target.class_shares if share > 0)
            apart = split.distance - split.distance_by_chance - SIGMAS * split.distance_noise
            if most < UNEVEN * rarest or apart < FAR:
                continue
            yield Finding(
                self.code,
                self.name,
                Cause.CLASS_IMBALANCE,
                f"Classes that are rare in training are not in validation: {split.distance:.0%} of its rows would have to change "
                "class",
                Severity.WARNING,
                0.6,
                where(head),
                (
                    Statement(
                        f"the classes have {rarest:.2%} to {most:.1%} of the training rows; in a random split "
                        f"{split.distance_by_chance:.0%} of the validation rows would have to change class",
                        "facts",
                        {"distance": split.distance, "rarest": rarest},
                    ),
                    Statement(
                        f"your own run reaches skill {statistics.fmean(trained):.2f} on training and "
                        f"{statistics.fmean(course.skills):.2f} on validation rows",
                        OwnRecipe.name,
                        trials=tuple(run.trial for run in course.runs),
                    ),
                ),
                (Remedy("Weigh the classes", (Edit("class_weights"),), "fit: {class_weight: balanced}"),),
            )
