"""Padding that a recurrent layer reads as if it were data."""

from collections.abc import Iterable

from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule
from dnndoctor.where import data_where

NOTABLE, MOST = 0.3, 0.6
"""Mean share of the steps. From 0.6 on the last state lies more steps behind the data than the data are long."""

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})
"""Layers whose last state has seen the padding last. A `Bidirectional` layer reads the other way, too."""


class UnmaskedPadding(Rule):
    """Sequences are mostly padding, and a recurrent layer ends on it.

    What was looked at:
        The share of steps that are zeros at the beginning and at the end of the sequences, rows that are nothing else,
        and whether an `Embedding` with `mask_zero` or a `Masking` layer tells the recurrent layers so.

    Why it matters:
        A recurrent layer that gives its last state has seen hundreds of zeros since the last word. What it knew of the
        sentence has faded, and the gradient on the way back fades over the same steps.

    What to do:
        `keras.layers.Embedding(..., mask_zero=True)`, or a `Masking` layer in front; or pad at the beginning; or shorten
        the sequences to the length that most have.

    When it is not a fault:
        Pooling over all steps, convolutions and attention bear unmasked padding better; then, and with padding at the
        beginning, this is a note. Zeros that are values.

    References:
        Keras guide, "Understanding masking & padding". M. Dwarampudi, N. Reddy, "Effects of padding on LSTMs and CNNs"
        (2019): an LSTM at 50 % with padding behind, 80 % with padding before.
    """

    code = "DD027"
    name = "unmasked-padding"
    causes = (Cause.ARCHITECTURE,)
    covers = ("data: padding",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        masked = any(layer.kind == "Masking" or layer.settings.get("mask_zero") for layer in facts.layers)
        ending = (layer for layer in facts.layers if layer.kind in RECURRENT and not layer.settings.get("return_sequences"))
        last = next(ending, None)
        for padding in facts.data.scan.paddings:
            if max(padding.behind, padding.before) < NOTABLE and padding.empty_rows < NOTABLE:
                continue
            ends_on_it = padding.behind >= MOST and last is not None and not masked and not learns_well(evidence)
            empty = (
                f"; {padding.empty_rows:.1%} of the rows are empty, first row {padding.first_empty}" if padding.empty_rows else ""
            )
            reads = f", and {last.path} ends on it without a mask" if ends_on_it and last is not None else ""
            yield Finding(
                self.code,
                self.name,
                Cause.ARCHITECTURE,
                f"{padding.behind + padding.before:.0%} of the steps of {padding.array} are padding{reads}",
                Severity.WARNING if ends_on_it else Severity.NOTE,
                0.45 if ends_on_it else 0.1,  # an LSTM was measured to fail on it, and to cope with shorter ends
                (Where(last.path, last.place),) if ends_on_it and last is not None else data_where(facts),
                (
                    Statement(
                        f"of {padding.steps} steps of {padding.array}, {padding.behind:.0%} are zeros at the end and "
                        f"{padding.before:.0%} at "
                        f"the beginning, on average{empty}; {'a mask says so' if masked else 'no layer masks them'}",
                        "facts",
                        {"behind": padding.behind, "before": padding.before, "empty_rows": padding.empty_rows},
                    ),
                ),
                (Remedy("Mask the padding", patch="keras.layers.Embedding(..., mask_zero=True)  # or a Masking layer"),),
            )
