"""Hidden weights that all start at the same value."""

import math
from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_gradients import first_gradients
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule


class ConstantInitializer(Rule):
    """All weights of a hidden layer start at the same value.

    What was looked at:
        The initial kernels of all trainable layers before the output; where the first steps were run, whether the
        gradient of any layer is exactly zero at every one of them, with two seeds.

    Why it matters:
        Zeros in front of a relu answer zero for every input, and where a relu answers zero its slope is zero: no gradient
        ever reaches that layer, nor the ones before it, while the layers behind see nothing but zeros. With any other
        constant all units of the layer compute the same.

    What to do:
        Leave out the initializer (the default is Glorot's), or choose `he_normal` in front of relu. Zeros are for biases.

    When it is not a fault:
        The last layer of a residual branch or of an adapter, and the output itself, may start at zero: their own gradient
        is not zero, and the layers before them get theirs from the second step on. That is why three steps are looked at.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 8.4 (breaking symmetry). H. Zhang, Y.
        Dauphin, T. Ma, "Fixup initialization" (2019), for zeros that are meant.
    """

    code = "DD301"
    name = "constant-initializer"
    causes = (Cause.INITIALIZER,)
    covers = ("H5", "start: symmetric weights")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        heads = {output.layer for output in facts.outputs}
        weighted = [layer for layer in facts.layers if kernels(layer)]
        hidden = [layer for layer in weighted if layer.path not in heads and layer is not weighted[-1]]
        constant = [layer for layer in hidden if layer.kind != "Embedding" and _is_constant(layer)]
        if not constant:
            return
        start = first_gradients(evidence)
        if start is not None and any(layer.path in start.dead for layer in constant):
            dead = start.dead
            text = (
                f"the gradient is exactly zero at all of {start.steps} steps with {start.seeds} seeds in "
                f"{len(dead)} of {len(start.norms)} layers: {', '.join(dead[:4])}{', ...' * (len(dead) > 4)}"
            )
            values = {"dead": float(len(dead)), "layers": float(len(start.norms))}
            measured = Statement(text, start.rung, values, start.trials)
            # Measured on the real arrays, and by theory for ever; little else explains both.
            yield self._finding(constant, f": {len(dead)} layers get no gradient at all", Severity.ERROR, 0.93, measured)
            return
        alike = [layer for layer in constant if (layer.units or 1) > 1 and kernels(layer)[0].mean != 0]
        if len(alike) == len(hidden):
            # The layer behind has different weights for each unit and breaks the symmetry slowly, unless all of them are alike.
            yield self._finding(alike, ", so its units start alike", Severity.WARNING, 0.5)
        elif alike or start is None:
            yield self._finding(alike or constant, ", so its units start alike", Severity.NOTE, 0.2)

    def _finding(
        self, layers: list[LayerFacts], ending: str, severity: Severity, confidence: float, *measured: Statement
    ) -> Finding:
        first = layers[0]
        kernel = kernels(first)[0]
        several = f" and {len(layers) - 1} more" if len(layers) > 1 else ""
        written = (
            f"{kernel.name} of {first.path}: all {kernel.shape} values are {kernel.mean:g} (initializer {kernel.initializer})"
        )
        return Finding(
            self.code,
            self.name,
            Cause.INITIALIZER,
            f"All weights of {first.path}{several} start at {kernel.mean:g}{ending}",
            severity,
            confidence,
            tuple(Where(layer.path, layer.place) for layer in layers),
            (*measured, Statement(written, "facts", {"value": kernel.mean})),
            (
                Remedy(
                    "Draw the initial weights at random, scaled by the layer's inputs",
                    (Edit("variance_scaled_init"),),
                    patch=f'keras.layers.{first.kind}({first.units or "..."}, kernel_initializer="glorot_uniform")',
                ),
            ),
        )


def _is_constant(layer: LayerFacts) -> bool:
    """Whether every kernel holds one value many times; a single weight is constant whatever drew it."""
    return all(math.prod(weight.shape) > 1 and weight.minimum == weight.maximum for weight in kernels(layer))
