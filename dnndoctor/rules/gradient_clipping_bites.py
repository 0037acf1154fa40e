"""Gradient clipping that shortens the steps of most of the training."""

from collections.abc import Iterable

from dnndoctor.edits import patch
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.clipping_evidence import biting, hidden, hides, share
from dnndoctor.experiments.clipping_off import ClippingOff, Exactness, GradientClip
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, severity, statement
from dnndoctor.experiments.rate_evidence import where
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement
from dnndoctor.rules import Rule

MOST_STEPS = 0.5
"""Share of the steps from which clipping is no guard against rare spikes any more but the rule."""

MOST_CUT = 0.02
"""Share of the norm that is left below which the limit is more likely a slip than a choice: limits in use (0.25 to 10) leave more
of gradients whose norm is up to 10."""

A_FEW = 3
"""Times the median norm at which a limit cuts rare spikes only."""

STANDSTILL = 1e-6
"""Update over weights below which thousands of steps move nothing; 1e-3 is healthy, and float32 resolves 1e-7."""


class GradientClippingBites(Rule):
    """The optimizer clips the gradient in most steps, and the model learns better without.

    What was looked at:
        The norm of the gradient before clipping over the first steps of your own recipe, and the recipe without clipping, at your
        own learning rate and at a tenth of it. With `global_clipnorm` the share of clipped steps is exact; with `clipnorm`,
        which bounds each variable, it is read from the norms of layers; with `clipvalue` a lower bound is all that norms tell.

    Why it matters:
        Clipping is meant for rare spikes. Where it bites all the time it sets the length of each step, whatever the
        rate says, and with a bound for each variable or value the direction as well. A limit far below the usual norm makes
        plain SGD stand still; Adam and its like divide a constant factor out again.

    What to do:
        Leave clipping out, or set the limit to a few times the median norm that the report shows.

    When it is not a fault:
        Your own run learns. Recurrent nets and transformers are often trained with a norm of 1 that bites at first. Where the
        recipe explodes without it, clipping is not the fault but hides one: the rate, the initial weights or the scale of the
        inputs.

    References:
        R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks" (2013), section 3.2.
        J. Zhang et al., "Why gradient clipping accelerates training" (2020).
    """

    code = "DD409"
    name = "gradient-clipping-bites"
    causes = (Cause.GRADIENT_CLIPPING,)
    covers = ("edit: gradient clipping",)
    needs = (ClippingOff,)
    rung = ClippingOff.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        clipping = evidence.of(ClippingOff)
        assert clipping is not None  # in `needs`
        clip, race = clipping.gradient, clipping.without_gradient
        if clip is None:
            return
        established = sicknesses(evidence)
        often = clip.bites > MOST_STEPS or clip.exactness is Exactness.AT_LEAST
        mask = hides(race) if race is not None else None
        duel = race.won if race is not None else None
        if mask is not None and race is not None:
            if established:
                yield self._masked(evidence, clip, hidden(race, mask))
        elif duel is not None and often:
            yield self._finding(evidence, clip, duel)
        elif established and _still(clip):
            yield self._standstill(evidence, clip)
        elif duel is None and (race is not None or not often or not established):
            yield RuledOut(Cause.GRADIENT_CLIPPING, _ruled_out(clip, raced=race is not None, sick=bool(established)))

    def _finding(self, evidence: Evidence, clip: GradientClip, duel: Duel) -> Finding:
        how_bad, (own, other) = severity(evidence, duel), ends(duel)
        slip = clip.kept is not None and clip.kept < MOST_CUT
        return Finding(
            self.code,
            self.name,
            Cause.GRADIENT_CLIPPING,
            f"{clip.setting}={clip.limit:g} shortens {share(clip)} of the steps; {duel.variant.name} {duel.measure} goes from "
            f"{own} to {other}",
            how_bad,
            0.1 if how_bad is Severity.NOTE else round(0.6 + 0.1 * (duel.gain >= 0.5) + 0.15 * slip, 2),
            where=where(evidence.facts),
            evidence=(
                biting(clip),
                statement(duel, ClippingOff.name),
                *(sickness.as_evidence() for sickness in sicknesses(evidence)),
            ),
            remedies=(
                remedy(duel, ClippingOff.name, evidence.facts, f"or a limit of a few times the median norm, {clip.norm:.2g}"),
            ),
        )

    def _standstill(self, evidence: Evidence, clip: GradientClip) -> Finding:
        raised = Edit("gradient_clipping", {"global_clipnorm": float(f"{A_FEW * clip.norm:.1g}")})
        return Finding(
            self.code,
            self.name,
            Cause.GRADIENT_CLIPPING,
            f"{clip.setting}={clip.limit:g} leaves updates of {clip.update_ratio:.1g} of the weights: nothing moves",
            Severity.WARNING,
            0.4,
            where=where(evidence.facts),
            evidence=(biting(clip), *(sickness.as_evidence() for sickness in sicknesses(evidence))),
            remedies=(
                Remedy(
                    f"Raise the limit to a few times the median norm, {clip.norm:.2g}",
                    (raised,),
                    patch((raised,), evidence.facts),
                    note=f"tried at {A_FEW} times that norm",
                ),
            ),
        )

    def _masked(self, evidence: Evidence, clip: GradientClip, what: Statement) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.GRADIENT_CLIPPING,
            f"{clip.setting}={clip.limit:g} holds something down that breaks loose without it",
            Severity.NOTE,
            0.1,
            where=where(evidence.facts),
            evidence=(what, biting(clip)),
        )


def _still(clip: GradientClip) -> bool:
    """Whether updates move nothing that would move something by the part of the gradient that is cut off."""
    return clip.bites > MOST_STEPS and clip.update_ratio < STANDSTILL and clip.update_ratio >= STANDSTILL * (clip.kept or 0.0)


def _ruled_out(clip: GradientClip, *, raced: bool, sick: bool) -> str:
    often = f"{clip.setting}={clip.limit:g} bites in {share(clip)} of the steps"
    if raced:
        return f"{often}, and without it the recipe is not better beyond noise"
    return often if sick else f"{often}, and nothing is established against the user's own run"
