"""A convolutional net on images that never lowers the resolution."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.topology import Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

DEEP = 3
"""Convolutions from which it is said: three of 3 x 3 see seven by seven pixels, a small part of an image."""

LARGE = 16
"""Side of what is flattened, in pixels, from which it is said: smaller images are seen whole by a few convolutions."""


class NoPooling(Rule):
    """Convolutions on images without any pooling or stride, flattened at full resolution into a dense layer.

    What was looked at:
        The forward pass, traced as a graph: every Flatten that a dense layer follows, the convolutions before it, and whether any
        step on the way lowers the resolution.

    Why it matters:
        Convolutions move with the image, but a dense layer on flattened pixels has other weights for each place: what was
        learnt at one place is not known at the next. Pooling and strides let small shifts, and a little rotation and scale, go
        unnoticed, and save most of the dense layer's weights.

    What to do:
        A `MaxPooling2D(2)` or a stride of 2 after every one or two convolutions, and `GlobalAveragePooling2D` in the place of
        Flatten.

    When it is not a fault:
        Where the place is what counts (boards, maps, spectra with fixed axes), and in models that give an image again. A note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 9.3. M. Lin, Q. Chen, S. Yan, "Network in network"
        (2014), section 3.2.
    """

    code = "DD118"
    name = "no-pooling"
    causes = (Cause.TRANSLATION_SENSITIVITY,)
    covers = ("H10",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        for step in range(len(topology.calls)):
            flatten = topology.layer(step)
            weighted = [topology.layer(met.step) for met in topology.ahead(step, topology.passes)]
            if (
                flatten is None
                or flatten.kind != "Flatten"
                or not any(layer is not None and layer.kind == "Dense" for layer in weighted)
            ):
                continue
            before = topology.sources(step)
            convolutions = topology.layers(number for number in sorted(before) if _is_convolution(topology.layer(number)))
            known = all(topology.role(number) is not Role.OTHER for number in before)
            if len(convolutions) >= DEEP and known and not any(_shrinks(topology, number) for number in before):
                side = _side(convolutions[-1])
                if side >= LARGE:
                    yield self._finding(flatten, convolutions, side)
                    return

    def _finding(self, flatten: LayerFacts, convolutions: tuple[LayerFacts, ...], side: int) -> Finding:
        text = f"{len(convolutions)} convolutions with stride 1, no pooling; {flatten.path} turns {side} pixels a side into a row"
        return Finding(
            self.code,
            self.name,
            Cause.TRANSLATION_SENSITIVITY,
            f"No pooling or stride in {len(convolutions)} convolutions before {flatten.path}",
            Severity.NOTE,
            0.1,  # whether shifts matter here is not measured
            (Where(flatten.path, flatten.place), *(Where(layer.path, layer.place) for layer in convolutions)),
            (Statement(text, "facts", {"convolutions": float(len(convolutions)), "side": float(side)}),),
            (Remedy("Pool after every one or two convolutions", patch="keras.layers.MaxPooling2D(2)"),),
        )


def _is_convolution(layer: LayerFacts | None) -> bool:
    return layer is not None and layer.kind in ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")


def _shrinks(topology: Topology, step: int) -> bool:
    layer = topology.layer(step)
    if layer is None:
        return topology.calls[step].operation in ("Mean", "Max", "MaxPool", "AvgPool")
    strides = str(layer.settings.get("strides", 1)).strip("()").split(", ")
    return "Pooling" in layer.kind or layer.kind == "Resizing" or any(stride not in ("1", "") for stride in strides)


def _side(layer: LayerFacts) -> int:
    """The shorter side of what a convolution gives, in pixels; 0 where it is not known."""
    sides = (
        (layer.output_shape or ())[:2]
        if layer.settings.get("data_format") != "channels_first"
        else (layer.output_shape or ())[1:]
    )
    return min((side or 0 for side in sides), default=0)
