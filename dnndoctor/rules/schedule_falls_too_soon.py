"""A learning-rate schedule that takes the rate away before the model has learnt."""

import statistics
from collections.abc import Iterable

from dnndoctor.evidence.facts import CallbackFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.other_schedules import OtherSchedules, Schedules
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, screening, severity, statement
from dnndoctor.experiments.rate_evidence import where
from dnndoctor.experiments.schedule_evidence import fall, falls_early, lowers, plateau_callbacks, rates, right_mode
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

USUAL_PATIENCE = 10
"""Keras' own for `ReduceLROnPlateau`."""


class ScheduleFallsTooSoon(Rule):
    """The learning rate falls away before the model has learnt.

    What was looked at:
        The rate over your course, by what you configured or, where it hangs on a metric, as it was in your own runs: from when on
        it stays at a tenth and at a hundredth of its largest. Then your recipe at a constant rate, with the schedule's intervals
        four times as long, and at a constant rate with one drop in the last third; the best of them was run again against your
        own recipe on seeds that were not used for the choice. A schedule too long for the plan is compressed into it; that it
        then does as well speaks for it, that it does worse is only noted.

    Why it matters:
        Once the rate is gone the weights stand still, however many epochs follow. The curve looks like a model that has reached
        its limit, and a higher rate only moves the point at which it stops.

    What to do:
        Keep the rate, or give the schedule longer intervals: it should be high while the loss still falls, and drop near the end.
        A decay counted in steps goes by optimizer steps, not epochs. `ReduceLROnPlateau` needs patience beyond the noise of
        its metric, and the mode that fits it: "max" for an accuracy.

    When it is not a fault:
        Your own run learns; many variants win a short race then. Warm-up, a cosine over the whole course and steps by ten at a
        half and at three quarters of it leave the model its rate for long enough.

    References:
        K. He et al., "Deep residual learning for image recognition" (2016), section 4.2, for usual steps.
        I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), for the cosine.
        R. Ge et al., "The step decay schedule: a near optimal, geometrically decaying learning rate procedure" (2019).
    """

    code = "DD407"
    name = "schedule-falls-too-soon"
    causes = (Cause.LR_SCHEDULE,)
    covers = ("H8",)
    needs = (OtherSchedules,)
    rung = OtherSchedules.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        schedules = evidence.of(OtherSchedules)
        assert schedules is not None  # in `needs`
        if not schedules.names:
            return
        duel = schedules.race.won
        if duel is not None:
            # A compressed schedule has fewer steps at every rate; a usual one that loses under these is no news.
            if schedules.decisive or falls_early(schedules):
                yield self._finding(evidence, schedules, duel)
        elif schedules.race.ahead is None:
            compressed = "" if schedules.decisive else f", all of it in {schedules.compressed:.0%} of its steps"
            yield RuledOut(
                Cause.LR_SCHEDULE,
                f"neither a constant rate nor a longer schedule does better than {' and '.join(schedules.names)}{compressed}",
            )

    def _finding(self, evidence: Evidence, schedules: Schedules, duel: Duel) -> Finding:
        early = schedules.decisive and falls_early(schedules)
        weight = severity(evidence, duel) if early else Severity.NOTE
        watched = plateau_callbacks(evidence.facts)
        return Finding(
            self.code,
            self.name,
            Cause.LR_SCHEDULE,
            _title(schedules, duel, early=early),
            weight,
            _confidence(schedules, duel, wrong=any(map(right_mode, watched))) if weight is not Severity.NOTE else 0.1,
            where=where(evidence.facts) if any(each.schedule for each in evidence.facts.recipe.optimizers) else (),
            evidence=(
                *(_wrong_mode(callback) for callback in watched if right_mode(callback)),
                statement(duel, OtherSchedules.name),
                rates(schedules),
                *(_watching(callback) for callback in watched),
                *([] if schedules.decisive else [_compressed(schedules)]),
                screening(schedules.race, OtherSchedules.name),
                *(sickness.as_evidence() for sickness in (sicknesses(evidence) if weight is not Severity.NOTE else ())),
            ),
            remedies=(
                *([remedy(duel, OtherSchedules.name, evidence.facts, _equals(schedules, duel))] if schedules.decisive else []),
                *(_mended(callback) for callback in watched),
            ),
        )


def _title(schedules: Schedules, duel: Duel, *, early: bool) -> str:
    names, (own, other) = " and ".join(schedules.names), ends(duel)
    effect = f"{duel.variant.name}: {duel.measure} {own} -> {other}"
    if not schedules.decisive:
        return f"{names} may lower the learning rate too fast, {fall(schedules)} ({effect}, compressed)"
    if not early:
        return f"Another course of the learning rate than {names} does better ({effect})"
    return f"{lowers(schedules)} the learning rate too soon, {fall(schedules)} ({effect})"


def _confidence(schedules: Schedules, duel: Duel, *, wrong: bool) -> float:
    """Higher for a large gain, a rate that is gone early and a mode that is plainly wrong; lower where much stays unexplained."""
    gone = schedules.hundredth is not None and schedules.hundredth < 0.5
    sure = 0.7 + 0.1 * (duel.gain >= 0.5) + 0.05 * gone + 0.1 * wrong
    return round(sure - 0.2 * (statistics.fmean(duel.other) < 0.3), 2)


def _equals(schedules: Schedules, duel: Duel) -> str:
    """Which other variants did as well in the screening, as a caveat; empty where none did."""
    best = schedules.race.best.mean
    names = [
        entry.variant.name
        for entry in schedules.race.entries
        if entry.mean >= best - duel.noise and entry.variant.name != duel.variant.name
    ]
    return f"as good in the screening: {', '.join(names)}" if names else ""


def _compressed(schedules: Schedules) -> Statement:
    text = (
        f"the whole schedule was compressed into {schedules.compressed:.0%} of its steps, all that the budget allows, on both "
        "sides; whether it starves the whole course is not shown"
    )
    return Statement(text, OtherSchedules.name, {"compressed": schedules.compressed})


def _setting(callback: CallbackFacts, name: str) -> str:
    value = callback.settings.get(name)
    return f"{value:g}" if isinstance(value, float) else f"{value}"


def _wrong_mode(callback: CallbackFacts) -> Statement:
    monitor, mode = _setting(callback, "monitor"), _setting(callback, "mode")
    better = "higher" if mode == "min" else "lower"
    text = (
        f'{callback.kind} watches {monitor} in mode "{mode}", though {better} is better: while the model learns it sees no '
        f"improvement, and multiplies the rate by {_setting(callback, 'factor')} every {_setting(callback, 'patience')} epochs"
    )
    return Statement(text, "facts", {"monitor": monitor, "mode": mode})


def _watching(callback: CallbackFacts) -> Statement:
    names = ("mode", "factor", "patience", "min_delta", "min_lr")
    settings = ", ".join(f"{name} {_setting(callback, name)}" for name in names if callback.settings.get(name) is not None)
    return Statement(f"{callback.kind} monitors {_setting(callback, 'monitor')} ({settings})", "facts")


def _mended(callback: CallbackFacts) -> Remedy:
    """The callback as it should be written: in the right mode, or with more patience."""
    facts_of = {name: callback.settings.get(name) for name in ("monitor", "mode", "factor", "patience")}
    right = right_mode(callback)
    if right:
        facts_of["mode"] = right
        title = f'Watch {_setting(callback, "monitor")} in mode "{right}"'
    else:
        patience = callback.settings.get("patience")
        facts_of["patience"] = max(USUAL_PATIENCE, 2 * patience) if isinstance(patience, int) else USUAL_PATIENCE
        title = f"Or give {callback.kind} a patience of {facts_of['patience']}"
    written = ", ".join(
        f'{name}="{value}"' if isinstance(value, str) else f"{name}={value:g}"
        for name, value in facts_of.items()
        if value is not None and (name, value) != ("mode", "auto")
    )
    # What lowers the rate in the wrong mode lowers it while all is well: in the right one it would keep the rate.
    edits, note = ((Edit("constant_rate"),), "tried at a constant rate") if right else ((), "")
    return Remedy(title, edits, f"keras.callbacks.{callback.kind}({written})", note=note)
