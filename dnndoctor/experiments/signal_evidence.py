"""What rescaled signals show, as statements and remedies for the rules that judge it."""

import math
import statistics
from collections.abc import Iterator, Sequence

from dnndoctor.edits import patch, sentence
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.input_scale import is_long_tailed
from dnndoctor.evidence.weight_scale import FAR, orders_off, out_of_scale
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatchExperiment
from dnndoctor.experiments.input_scalings import unscaled
from dnndoctor.experiments.memory import mostly_memorised
from dnndoctor.experiments.profile import profile, signs
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.signals import CORE, MASKS, Change, Part, RescaledSignals, SignalRun, as_good
from dnndoctor.experiments.without_batch_norm import WithoutBatchNorm
from dnndoctor.finding import Cause, Finding, Remedy, Severity, Statement, Where

RUNG = RescaledSignalsExperiment.name

MASK_NAMES = {Part.BATCH_NORM: "batch normalisation", Part.CLIPPING: "gradient clipping"}
CORE_NAMES = {Part.INITIALIZER: "the initial weights", Part.INPUTS: "the inputs' range"}
CAUSES = {Part.INITIALIZER: Cause.INITIALIZER, Part.INPUTS: Cause.INPUT_SCALE}


def leading(facts: Facts, signals: RescaledSignals) -> Part | None:
    """Which of weights and inputs is named first: the one that the winner changes, of both the one measured to be out of scale.

    Args:
        facts: Of the subject.
        signals: With a winner.

    Returns:
        None where the winner changes neither.
    """
    core = signals.winner.core if signals.winner is not None else ()
    if len(core) == len(CORE):
        return Part.INITIALIZER if orders_off(facts) >= FAR else Part.INPUTS
    return core[0] if core else None


def named(signals: RescaledSignals) -> tuple[Part, ...]:
    """What the winner, or a change of as few parts that does as well, makes of weights and inputs; in the order of `Part`."""
    if signals.winner is None or not signals.winner.core:
        return ()
    changed = {part for change in (signals.winner, *(run.change for run in signals.equivalents)) for part in change.core}
    return tuple(part for part in CORE if part in changed)


def together(signals: RescaledSignals, lead: Part) -> str:
    """The other one of weights and inputs as the end of a title, empty where it has no part in it."""
    others = [part for part in named(signals) if part is not lead]
    if not others:
        return ""
    joint = signals.winner is not None and others[0] in signals.winner.core and lead in signals.winner.core
    return f", together with {CORE_NAMES[others[0]]}" if joint else f" ({CORE_NAMES[others[0]]} would do instead)"


def masks_named(masks: Sequence[Part]) -> str:
    """What hides an explosion, in a sentence."""
    return " and ".join(MASK_NAMES[mask] for mask in masks if mask in MASKS)


def hide(masks: Sequence[Part]) -> str:
    """What hides an explosion, with its verb ("batch normalisation hides")."""
    return f"{masks_named(masks)} hide{'s' * (len(masks) == 1)}"


def learnt(signals: RescaledSignals) -> str:
    """What became of the handful on fresh seeds with the winner, as a clause; it is confirmed where most come far, too."""
    assert signals.confirmation is not None  # asked of confirmed winners only
    if mostly_memorised(signals.confirmation.runs):
        return f"{signals.rows} samples are memorised"
    way = statistics.fmean(_reached(signals))
    return f"{way:.0%} of the way to memorising {signals.rows} samples is gone instead of {max(0.0, signals.given.reached):.0%}"


def fate(run: SignalRun) -> str:
    """First loss and end of a run: "3.9e28 -> NaN at step 2"."""
    end = f"NaN at step {run.nonfinite_step:,}" if run.nonfinite_step is not None else f"{run.run.end:.3g}"
    return f"{run.run.start:.3g} -> {end}"


def unmasked_statement(signals: RescaledSignals, run: SignalRun) -> Statement:
    """What becomes of the model as given once nothing hides its signals."""
    parts = run.change.parts
    text = (
        f"{hide(parts)} it: without {'them' if len(parts) > 1 else 'it'} the loss on {signals.rows} samples begins at "
        f"{run.run.start:.3g} instead of {signals.given.run.start:.3g}"
    )
    if run.nonfinite_step is not None:
        text += f" and is NaN at step {run.nonfinite_step:,}"
    values = {"first_loss": run.run.start, "first_loss_as_given": signals.given.run.start}
    if run.nonfinite_step is not None:
        values["nonfinite_step"] = float(run.nonfinite_step)
    return Statement(text[0].upper() + text[1:], RUNG, values, (run.run.trial, signals.given.run.trial))


def way_there(signals: RescaledSignals) -> Statement | None:
    """All stages on one sample in one sentence; None where they were not run."""
    if len(signals.stages) < 2:
        return None
    text = "; ".join(f"{run.change.short} {fate(run)}" for run in signals.stages)
    values: dict[str, float] = {}
    for run in signals.stages:
        values[f"{run.change.short}: first loss"] = run.run.start
        values[f"{run.change.short}: end"] = math.nan if run.nonfinite_step is not None else run.run.end
    return Statement(f"loss on one sample: {text}", RUNG, values, tuple(run.run.trial for run in signals.stages))


def variants(signals: RescaledSignals) -> tuple[Statement, ...]:
    """Every variant on the handful of samples, the model as given first."""
    return tuple(
        Statement(
            f"{signals.rows} samples, {run.change.name}: loss {fate(run)}" + (", memorised" if run.run.memorised else ""),
            RUNG,
            {"first_loss": run.run.start, "end": run.run.end, "progress": run.run.progress, "curve": run.run.curve},
            (run.run.trial,),
        )
        for run in signals.runs
    )


def race_of_scalings(signals: RescaledSignals) -> tuple[Statement, ...]:
    """How the ways of scaling the inputs did on all rows, as one statement; empty where there was no choice."""
    if not signals.heats:
        return ()
    first = signals.heats[0]
    told = (
        f"{heat.scaling.name} {heat.reached:.2f}"
        + (f" ({heat.scaling.saturated:.0%} saturated)" if heat.scaling.saturated is not None else "")
        for heat in signals.heats
    )
    values = {heat.scaling.name: heat.reached for heat in signals.heats}
    values |= {
        f"{heat.scaling.name}: saturated": heat.scaling.saturated for heat in signals.heats if heat.scaling.saturated is not None
    }
    text = f"inputs on all rows, {first.measure} after {first.steps:,} steps on one seed: {'; '.join(told)}"
    return (Statement(text, RUNG, values, tuple(heat.trial for heat in signals.heats)),)


def confirmation(signals: RescaledSignals) -> Statement:
    """What the winner does on fresh seeds."""
    assert signals.winner is not None  # asked of confirmed winners only
    assert signals.confirmation is not None  # the same
    runs = signals.confirmation.runs
    done = sum(run.memorised for run in runs)
    after = statistics.fmean(_reached(signals))
    text = (
        f"{signals.winner.name}: {signals.rows} samples are memorised on {done} of {len(runs)} fresh seeds "
        f"({max(0.0, signals.given.reached):.2f} -> {after:.2f} of the way)"
    )
    trials = tuple(run.trial for run in runs)
    whole = signals.confirmation
    if whole.gain is not None:
        own, other = statistics.fmean(whole.own), statistics.fmean(whole.other)
        text += f"; on all rows {whole.measure} {own:.2f} -> {other:.2f} after {whole.steps:,} steps"
        trials += whole.trials
    return Statement(text, RUNG, {"before": signals.given.reached, "after": after}, trials)


def weights_statement(facts: Facts) -> Statement | None:
    """The initial weights that are farthest out of scale; None where all are in scale."""
    outside = out_of_scale(facts)
    if not outside:
        return None
    worst = outside[0]
    several = f"; {len(outside)} layers are out of scale" if len(outside) > 1 else ""
    text = (
        f"the weights of {worst.layer.path} have a standard deviation of {worst.std:.3g} where {worst.fan_in:,} inputs a unit "
        f"ask for {worst.asked:.3g} (x{worst.ratio:.2g}){several}"
    )
    return Statement(text, "facts", {"std": worst.std, "asked": worst.asked, "orders": orders_off(facts)})


def inputs_statement(facts: Facts) -> Statement | None:
    """The range of the input that is farthest out of scale; None where all are in scale."""
    arrays = unscaled(facts)
    if not arrays:
        return None
    array = max(arrays, key=lambda each: math.hypot(each.mean, each.std))
    tail = ", most of them far below the largest" if is_long_tailed(array) else ""
    text = f"{array.name} runs from {array.minimum:.3g} to {array.maximum:.3g}, standard deviation {array.std:.3g}{tail}"
    return Statement(text, "facts", {"minimum": array.minimum, "maximum": array.maximum, "std": array.std})


def given_over_depth(evidence: Evidence) -> tuple[Statement, ...]:
    """What shows over depth in the first step of the model as given; empty for an even profile."""
    start = evidence.of(FirstBatchExperiment)
    outcome = evidence.outcomes.get(start.trials[0]) if start is not None and start.trials else None
    seen = profile(evidence.facts, outcome.layers) if outcome is not None else None
    if outcome is None or seen is None:
        return ()
    values = {"gradient": seen.gradient, "activation": seen.activation}
    return tuple(
        Statement(f"first step: {sign.text}", FirstBatchExperiment.name, values, (outcome.trial.id,)) for sign in signs(seen)
    )


def bare_over_depth(evidence: Evidence) -> tuple[Statement, ...]:
    """What shows over depth without batch norm; no fault by itself, as many deep nets are built around it."""
    corners = evidence.of(WithoutBatchNorm)
    corner = corners.of(single=False, batch_norm=False) if corners is not None else None
    if corner is None or corner.first is None:
        return ()
    texts = [sign.text for sign in signs(corner.first)]
    if corner.nonfinite_step is not None:
        texts.append(f"NaN or infinite at step {corner.nonfinite_step:,}, first in the {corner.nonfinite_where}")
    values = {"gradient": corner.first.gradient, "activation": corner.first.activation}
    return tuple(
        Statement(f"without batch norm, on all rows: {text}", WithoutBatchNorm.name, values, (corner.trial,)) for text in texts
    )


def remedies(facts: Facts, signals: RescaledSignals) -> tuple[Remedy, ...]:
    """The winner as a remedy that was tried, and what does as well."""
    assert signals.winner is not None  # asked of confirmed winners only
    first = _remedy(
        facts,
        signals.winner,
        verified=True,
        before=max(0.0, signals.given.reached),
        after=statistics.fmean(_reached(signals)),
        effect=confirmation(signals).text,
        seeds=tuple(run.seed for run in signals.confirmation.runs) if signals.confirmation is not None else (),
        note="shown on a handful of samples" if _not_on_all_rows(signals) else "",
    )
    others = (
        _remedy(facts, run.change, note=f"does as well on {signals.rows} samples, on one seed") for run in signals.equivalents
    )
    return (first, *_other_scalings(facts, signals), *others)


def _other_scalings(facts: Facts, signals: RescaledSignals) -> Iterator[Remedy]:
    """The winner with the inputs scaled in another way that came as far in their race."""
    assert signals.winner is not None  # asked of confirmed winners only
    if Part.INPUTS not in signals.winner.parts:
        return
    for heat in as_good(signals.heats):
        if heat.scaling != signals.winner.scaling:
            note = f"as far on all rows after {heat.steps:,} steps, on one seed ({heat.measure} {heat.reached:.2f})"
            yield _remedy(facts, Change(signals.winner.parts, heat.scaling), note=note)


def finding(
    evidence: Evidence,
    signals: RescaledSignals,
    lead: Part,
    code: str,
    name: str,
    title: str,
    confidence: float,
    first: Sequence[Statement],
) -> Finding:
    """A finding about the size of signals.

    Args:
        evidence: That was judged.
        signals: With a confirmed winner.
        lead: What is named as the cause.
        code: Of the rule.
        name: Of the rule.
        title: See `Finding`.
        confidence: Where the remedy helps on all rows, too, or was not tried there.
        first: The most telling statements.
    """
    facts = evidence.facts
    helps = not _not_on_all_rows(signals) or signals.confirmation is None or signals.confirmation.gain is None
    layers = [scale.layer for scale in out_of_scale(facts)] if lead is Part.INITIALIZER else []
    both = (weights_statement(facts), inputs_statement(facts))
    measured = [each for each in (both if lead is Part.INITIALIZER else both[::-1]) if each is not None]
    return Finding(
        code,
        name,
        CAUSES[lead],
        title,
        Severity.ERROR if helps else Severity.WARNING,
        confidence if helps else confidence - 0.25,
        tuple(Where(layer.path, layer.place) for layer in layers),
        (
            *first,
            *measured,
            *given_over_depth(evidence),
            *bare_over_depth(evidence),
            *race_of_scalings(signals),
            *variants(signals),
        ),
        remedies(facts, signals),
    )


def _not_on_all_rows(signals: RescaledSignals) -> bool:
    """Whether it was not seen to help on all rows."""
    whole = signals.confirmation
    return whole is None or whole.gain is None or whole.gain <= whole.noise


def _reached(signals: RescaledSignals) -> tuple[float, ...]:
    runs = signals.confirmation.runs if signals.confirmation is not None else ()
    return tuple(run.progress if run.skill is None else run.skill for run in runs)


def _remedy(
    facts: Facts,
    change: Change,
    *,
    verified: bool = False,
    before: float | None = None,
    after: float | None = None,
    effect: str = "",
    seeds: tuple[int, ...] = (),
    note: str = "",
) -> Remedy:
    title = sentence(change.edits, facts)
    return Remedy(
        title[0].upper() + title[1:], change.edits, patch(change.edits, facts), verified, before, after, effect, seeds, note
    )
