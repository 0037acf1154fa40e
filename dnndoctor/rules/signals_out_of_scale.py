"""Signals that grow or fade from layer to layer at the start."""

from collections.abc import Iterable

from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.layers import AFFINE, activation_after
from dnndoctor.evidence.trial import Edit
from dnndoctor.evidence.weight_scale import FAR, orders_off, out_of_scale
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.start_evidence import measured, where
from dnndoctor.experiments.starting_point import DepthSlope, StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity
from dnndoctor.rules import Rule

POOR_START = 3.0
"""Loss at the start over the best constant predictor's that outputs out of scale give; of sound weights it is 1 to 2."""


class SignalsOutOfScale(Rule):
    """From layer to layer the untrained model's signals, or their gradients, grow or fade by orders of magnitude.

    What was looked at:
        The size of what the hidden layers of the most common kind give, and of their kernels' gradients per weight, over
        depth: a straight line through the logarithms, its standard error from the scatter of the layers and of two seeds.
        What the initial weights' spread should be for the number of inputs, and is.

    Why it matters:
        A layer multiplies its signal by the spread of its weights times the root of its inputs. Five times too much over ten
        layers makes ten million, five times too little leaves a ten-millionth; the loss starts out of bounds, or outputs
        and gradients are next to nothing, and no one rate suits all layers.

    What to do:
        Leave out the initializer for Keras' default, or choose `he_normal` in front of relu; normalise between layers; add skip
        connections to very deep stacks.

    When it is not a fault:
        Residual models grow slowly by design, and optimizers that divide by the gradient's size make up for much. Without weights
        that are measured to be out of scale, and wherever your own run learns well, this is a note.

    References:
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010). K. He et
        al., "Delving deep into rectifiers" (2015). B. Hanin, "Which neural net architectures give rise to exploding and
        vanishing gradients?" (2018).
    """

    code = "DD305"
    name = "signals-out-of-scale"
    causes = (Cause.INITIALIZER, Cause.HIDDEN_ACTIVATION, Cause.ARCHITECTURE)
    needs = (StartExperiment,)
    rung = StartExperiment.name
    covers = ("start: activations", "start: gradients", "H5")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        point = evidence.of(StartExperiment)
        assert point is not None  # in `needs`
        slopes = {"activation": point.activation_slope, "gradient": point.gradient_slope}
        steep = {what: line for what, line in slopes.items() if line is not None and line.steep}
        if steep:
            yield self._finding(evidence, point, steep)
        elif all(line is not None for line in slopes.values()) and orders_off(evidence.facts) < FAR:
            activation = point.activation_slope
            assert activation is not None  # just seen
            yield RuledOut(
                Cause.INITIALIZER,
                f"signals keep their size over depth ({activation.per_layer:+.2f} ± {activation.error:.2f} orders a layer)",
            )

    def _finding(self, evidence: Evidence, point: StartingPoint, steep: dict[str, DepthSlope]) -> Finding:
        facts = evidence.facts
        outside = out_of_scale(facts)
        measured_off = orders_off(facts) >= FAR
        well = learns_well(evidence)
        what, line = next(iter(steep.items()))
        title = _sentence(what, line)
        cause = Cause.INITIALIZER if measured_off else Cause.HIDDEN_ACTIVATION if _saturates(evidence) else Cause.ARCHITECTURE
        statements = [
            measured(point, _sentence(each, slope), per_layer=slope.per_layer, error=slope.error, span=slope.span)
            for each, slope in steep.items()
        ]
        if outside:
            worst = outside[0]
            text = (
                f"the weights of {worst.layer.path} have {worst.ratio:.2g} times the standard deviation that {worst.fan_in:,} "
                f"inputs ask for; so off are {len(outside)} layers"
            )
            statements.append(measured(point, text, ratio=worst.ratio))
        ratio = point.start_ratio
        if ratio is not None and ratio >= POOR_START:
            statements.append(measured(point, f"the loss starts at {ratio:.3g} times the best constant predictor's", ratio=ratio))
        paths = [scale.layer.path for scale in outside] if measured_off else [line.first, line.last]
        return Finding(
            self.code,
            self.name,
            cause,
            title[0].upper() + title[1:] + (f": weights {outside[0].ratio:.2g} times as wide as asked" if measured_off else ""),
            Severity.WARNING if measured_off and not well else Severity.NOTE,
            # Seen in the weights and in the signals; whether an optimizer makes up for it only a run can tell.
            0.1 if well else 0.75 if measured_off else 0.25,
            where(facts, *paths),
            tuple(statements),
            (
                Remedy(
                    "Draw the initial weights by variance scaling",
                    (Edit("variance_scaled_init"),),
                    patch='kernel_initializer="he_normal"  # in front of relu; leave it out elsewhere',
                ),
            ),
        )


def _sentence(what: str, line: DepthSlope) -> str:
    ends = f"{line.first} to {line.last}"
    rate = f"({line.per_layer:+.2f} ± {line.error:.2f} a layer)"
    if what == "activation":
        way = "grow" if line.span > 0 else "fade"
        return f"signals {way} by {abs(line.span):.1f} orders of magnitude from {ends} {rate}"
    # On the way back, the other sign.
    way = "fades" if line.span > 0 else "grows"
    return f"the gradient {way} by {abs(line.span):.1f} orders of magnitude from {line.last} back to {line.first} {rate}"


def _saturates(evidence: Evidence) -> bool:
    layers = evidence.facts.layers
    affine = [place for place, layer in enumerate(layers) if layer.kind in AFFINE][:-1]
    return any(activation_after(layers, place) in SATURATING_ACTIVATIONS for place in affine)
