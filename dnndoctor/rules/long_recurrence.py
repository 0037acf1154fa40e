"""Recurrence over very many steps."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.topology import Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

LONG = {"GRU": 500, "LSTM": 500, "SimpleRNN": 50}
"""Steps from which a recurrent layer hardly learns what lies at the other end. Plain recurrence loses it within some tens of
steps (Bengio et al. 1994); gates carry it over some hundreds."""


class LongRecurrence(Rule):
    """A recurrent layer runs over more steps than it can remember.

    What was looked at:
        The forward pass, traced as a graph: recurrent layers, and the length of the sequences that come to them.

    Why it matters:
        The gradient passes the same matrix once a step. Over hundreds of steps it vanishes or explodes, so that what lies far
        back is not learnt, and every step has to wait for the one before, which makes training slow.

    What to do:
        Shorten the sequences (windows, strided or pooled convolutions before the recurrence), or use dilated convolutions or
        attention.

    When it is not a fault:
        Where only the last steps matter. It is a note unless the model is seen to fail.

    References:
        Y. Bengio, P. Simard, P. Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994). S.
        Hochreiter, J. Schmidhuber, "Long short-term memory" (1997).
    """

    code = "DD127"
    name = "long-recurrence"
    causes = (Cause.ARCHITECTURE,)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        topology = Topology(evidence.facts)
        found: dict[str, tuple[LayerFacts, int]] = {}
        for step, call in enumerate(topology.calls):
            layer = _recurrent(evidence, call.layer)
            length = _length(evidence, topology, step)
            if layer is not None and length is not None and length > LONG[layer.kind]:
                found[layer.path] = (layer, length)
        if not found:
            return
        layers = [layer for layer, _ in found.values()]
        longest = max(length for _, length in found.values())
        sick = bool(sicknesses(evidence))
        yield Finding(
            self.code,
            self.name,
            Cause.ARCHITECTURE,
            f"{layers[0].kind} over {longest:,} steps",
            Severity.WARNING if sick else Severity.NOTE,
            0.25 if sick else 0.1,  # plain to see, and whether the far end matters is not
            tuple(Where(layer.path, layer.place) for layer in layers),
            tuple(
                Statement(f"{layer.path} ({layer.kind}) runs over {length:,} steps", "facts", {"steps": float(length)})
                for layer, length in found.values()
            ),
            (
                Remedy(
                    "Shorten the sequence before the recurrence", patch="keras.layers.Conv1D(64, 5, strides=4, activation='relu')"
                ),
            ),
        )


def _recurrent(evidence: Evidence, path: str | None) -> LayerFacts | None:
    """The recurrent layer of that path, or the one inside it (`Bidirectional`)."""
    if path is None:
        return None
    inside = (layer for layer in evidence.facts.layers if layer.path == path or layer.path.startswith(f"{path}/"))
    return next((layer for layer in inside if layer.kind in LONG and layer.built_in), None)


def _length(evidence: Evidence, topology: Topology, step: int) -> int | None:
    """Steps of the sequences that come to a layer; None where they are not known."""
    lengths: list[int | None] = []
    for maker in topology.takes[step]:
        layer = topology.layer(maker)
        if layer is not None:
            lengths.append((layer.output_shape or (None,))[0])
        elif len(evidence.facts.data.inputs) == 1 and maker == 0:
            lengths.append((evidence.facts.data.inputs[0].shape or (None,))[0])
    known = [length for length in lengths if length is not None]
    return max(known, default=None)
