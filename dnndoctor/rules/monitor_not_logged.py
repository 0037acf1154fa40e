"""Callbacks that wait for a value that never comes."""

from collections.abc import Iterable

from dnndoctor.evidence.seen.saving import SavingSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.monitors import Monitor, better_direction, is_logged, monitors
from dnndoctor.experiments.saving import Saving, saving_trials
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import recipe_where


class MonitorNotLogged(Rule):
    """A callback monitors a value that training does not log, or that Keras cannot tell the better side of.

    What was looked at:
        The names in the logs of a training step of your model, those of validation where there is validation data, and
        what `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint(save_best_only=True)` of your recipe monitor.

    Why it matters:
        Keras only warns, once an epoch, among much else. Training is then never stopped, the rate never lowered, and every
        epoch is kept as the best. In the mode `auto`, a name that is not the loss and that no metric with a known better
        side has makes the callback raise at the end of the first epoch.

    What to do:
        Monitor a name that is logged: `val_loss` needs validation data, and `metrics=["accuracy"]` is logged as `accuracy`,
        not as `acc`. Give `mode` where the metric is a function of your own.

    When it is not a fault:
        A value that a callback of your own puts into the logs; where there is one, nothing is said. Validation data that
        only your own script passes to `fit` is not seen here.

    References:
        The Keras API reference of `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint`, argument `monitor`.
    """

    code = "DD464"
    name = "monitor-not-logged"
    causes = (Cause.CHECKPOINT, Cause.EPOCHS, Cause.LR_SCHEDULE)
    needs = (Saving,)
    rung = Saving.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        seen = evidence.of(Saving)
        assert seen is not None  # among the needs
        if not seen.logged:
            return
        for monitor in monitors(evidence.facts):
            missing = not is_logged(monitor.monitor, evidence.facts, seen)
            # Keras takes the loss alone for better when smaller; parts of it, one an output, it knows as metrics.
            undirected = monitor.mode == "auto" and monitor.metric != "loss" and monitor.metric not in seen.directions
            if missing or (undirected and better_direction(monitor.metric, seen.directions) is None):
                yield self._finding(monitor, seen, evidence, missing=missing, raises=undirected)

    def _finding(self, monitor: Monitor, seen: SavingSeen, evidence: Evidence, *, missing: bool, raises: bool) -> Finding:
        kind = monitor.callback.kind
        what = "is never logged" if missing else "is a metric whose better side Keras does not know"
        then = "it raises at the end of the first epoch" if raises else monitor.if_missing
        known = [name for name in seen.logged if not raises or better_direction(name.removeprefix("val_"), seen.directions)]
        instead = next((name for name in known if name.startswith("val_") == monitor.monitor.startswith("val_")), "loss")
        return Finding(
            self.code,
            self.name,
            monitor.cause,
            f"{kind} monitors `{monitor.monitor}`, which {what}: {then}",
            Severity.WARNING,
            0.4,  # certain as a slip; whether it is what went wrong is another question
            where=(Where(place=monitor.callback.place),) if monitor.callback.place else recipe_where(evidence.facts, "callbacks"),
            evidence=(
                Statement(
                    f"logged are {', '.join(seen.logged)}", Saving.name, {"monitor": monitor.monitor}, saving_trials(evidence)
                ),
            ),
            remedies=(
                Remedy("Monitor what is logged", patch=f'{kind}(monitor="{instead}", ...)')
                if missing
                else Remedy("Say which side is better", patch=f'{kind}(monitor="{monitor.monitor}", mode="max", ...)'),
            ),
        )
