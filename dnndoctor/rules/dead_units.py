"""Rectified units that no row turns on."""

from collections.abc import Iterable

from dnndoctor.edits.hidden_activation import activation_edits
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import explanation, measured, seeds_of, too_fast, weighting, where
from dnndoctor.experiments.starting_point import ActivationStart, StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule

MOST = 0.9
"""Share of a layer's units from which hardly anything passes it. Of 146 healthy models the worst had a half: a first
1x1 convolution of twelve filters on grey values, where the sign of a filter's one weight decides for all rows."""

MANY = 0.6
"""Share that is worth a note; half of the units are off by the luck of the draw where all inputs lean one way."""

FEW_ROWS = 32
"""Rows below which a unit may be off in all of them and well: one that is on in 5 % of all rows is off in 32 of them one time in
five."""


class DeadUnits(Rule):
    """Units behind a rectifier are off in every row.

    What was looked at:
        Every relu of the untrained model, unit by unit, over a batch of rows and all positions, with two seeds; and the same
        after the first steps. A unit counts as dead where it is zero everywhere, with each seed: sparse is not dead.

    Why it matters:
        Where a rectifier is off its slope is zero, so what no row turns on gets no gradient and stays as it is. A layer in
        which all units are dead passes nothing on, and nothing before it learns.

    What to do:
        Let biases start at zero and draw weights around zero; bring inputs to order one. Where units die in the first steps,
        lower the learning rate. `leaky_relu` keeps a slope.

    When it is not a fault:
        Some dead units in wide layers are usual, up to a half of them on inputs that are all positive, and are a note at most. So
        is everything where your own run learns well. Zeros of single rows mean nothing at all.

    References:
        L. Lu et al., "Dying ReLU and initialization: theory and numerical examples" (2019).
    """

    code = "DD304"
    name = "dead-units"
    causes = (Cause.INITIALIZER, Cause.INPUT_SCALE, Cause.LEARNING_RATE_HIGH, Cause.HIDDEN_ACTIVATION)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: dead units",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        rectifiers = [each for each in point.activations if each.activation in ("relu", "relu6") and each.units > 1]
        if point.rows < FEW_ROWS or not rectifiers:
            return
        if any(each.dead == each.units and _starts_constant(evidence, each) for each in rectifiers):
            return  # another rule judges weights that all start at one value, and what lies behind is dead because of them
        born = [each for each in rectifiers if each.dead >= MANY * each.units]
        died = [each for each in rectifiers if each.dead < MANY * each.units and each.dead_later >= MOST * each.units]
        if born:
            yield self._born(evidence, point, born)
        elif died:
            yield self._died(evidence, point, died)

    def _born(self, evidence: Evidence, point: StartingPoint, dead: list[ActivationStart]) -> Finding:
        worst = max(dead, key=lambda each: each.dead / each.units)
        blocked = worst.dead == worst.units
        if blocked:  # what lies behind is dead because of it
            worst = next(each for each in dead if each.dead == each.units)
        facts = evidence.facts
        why = explanation(facts, worst.path)
        severe = worst.dead >= MOST * worst.units and not learns_well(evidence)
        decisive = blocked and point.constant_outputs
        # A layer that passes nothing on at all leaves no doubt, and its weights or inputs seldom any about why.
        confidence = (0.85 if why is not None else 0.5) if decisive else (0.55 if why is not None else 0.3) if severe else 0.1
        severity = Severity.ERROR if decisive else Severity.WARNING if severe else Severity.NOTE
        text = f"in {worst.path} {worst.dead} of {worst.units} units are zero in all rows ({seeds_of(point)})"
        evidence_of = [measured(point, text, dead=float(worst.dead), units=float(worst.units))]
        if why is not None:
            evidence_of.append(measured(point, why.text))
        if decisive:
            evidence_of.append(measured(point, "the outputs are the same for all rows, before the first steps and after them"))
        return Finding(
            self.code,
            self.name,
            why.cause if why is not None else Cause.INITIALIZER,
            f"{'All' if blocked else f'{worst.dead} of {worst.units}'} units of {worst.path} are off for every input"
            + (f": {why.text}" if why is not None else ""),
            severity,
            confidence if not learns_well(evidence) else 0.1,
            where(facts, worst.path, *(each.path for each in dead)),
            tuple(evidence_of),
            (why.remedy,)
            if why is not None
            else (
                Remedy(
                    "Use an activation that keeps a slope",
                    activation_edits(facts, "leaky_relu", [each.path for each in dead]),
                    'activation="leaky_relu"',
                ),
            ),
        )

    def _died(self, evidence: Evidence, point: StartingPoint, died: list[ActivationStart]) -> Finding:
        worst = max(died, key=lambda each: each.dead_later / each.units)
        facts = evidence.facts
        text = (
            f"in {worst.path} {worst.dead} of {worst.units} units are zero in every row before the first step, and "
            f"{worst.dead_later} after {point.steps} steps ({seeds_of(point)})"
        )
        why = too_fast(facts, point)
        lower = f"learning_rate={point.rates[0] / 10:.0e}" if point.rates else ""
        well = learns_well(evidence)
        return Finding(
            self.code,
            self.name,
            why.cause if why is not None else Cause.LEARNING_RATE_HIGH,
            f"{worst.dead_later} of {worst.units} units of {worst.path} die in the first {point.steps} steps"
            + (f": {why.text}" if why is not None else ""),
            Severity.NOTE if well else Severity.ERROR if sicknesses(evidence) else Severity.WARNING,
            0.1 if well else 0.65,
            where(facts, *(each.path for each in died)),
            (
                measured(point, text, dead=float(worst.dead), later=float(worst.dead_later), units=float(worst.units)),
                *((measured(point, why.text),) if why is not None else ()),
            ),
            (
                *((why.remedy,) if why is not None else ()),
                Remedy("Lower the learning rate ten times", (Edit("learning_rate", {"factor": 0.1}),), patch=lower),
            ),
        )


def _starts_constant(evidence: Evidence, each: ActivationStart) -> bool:
    """Whether it works on weights that all start at one value, which another rule judges."""
    layer = weighting(evidence.facts, each.path)
    return layer is not None and all(kernel.minimum == kernel.maximum for kernel in kernels(layer))
