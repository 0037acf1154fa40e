"""A run that predicts no better than one constant."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.reference_model import ReferenceModel
from dnndoctor.experiments.sickness import SicknessKind, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class NoBetterThanConstant(Rule):
    """Your own recipe ends no better than the best constant predictor.

    What was looked at:
        The decoded predictions after your own recipe, on training and held-out rows, over several seeds, against the
        constant that does best on the same rows: the most frequent class, the mean. What could be chance for that many
        rows does not count.

    Why it matters:
        Nothing was learnt of the inputs. This is a symptom: other findings name the cause, and this one stands with low
        confidence only where none of them does.

    What to do:
        Treat the first finding. Where there is no other, look at the data: do inputs and targets belong together, row by
        row?

    When it is not a fault:
        Targets that do not depend on the inputs, such as noise. No model can be better than a constant then.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on dumb baselines.
    """

    code = "DD514"
    name = "no-better-than-constant"
    causes = (Cause.ARCHITECTURE, Cause.LABELS)
    covers = ("start: constant output",)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        kind = SicknessKind.NO_BETTER_THAN_CONSTANT
        sickness = next((each for each in sicknesses(evidence) if each.kind is kind), None)
        if sickness is None:
            return
        memory = evidence.of(Memorise)
        whole = memory is not None and memory.memorised
        reference = evidence.of(ReferenceModel)
        learnable = reference is not None and not reference.finds_nothing
        text = f"the runs end {', '.join(f'{run.end:.3g}' for run in course.runs)} in loss"
        yield Finding(
            self.code,
            self.name,
            # A model that can memorise is whole: then it is more likely that there is nothing to learn from these labels, unless
            # a simple model learns something from them.
            Cause.LABELS if whole and not learnable else Cause.ARCHITECTURE,
            "The user's own run predicts no better than the best constant",
            Severity.ERROR,
            0.15,
            evidence=(
                sickness.as_evidence(),
                Statement(text, OwnRecipe.name, {"curve": course.runs[0].curve}, tuple(run.trial for run in course.runs)),
            ),
        )
