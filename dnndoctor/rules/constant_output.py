"""Outputs that are the same for every row, and the layer where the rows' differences end."""

from collections.abc import Iterable

from dnndoctor.edits.hidden_activation import activation_edits
from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import Explanation, explanation, measured, seeds_of, upstream, weighting, where
from dnndoctor.experiments.starting_point import LayerSignal, StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule

PLAINLY = 1e-2
"""Difference between rows, as a share of their size, that ends at one layer and not little by little over many."""

MOST = 0.9
"""Share of values at a flat end from which a saturated activation is what makes rows alike."""


class ConstantOutput(Rule):
    """The model gives every row the same answer, and goes on doing so after the first steps.

    What was looked at:
        How far the outputs of a batch differ from row to row, with two seeds, before the first step and after a few; layer by
        layer, where the rows still differ in what goes in and no longer in what comes out.

    Why it matters:
        What no longer depends on the inputs cannot be trained to. The model learns the mean of the targets at best.

    What to do:
        Look at the layer that is named: a rectifier that is off for all rows, weights that are all zero, a normalisation over
        an axis of one value, a softmax over a single unit, an operation that drops what differs.

    When it is not a fault:
        An output that starts at zero weights answers every row alike until the first step; it is looked at again behind a few.

    References:
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), on layers
        that pass nothing on.
    """

    code = "DD516"
    name = "constant-output"
    causes = (Cause.ARCHITECTURE, Cause.HIDDEN_ACTIVATION, Cause.INITIALIZER, Cause.INPUT_SCALE, Cause.OUTPUT_ACTIVATION)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: constant output",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        facts = evidence.facts
        varies = any(signal.received > 0 for signal in point.signals)
        if not point.constant_outputs or not varies or not any(point.rates or (1.0,)) or _still_zero(facts, point):
            return
        yield self._finding(facts, point, next((signal for signal in point.signals if signal.dies), None))

    def _finding(self, facts: Facts, point: StartingPoint, end: LayerSignal | None) -> Finding:
        text = f"all rows get the same answer before the first step and after {point.steps} ({seeds_of(point)})"
        statements = [measured(point, text)]
        if end is not None:
            died = f"rows differ by {end.received:.2g} of their size in what {end.path} is given, and not at all in what it gives"
            statements.append(measured(point, died, received=end.received, varies=end.varies))
        # Where layers before the end get no gradient at all, no number of steps brings the differences back.
        lasting = end is not None and end.received >= PLAINLY and bool(point.dead_layers)
        why = _why(facts, point, end)
        if why.text:
            statements.append(measured(point, why.text))
        return Finding(
            self.code,
            self.name,
            why.cause,
            "Every row gets the same answer" + (f": what tells them apart ends in {end.path}" if end is not None else ""),
            Severity.ERROR if lasting else Severity.WARNING,
            0.6 if lasting else 0.4,
            where(facts, end.path) if end is not None else (),
            tuple(statements),
            (why.remedy,),
        )


def _why(facts: Facts, point: StartingPoint, end: LayerSignal | None) -> Explanation:
    """The cause, a sentence where there is one to say, and what to do."""
    if end is None:
        return Explanation(Cause.ARCHITECTURE, "", Remedy("Look for the layer whose output is the same for all rows"))
    layer = facts.layer(end.path)
    fading = point.activation_slope
    if end.units == 1 and layer is not None and layer.activation == "softmax":
        one = "a softmax over one unit is always 1"
        named = next((output.name for output in facts.outputs if output.layer == end.path), None)
        edits = () if named is None else (Edit("output_activation", {"output": named, "activation": "sigmoid"}),)
        return Explanation(Cause.OUTPUT_ACTIVATION, one, Remedy("Use sigmoid for one unit", edits, 'activation="sigmoid"'))
    if (why := explanation(facts, end.path)) is not None:
        return why
    drawn = Remedy("Draw the initial weights by variance scaling", (Edit("variance_scaled_init"),))
    weighted = weighting(facts, end.path)
    if weighted is not None and all(kernel.minimum == kernel.maximum for kernel in kernels(weighted)):
        return Explanation(Cause.INITIALIZER, f"all weights of {weighted.path} start at {kernels(weighted)[0].mean:g}", drawn)
    if fading is not None and fading.steep and fading.span < 0:
        text = f"signals fade by {-fading.span:.1f} orders of magnitude from {fading.first} to {fading.last}"
        return Explanation(Cause.INITIALIZER, text, drawn)
    if end.received < PLAINLY and layer is not None and layer.activation in SATURATING_ACTIVATIONS:
        text = f"rows differ less from layer to layer, by {end.received:.1g} where it ends"
        ends = {output.layer for output in facts.outputs}
        bounded = [one.path for one in facts.layers if one.activation in SATURATING_ACTIVATIONS and one.path not in ends]
        fix = Remedy("Use relu in hidden layers", activation_edits(facts, "relu", bounded), 'activation="relu"')
        return Explanation(Cause.HIDDEN_ACTIVATION, text, fix)
    at_an_end = any(each.path == end.path and each.flat_share >= MOST for each in point.activations)
    if at_an_end and (why := upstream(facts)) is not None:
        return why
    return Explanation(Cause.ARCHITECTURE, "", Remedy(f"Let {end.path} pass on what tells the rows apart"))


def _still_zero(facts: Facts, point: StartingPoint) -> bool:
    """Whether an output starts from zero weights that get a gradient, so that a rate that is still small holds it back."""
    outputs = {output.layer for output in facts.outputs}
    return any(one.layer in outputs and one.rms == 0 and one.reached and one.units for one in point.variables)
