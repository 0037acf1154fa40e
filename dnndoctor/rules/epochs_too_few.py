"""A recipe that stops on the way."""

import statistics
from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.own_recipe import OwnCourse, OwnRecipe, reached
from dnndoctor.experiments.sickness import SicknessKind, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class EpochsTooFew(Rule):
    """The recipe ends while the loss still falls, and far from where more epochs lead.

    What was looked at:
        Your whole recipe on several seeds: the slope of the logarithm of the loss over its last third against the scatter
        around it. Where it falls clearly and much is left to learn, up to four times the epochs were run on other seeds.

    Why it matters:
        A model that was stopped on the way looks like one that cannot learn, and is often rebuilt for no reason.

    What to do:
        Train for more epochs and stop by validation (`EarlyStopping`), or raise the rate if the report says that this
        reaches the same sooner.

    When it is not a fault:
        Most healthy runs still fall a little when they end. Only a long way to go, measured by the longer run, is a fault.

    References:
        L. Prechelt, "Early stopping - but when?" (1998).
    """

    code = "DD404"
    name = "epochs-too-few"
    causes = (Cause.EPOCHS,)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        falling = next((sickness for sickness in sicknesses(evidence) if sickness.kind is SicknessKind.STILL_FALLING), None)
        if falling is not None:
            yield self._finding(evidence, course, falling.as_evidence())
        elif course.whole and not course.exploded and not course.clearly_falling:
            why = f"the loss does not clearly fall any more when the {course.epochs_asked:,} epochs end"
            yield RuledOut(Cause.EPOCHS, why)

    def _finding(self, evidence: Evidence, course: OwnCourse, falling: Statement) -> Finding:
        own = course.skills or tuple(run.progress for run in course.runs)
        later = reached(course.longer, held_out=course.held_out) or tuple(run.progress for run in course.longer)
        times = course.longer[0].steps / statistics.fmean(run.steps for run in course.runs)
        epochs = round(course.epochs_asked * times)
        response = evidence.of(LearningRateSweep)
        rate_too_low = response is not None and response.recommended > 1 and bool(response.comparisons)
        return Finding(
            self.code,
            self.name,
            Cause.EPOCHS,
            f"{course.epochs_asked:,} epochs ({course.runs[0].steps:,} steps) are too few: the loss still falls "
            f"{-statistics.fmean(run.falling for run in course.runs):.1%} an epoch when they end",
            Severity.ERROR,
            # More steps make up for a rate that is too low: where a higher one does it in the same steps, epochs are the
            # equivalent.
            0.4 if rate_too_low else 0.75,
            evidence=(
                falling,
                Statement(
                    "the user's own run and the longer one",
                    OwnRecipe.name,
                    {"curve": course.runs[0].curve, "longer_curve": course.longer[0].curve},
                    (course.runs[0].trial, course.longer[0].trial),
                ),
            ),
            remedies=(
                Remedy(
                    f"Train for {epochs:,} epochs instead of {course.epochs_asked:,}",
                    patch=f"model.fit(..., epochs={epochs})",
                    verified=min(later) > max(own),
                    before=statistics.fmean(own),
                    after=statistics.fmean(later),
                    effect=falling.text,
                    seeds=tuple(run.seed for run in course.longer),
                    note="a higher learning rate gets there in the same steps" if rate_too_low else "",
                ),
            ),
        )
