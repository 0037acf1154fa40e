"""Callbacks that take the worst for the best."""

from collections.abc import Iterable

from dnndoctor.edits.constant_rate import PLATEAU
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.monitors import Monitor, better_direction, is_logged, monitors
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.saving import Saving, saving_trials
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import recipe_where


class MonitorInWrongDirection(Rule):
    """A callback is told that smaller is better of a value that should grow, or the other way round.

    What was looked at:
        `mode` and `monitor` of `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint(save_best_only=True)`, against the
        better side that Keras knows of the metric of that name; and whether your own runs were stopped by such a callback.

    Why it matters:
        `EarlyStopping(monitor="val_accuracy", mode="min")` takes each epoch that gets better for one that got worse: it ends
        the training after `patience` epochs and, if asked to, restores the weights of the worst one. A checkpoint keeps the
        worst model, and the rate is lowered while all goes well.

    What to do:
        Leave `mode` out, so that Keras finds the side by the metric, or set it right.

    When it is not a fault:
        A metric of your own that goes by the name of one of Keras'. Nothing is said where Keras does not know the side.

    References:
        The Keras API reference of `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint`, argument `mode`.
    """

    code = "DD465"
    name = "monitor-in-wrong-direction"
    causes = (Cause.CHECKPOINT, Cause.EPOCHS, Cause.LR_SCHEDULE)
    needs = (Saving,)
    rung = Saving.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Saving)
        assert seen is not None  # among the needs
        for monitor in monitors(evidence.facts):
            better = better_direction(monitor.metric, seen.directions)
            reversed_mode = better is not None and monitor.mode in ("min", "max") and monitor.mode != better
            if better is not None and reversed_mode and is_logged(monitor.monitor, evidence.facts, seen):
                yield self._finding(monitor, better, evidence)

    def _finding(self, monitor: Monitor, better: str, evidence: Evidence) -> Finding:
        kind = monitor.callback.kind
        lowers = kind == PLATEAU  # in the right mode it would keep the rate while all is well
        side = "larger" if better == "max" else "smaller"
        course = evidence.of(OwnRecipe)
        stopped = [run for run in course.runs if run.stopped_by == kind] if course is not None else []
        decisive = bool(stopped and sicknesses(evidence))
        statements = [
            Statement(
                f"`{monitor.monitor}` is better when {side}, and the callback looks for the {monitor.mode}imum",
                Saving.name,
                {"mode": monitor.mode, "better": better},
                saving_trials(evidence),
            )
        ]
        if stopped:
            statements.append(
                Statement(
                    f"{len(stopped)} of your {len(course.runs) if course else 0} own runs were stopped by it, after "
                    f"{stopped[0].steps:,} steps",
                    OwnRecipe.name,
                    {"steps": float(stopped[0].steps)},
                    tuple(run.trial for run in stopped),
                )
            )
        return Finding(
            self.code,
            self.name,
            monitor.cause,
            f'{kind} follows `{monitor.monitor}` with mode="{monitor.mode}": {monitor.if_reversed}',
            Severity.ERROR if decisive else Severity.WARNING,
            0.8 if decisive else 0.5,  # stopped for getting better, a run has no chance; a checkpoint alone harms no training
            where=(Where(place=monitor.callback.place),) if monitor.callback.place else recipe_where(evidence.facts, "callbacks"),
            evidence=tuple(statements),
            remedies=(
                Remedy(
                    "Turn the direction round",
                    (Edit("constant_rate"),) if lowers else (),
                    f'{kind}(monitor="{monitor.monitor}", mode="{better}", ...)',
                    note="tried at a constant rate" if lowers else "",
                ),
            ),
        )
