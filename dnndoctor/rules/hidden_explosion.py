"""Signals that explode, hidden by batch norm or by clipping."""

from collections.abc import Iterable

from dnndoctor.evidence.weight_scale import FAR, orders_off
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.rescaled_signals import RescaledSignalsExperiment
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.signal_evidence import (
    CORE_NAMES,
    confirmation,
    finding,
    hide,
    leading,
    together,
    unmasked_statement,
    way_there,
)
from dnndoctor.experiments.signals import Part
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut
from dnndoctor.rules import Rule


class HiddenExplosion(Rule):
    """The initial weights or the inputs make signals explode, and batch norm or clipping hides it.

    What was looked at:
        A handful of samples that your model could not memorise, again with batch normalisation (and gradient clipping)
        off: the first loss, the first NaN. Then the same with weights re-drawn by variance scaling, with inputs scaled,
        and with both. What memorised with the fewest changes was run again on other seeds, and on all rows.

    Why it matters:
        Batch normalisation divides every layer's output by its own size, so that weights five times too wide, or inputs
        over eight orders of magnitude, no longer show in the loss. What it cannot mend is that small differences between
        inputs are gone, and that each update of such wide weights turns them by next to nothing. Clipping the gradient
        keeps the loss finite in the same way. The curve looks better, and the model still does not learn.

    What to do:
        Draw the weights by variance scaling (`he_normal` in front of relu, Keras' default otherwise), bring the inputs
        to order one, and only then decide whether batch normalisation is needed. Where it stalls near the end, go on at
        a tenth of the rate.

    When it is not a fault:
        Many deep models that are well explode without batch normalisation, which they are built around. That alone is
        never reported: your own run must be sick, and the change must cure it.

    References:
        K. He et al., "Delving deep into rectifiers" (2015). S. Ioffe, C. Szegedy, "Batch normalization" (2015). G. Yang
        et al., "A mean field theory of batch normalization" (2019), on the gradients that explode behind it.
    """

    code = "DD302"
    name = "hidden-explosion"
    causes = (Cause.INITIALIZER, Cause.INPUT_SCALE)
    covers = ("D5", "H5")
    needs = (RescaledSignalsExperiment,)
    rung = RescaledSignalsExperiment.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        signals = evidence.of(RescaledSignalsExperiment)
        assert signals is not None  # in `needs`
        lead, bare, established = leading(evidence.facts, signals), signals.hidden, sicknesses(evidence)
        if lead is None or bare is None or not established or not signals.confirmed:
            return
        nonfinite = bare.nonfinite_step is not None
        shown = f"NaN at step {bare.nonfinite_step:,}" if nonfinite else f"a first loss of {bare.run.start:.2g}"
        title = (
            f"{CORE_NAMES[lead]} make{'s' * (lead is Part.INPUTS)} signals explode{together(signals, lead)}; "
            f"{hide(bare.change.parts)} it"
        )
        first = [unmasked_statement(signals, bare), confirmation(signals)]
        if (stages := way_there(signals)) is not None:
            first.insert(1, stages)
        first += [sickness.as_evidence() for sickness in established]
        # Measured to be out of scale, an explosion that ends with it, and a cure on fresh seeds leave little doubt.
        measured = lead is Part.INPUTS or orders_off(evidence.facts) >= FAR
        yield finding(
            evidence,
            signals,
            lead,
            self.code,
            self.name,
            f"{title[0].upper()}{title[1:]} ({shown} without {'them' if len(bare.change.parts) > 1 else 'it'})",
            0.95 if measured else 0.7,
            first,
        )
