"""Inputs out of scale whose scaling was seen to cure."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.signal_evidence import confirmation, finding, leading, learnt, together
from dnndoctor.experiments.signals import Part
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut
from dnndoctor.rules import Rule


class InputsOutOfScale(Rule):
    """The inputs are out of scale, and scaled inputs cure it.

    What was looked at:
        A handful of samples that your model could not memorise, again with inputs standardised and, where they span many
        orders of magnitude, squashed by a tanh or replaced by their logarithm first; the best of these on other seeds
        and on all rows.

    Why it matters:
        Initializers and default rates are made for inputs of order one. Larger ones make the first layer's outputs and
        gradients larger by the same factor, and the curvature by its square; a common offset, or a few huge values, hide
        the differences that the model should learn from.

    What to do:
        Scale the inputs as the remedy does, with the training data's statistics, and the validation and test data by the
        same numbers.

    When it is not a fault:
        Nothing is reported where your own run learns with the inputs as they are, nor for ids that are looked up.

    References:
        Y. LeCun et al., "Efficient backprop" (1998), section 4.3.
    """

    code = "DD021"
    name = "inputs-out-of-scale"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H6", "H7")
    needs = (RescaledSignalsExperiment,)
    rung = RescaledSignalsExperiment.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        signals = evidence.of(RescaledSignalsExperiment)
        assert signals is not None  # in `needs`
        established = sicknesses(evidence)
        lead = leading(evidence.facts, signals)
        if lead is not Part.INPUTS or signals.hidden is not None or not signals.confirmed or not established:
            return
        assert signals.winner is not None  # it leads
        assert signals.winner.scaling is not None  # the same
        yield finding(
            evidence,
            signals,
            Part.INPUTS,
            self.code,
            self.name,
            f"The inputs are out of scale{together(signals, lead)}: with inputs {signals.winner.scaling.name}, {learnt(signals)}",
            # Measured to be out of scale and cured; another rate cures some of these as well.
            0.85,
            [confirmation(signals), *(sickness.as_evidence() for sickness in established)],
        )
