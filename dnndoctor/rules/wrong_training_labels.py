"""Training rows that are predicted worse than held-out rows."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.held_out_gap import HeldOutGap, held_out_gap
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule
from dnndoctor.where import data_where


class WrongTrainingLabels(Rule):
    """A good part of the training labels is probably wrong, while those of the held-out rows are right.

    What was looked at:
        Skill on training rows and on held-out rows, after your own recipe and after the reference model's, each scored after
        training; whether held-out rows are predicted better on every seed, by more than both samples of rows explain.

    Why it matters:
        A model knows the rows it was trained on, so that it does at least as well on them as on new ones. Where it does worse,
        it learned something that holds for new rows and that the training labels contradict.

    What to do:
        Look at training rows that a trained model predicts with confidence and against their label. Ask how the training labels
        came about, and how those of the held-out rows.

    When it is not a fault:
        Training rows that are augmented, or chosen for being hard; held-out rows that are easier by choice, such as a later and
        quieter part of a series. Where the pipeline was seen to augment, nothing is said.

    References:
        D. Rolnick, A. Veit, S. Belongie, N. Shavit, "Deep learning is robust to massive label noise" (2017): models trained on
        wrong labels predict clean ones better than those they were trained on.
    """

    code = "DD033"
    name = "wrong-training-labels"
    causes = (Cause.LABEL_NOISE,)
    covers = ()
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        if evidence.facts.data.augmented:
            return
        seen = [(who, gap, rung, trials) for who, gap, rung, trials in _gaps(evidence) if gap is not None and gap.above]
        statements = [_statement(who, gap, rung, trials) for who, gap, rung, trials in seen]
        if not statements:
            return
        yield Finding(
            self.code,
            self.name,
            Cause.LABEL_NOISE,
            "Held-out rows are predicted better than the rows that were trained on",
            Severity.WARNING,
            0.5,  # little else does it, but for rows that are harder by choice
            data_where(evidence.facts),
            tuple(statements),
            (Remedy("Mend the training labels that a trained model contradicts", patch=_PATCH),),
        )


_PATCH = """doubt = keras.losses.CategoricalCrossentropy(reduction="none")(y_train, model.predict(x_train))
print(np.argsort(doubt)[-50:])  # rows to look at first"""


def _gaps(evidence: Evidence) -> Iterable[tuple[str, HeldOutGap | None, str, tuple[str, ...]]]:
    own, reference = evidence.of(OwnRecipe), evidence.of(ReferenceModel)
    if own is not None:
        skills = [(run.train_skill, run.validation_skill) for run in own.runs]
        yield "your own recipe", held_out_gap(evidence.facts, skills), OwnRecipe.name, tuple(run.trial for run in own.runs)
    if reference is not None:
        skills = [(run.train_skill, run.validation_skill) for run in reference.runs]
        gap = held_out_gap(evidence.facts, skills)
        yield "the reference model", gap, ReferenceModel.name, tuple(run.trial for run in reference.runs)


def _statement(who: str, gap: HeldOutGap, rung: str, trials: tuple[str, ...]) -> Statement:
    return Statement(
        f"{who} reaches a skill on held-out rows that is higher by {gap.mean:.2f} than on training rows (noise {gap.noise:.2f})",
        rung,
        {"gap": gap.mean, "noise": gap.noise},
        trials,
    )
