"""Recurrent layers with an activation that has no bound."""

from collections.abc import Iterable

from dnndoctor.edits.hidden_activation import activation_edits
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import SicknessKind, has, sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

UNBOUNDED = frozenset({"elu", "exponential", "gelu", "leaky_relu", "linear", "mish", "relu", "selu", "silu", "softplus"})
RECURRENT = frozenset({"ConvLSTM1D", "ConvLSTM2D", "GRU", "LSTM", "SimpleRNN"})


class RectifiedRecurrence(Rule):
    """A recurrent layer has relu, or another activation without a bound, in the place of tanh.

    What was looked at:
        The activation of every recurrent layer.

    Why it matters:
        What a recurrent layer gives is what it takes at the next step. Tanh keeps that within 1; without a bound a matrix that
        makes it a little larger does so at every step, and the values, or the gradients, explode over long sequences. The fast
        kernels for GPUs work with tanh alone.

    What to do:
        Leave the activation of LSTM and GRU at its default.

    When it is not a fault:
        Short sequences and well scaled inputs, where it trains as well: a note, unless your own run becomes NaN or is seen to
        fail.

    References:
        S. Hochreiter, J. Schmidhuber, "Long short-term memory" (1997). Q. Le, N. Jaitly, G. Hinton, "A simple way to initialize
        recurrent networks of rectified linear units" (2015), on what it takes to make relu work. Keras API, LSTM.
    """

    code = "DD128"
    name = "rectified-recurrence"
    causes = (Cause.HIDDEN_ACTIVATION,)
    covers = ("H2",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layers = [layer for layer in evidence.facts.layers if layer.kind in RECURRENT and layer.activation in UNBOUNDED]
        if not layers:
            return
        exploded, sick = has(evidence, SicknessKind.NON_FINITE), bool(sicknesses(evidence))
        first = layers[0]
        yield Finding(
            self.code,
            self.name,
            Cause.HIDDEN_ACTIVATION,
            f"{first.activation} in the recurrence of {first.path}, where nothing bounds what grows",
            Severity.WARNING if sick else Severity.NOTE,
            0.5 if exploded else 0.3 if sick else 0.1,  # it explains an explosion well, and other failures less
            tuple(Where(layer.path, layer.place) for layer in layers),
            tuple(Statement(f"{layer.path} ({layer.kind}) has activation {layer.activation}", "facts") for layer in layers[:3]),
            (
                Remedy(
                    "Leave the activation at tanh",
                    activation_edits(evidence.facts, "tanh", [layer.path for layer in layers]),
                    f"keras.layers.{first.kind}({first.units or '...'})",
                ),
            ),
        )
