"""Initial weights too wide or too narrow for their layers, with nothing that hides it."""

from collections.abc import Iterable

from dnndoctor.evidence.weight_scale import FAR, orders_off, out_of_scale
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.signal_evidence import confirmation, finding, leading, learnt, together
from dnndoctor.experiments.signals import Part, RescaledSignals
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut
from dnndoctor.rules import Rule

NO_HELP = 0.25
"""Skill on a handful that re-drawn weights may gain and still be said not to help: half of what counts as help."""


class InitializerOutOfScale(Rule):
    """The initial weights are out of scale, and weights drawn to scale cure it.

    What was looked at:
        The standard deviation of every hidden kernel against what the number of its inputs asks for; and a handful of
        samples that your model could not memorise, again with all weights re-drawn by variance scaling, then on other
        seeds and on all rows.

    Why it matters:
        A layer multiplies the size of its signal by its weights' standard deviation times the root of its number of
        inputs. Five times too wide over ten layers makes ten million; five times too narrow leaves a ten-millionth.
        Either way the gradients of the first layers are useless, and no rate suits all layers.

    What to do:
        Leave out the initializer, so that Keras' default (Glorot's) is taken, or choose `he_normal` in front of relu and
        its relatives, `lecun_normal` in front of selu.

    When it is not a fault:
        Output layers, gates and the last layer of residual branches may start small on purpose. Nothing is reported
        where your own run learns, whatever the weights look like.

    References:
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
        K. He et al., "Delving deep into rectifiers" (2015).
    """

    code = "DD303"
    name = "initializer-out-of-scale"
    causes = (Cause.INITIALIZER,)
    covers = ("H5",)
    needs = (RescaledSignalsExperiment,)
    rung = RescaledSignalsExperiment.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        signals = evidence.of(RescaledSignalsExperiment)
        assert signals is not None  # in `needs`
        established = sicknesses(evidence)
        lead = leading(evidence.facts, signals)
        if lead is Part.INITIALIZER and signals.hidden is None and signals.confirmed and established:
            outside = out_of_scale(evidence.facts)
            worst = (
                f"too {'wide' if outside[0].ratio > 1 else 'narrow'} (x{outside[0].ratio:.2g} in {outside[0].layer.path})"
                if outside
                else "not to scale"
            )
            yield finding(
                evidence,
                signals,
                Part.INITIALIZER,
                self.code,
                self.name,
                f"The initial weights are {worst}{together(signals, lead)}: drawn by variance scaling, {learnt(signals)}",
                # Far off and cured by the redraw, beside weights in scale that may be cured by the luck of another draw.
                0.9 if orders_off(evidence.facts) >= FAR else 0.5,
                [confirmation(signals), *(sickness.as_evidence() for sickness in established)],
            )
        elif signals.winner is None and (why := _no_help(signals)):
            yield RuledOut(Cause.INITIALIZER, why)


def _no_help(signals: RescaledSignals) -> str:
    run = signals.of(Part.INITIALIZER)
    if run is None or run.run.memorised or run.reached - signals.given.reached > NO_HELP:
        return ""
    return (
        f"with weights re-drawn by variance scaling {signals.rows} samples are not memorised either "
        f"(loss {run.run.start:.3g} -> {run.run.end:.3g})"
    )
