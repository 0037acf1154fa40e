"""NaN or infinity in the course of the user's own run."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.own_course import OwnCourse
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.rate_response import RatePoint
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement
from dnndoctor.rules import Rule


class NonFiniteTraining(Rule):
    """The run becomes NaN or infinite, although data and first batch are finite.

    What was looked at:
        Every step of your own recipe on several seeds, with XLA off so that a NaN is seen where it arises: the first step
        at which the loss, a gradient, an activation or a weight is not finite. Data and first batch are looked at by
        other rules, and this one says nothing where they are at fault. The same model was run at lower rates.

    Why it matters:
        From that step on every weight is NaN and the rest of the run is lost.

    What to do:
        If lower rates stay finite, take one. If none does, look for a logarithm, a division or a root in a loss or layer
        of your own whose argument can reach zero, and at the initial values.

    When it is not a fault:
        Mixed precision with loss scaling skips single steps that overflow, by design; these are not counted, because the
        weights stay finite. A run that is broken off by `TerminateOnNaN` is one.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 4.1, on overflow and underflow.
        Keras API, TerminateOnNaN.
    """

    code = "DD512"
    name = "non-finite-training"
    causes = (Cause.LEARNING_RATE_HIGH, Cause.LOSS_FUNCTION, Cause.INITIALIZER)
    covers = ("D4",)
    needs = (OwnRecipe,)
    rung = OwnRecipe.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        course = evidence.of(OwnRecipe)
        assert course is not None  # in `needs`
        if course.exploded and not _elsewhere(evidence):
            yield self._finding(evidence, course)

    def _finding(self, evidence: Evidence, course: OwnCourse) -> Finding:
        bad = [run for run in course.runs if run.nonfinite_step is not None]
        first = min(bad, key=lambda run: run.nonfinite_step or 0)
        stable, unstable = _lower_rates(evidence)
        statements = [
            Statement(
                f"{len(bad)} of {len(course.runs)} runs become NaN or infinite, first in the {first.nonfinite_where} at step "
                f"{first.nonfinite_step:,}",
                OwnRecipe.name,
                {"step": float(first.nonfinite_step or 0), "where": first.nonfinite_where, "curve": first.curve},
                tuple(run.trial for run in bad),
            )
        ]
        own_losses = [output.loss.name for output in evidence.facts.outputs if output.loss and not output.loss.built_in]
        if stable:
            point = max(stable, key=lambda point: point.factor)
            statements.append(
                Statement(
                    f"at x{point.factor:g} of the rate and below all runs stay finite",
                    LearningRateSweep.name,
                    {"factor": point.factor},
                    point.trials,
                )
            )
            cause, confidence = Cause.LEARNING_RATE_HIGH, 0.6
        else:
            if unstable:
                lowest = min(unstable, key=lambda point: point.factor)
                text = f"no rate down to x{lowest.factor:g} stays finite, so it is not the rate"
                statements.append(Statement(text, LearningRateSweep.name, {"factor": lowest.factor}, lowest.trials))
            cause, confidence = (Cause.LOSS_FUNCTION, 0.5) if own_losses else (Cause.INITIALIZER, 0.25)
            if own_losses:
                statements.append(Statement(f"the loss {own_losses[0]} is the user's own", "facts"))
        return Finding(
            self.code,
            self.name,
            cause,
            f"The run becomes NaN or infinite at step {first.nonfinite_step:,}",
            Severity.ERROR,
            confidence,
            evidence=tuple(statements),
        )


def _elsewhere(evidence: Evidence) -> bool:
    """Whether data or first batch are at fault already."""
    data = evidence.facts.data
    arrays = (*data.inputs, *(target.array for target in data.targets))
    start = evidence.of(FirstBatchExperiment)
    # A NaN that a first update causes is training's; one that is there before it is not.
    early = start is not None and any(nonfinite.step == 0 and nonfinite.where != "weights" for nonfinite in start.nonfinite)
    return early or any(array.nan_count or array.inf_count for array in arrays)


def _lower_rates(evidence: Evidence) -> tuple[list[RatePoint], list[RatePoint]]:
    """The rates below the user's own that stay finite, and those that do not."""
    response = evidence.of(LearningRateSweep)
    lower = [point for point in response.points if point.factor < 1] if response is not None else []
    return [point for point in lower if point.exploded == 0], [point for point in lower if point.exploded > 0]
