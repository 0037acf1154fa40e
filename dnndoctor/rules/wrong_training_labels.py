"""Training rows that are predicted worse than held-out rows."""

from collections.abc import Iterable, Iterator

from dnndoctor.evidence.contract import heads
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.held_out_gap import held_out_gap
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
        statements = tuple(_statements(evidence))
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
            statements,
            (Remedy("Mend the training labels that a trained model contradicts", patch=_patch(evidence.facts)),),
        )


def _statements(evidence: Evidence) -> Iterator[Statement]:
    own, reference = evidence.of(OwnRecipe), evidence.of(ReferenceModel)
    for who, rung, runs in (
        ("your own recipe", OwnRecipe.name, own.runs if own is not None else ()),
        ("the reference model", ReferenceModel.name, reference.runs if reference is not None else ()),
    ):
        gap = held_out_gap(evidence.facts, runs)
        if gap is not None and gap.above:
            yield Statement(
                f"{who} reaches a skill on held-out rows that is higher by {gap.mean:.2f} than on training rows "
                f"(noise {gap.noise:.2f})",
                rung,
                {"gap": gap.mean, "noise": gap.noise},
                tuple(run.trial for run in runs),
            )


def _patch(facts: Facts) -> str:
    """What prints the rows to look at first; empty where the loss of a row cannot be written in a line."""
    losses = [head.loss for head in heads(facts)]
    if len(losses) != 1 or losses[0] is None or not losses[0].built_in:
        return ""
    logits = ", from_logits=True" if losses[0].from_logits else ""
    return (
        f"doubt = keras.losses.{losses[0].name}(y_train, model.predict(x_train){logits})\n"
        "print(np.argsort(doubt)[-50:])  # rows to look at first"
    )
