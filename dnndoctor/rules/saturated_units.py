"""Units that stand at the flat ends of their activation from the start."""

from collections.abc import Iterable

from dnndoctor.edits.hidden_activation import activation_edits
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import explanation, measured, seeds_of, upstream, where
from dnndoctor.experiments.starting_point import ActivationStart, StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule

MOST = 0.9
"""Share of flat units, or of a layer's flat values, from which a layer hardly passes a gradient; variance-preserving weights on
inputs of order one leave fewer than one value in a hundred flat."""


class SaturatedUnits(Rule):
    """Sigmoid, tanh or softmax units are saturated before training begins.

    What was looked at:
        Every sigmoid, tanh and relu6 of the untrained model over a batch of rows, with two seeds: the share of values within
        0.01 of a flat end. Of a softmax that gives an output, the share of rows in which one unit takes more than 0.99.

    Why it matters:
        At the ends of these activations the slope is a few hundredths of its largest and falls exponentially from there, so
        the layers before get next to no gradient. An output that is certain before it has seen anything starts with a loss
        many times too high.

    What to do:
        Bring inputs to order one and draw weights by variance scaling; what feeds a sigmoid should be of order one.

    When it is not a fault:
        Gates of recurrent layers and attention are not counted. Where your own run learns well this is a note.

    References:
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), section 3.
        Y. LeCun et al., "Efficient BackProp" (1998), section 4.4.
    """

    code = "DD306"
    name = "saturated-units"
    causes = (Cause.INITIALIZER, Cause.INPUT_SCALE, Cause.HIDDEN_ACTIVATION)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: saturated units",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        outputs = {output.layer for output in evidence.facts.outputs}
        flat = [each for each in point.activations if _is_flat(each, each.path in outputs)]
        if flat:
            yield self._finding(evidence, point, flat)

    def _finding(self, evidence: Evidence, point: StartingPoint, flat: list[ActivationStart]) -> Finding:
        first = flat[0]
        facts = evidence.facts
        why = explanation(facts, first.path) or upstream(facts)
        well = learns_well(evidence)
        rows = "rows" if first.activation == "softmax" else "values"
        text = (
            f"{first.flat_share:.0%} of {first.path}'s {rows} stand at a flat end of its {first.activation} ({seeds_of(point)})"
        )
        # What is out of scale was measured in the weights or the inputs, and its effect here; without it, it is a guess.
        confidence = 0.1 if well else 0.6 if why is not None else 0.3
        return Finding(
            self.code,
            self.name,
            why.cause if why is not None else Cause.HIDDEN_ACTIVATION,
            f"{first.flat_share:.0%} of {first.path}'s {rows} are saturated before training begins"
            + (f": {why.text}" if why is not None else ""),
            Severity.NOTE if well or why is None else Severity.WARNING,
            confidence,
            where(facts, *(each.path for each in flat)),
            (
                measured(point, text, flat_share=first.flat_share, flat=float(first.flat), units=float(first.units)),
                *((measured(point, why.text),) if why is not None else ()),
            ),
            (why.remedy if why is not None else _relu(facts, flat),),
        )


def _relu(facts: Facts, flat: list[ActivationStart]) -> Remedy:
    ends = {output.layer for output in facts.outputs}
    hidden = [each.path for each in flat if each.path not in ends]
    return Remedy("Use relu in hidden layers", activation_edits(facts, "relu", hidden), 'activation="relu"')


def _is_flat(each: ActivationStart, gives_output: bool) -> bool:
    if each.activation == "softmax":  # of one unit it is always 1, which another rule judges
        return gives_output and each.units > 1 and each.flat_share >= MOST
    return each.activation in ("sigmoid", "tanh", "relu6") and each.flat_share >= MOST
