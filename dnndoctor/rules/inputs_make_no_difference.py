"""A run that comes no farther than the same run without inputs."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.controls import Controls
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.sickness import settled
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

SAME = 0.01
"""Share of the loss that inputs must take off to make a difference: two runs of equal recipes seldom end closer."""


class InputsMakeNoDifference(Rule):
    """Your own run ends at no lower a loss than the same run with all inputs zero.

    What was looked at:
        The loss of your own recipe, which is the same with and without inputs, where predictions cannot be decoded and so cannot
        be held against a constant. The run without inputs is the best that can be done without looking.

    Why it matters:
        Nothing was learnt of the inputs. This is a symptom: other findings name the cause, and this one stands with low
        confidence only where none of them does.

    What to do:
        Treat the first finding. Where there is no other, follow one batch through the model: where do two different rows begin to
        look alike?

    When it is not a fault:
        Targets that are made of the inputs: without inputs they may be easier than any real ones.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019), on an input-independent baseline.
    """

    code = "DD520"
    name = "inputs-make-no-difference"
    causes = (Cause.ARCHITECTURE, Cause.CUSTOM_CODE)
    needs = (OwnRecipe, Controls)
    rung = Controls.name
    covers = ("control: zeros",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course, controls = evidence.of(OwnRecipe), evidence.of(Controls)
        assert course is not None  # in `needs`
        assert controls is not None
        zeros = controls.zeros
        if zeros is None or course.skills or course.exploded or not settled(course):
            return
        if any(run.end < zeros.end - SAME * abs(zeros.end) for run in course.runs):
            return
        ends = ", ".join(f"{run.end:.3g}" for run in course.runs)
        custom = evidence.facts.recipe.custom_train_step
        yield Finding(
            self.code,
            self.name,
            Cause.CUSTOM_CODE if custom else Cause.ARCHITECTURE,
            "The loss comes no lower than it does with all inputs zero",
            Severity.WARNING,
            0.25,
            evidence=(
                Statement(
                    f"the user's own runs end at a loss of {ends}; with all inputs zero one ends at {zeros.end:.3g} after "
                    f"{zeros.steps:,} steps",
                    Controls.name,
                    {"without_inputs": zeros.end},
                    (zeros.trial, *(run.trial for run in course.runs)),
                ),
            ),
        )
