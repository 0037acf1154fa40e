"""Dropout that leaves too little to learn from."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

STRONG = 0.7
"""Rate from which it is pointed at. The published range is 0.2 on inputs to 0.5 in hidden layers; beyond 0.6 accuracy was
seen to fall (Srivastava et al. 2014, section 7.3 and figure 9)."""

MEANT_AS_KEEP = 0.8
"""Rate from which the share to keep was probably meant, 0.8 being the usual one of those who write it that way."""

DROPPING = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"})


class DropoutTooStrong(Rule):
    """Dropout takes away most of the units.

    What was looked at:
        The rate of every dropout layer.

    Why it matters:
        `Dropout(0.8)` drops 80 % and keeps 20 %. A layer of 48 units is left with about ten of them, others in each step;
        several such layers in a row multiply. The training loss stays high, above the validation loss, and training much
        longer helps little. In TensorFlow 1 the argument was the share to keep, so that 0.8 in older code means 0.2 now.

    What to do:
        Rates of 0.1 to 0.5; `Dropout(0.2)` where 0.8 was the share to keep.

    When it is not a fault:
        Very wide layers on little data stand high rates. If your own recipe is seen to learn well, this is a note.

    References:
        N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), section 7.3.
        TensorFlow API, tf.compat.v1.nn.dropout (`keep_prob`).
    """

    code = "DD451"
    name = "dropout-too-strong"
    causes = (Cause.DROPOUT,)
    covers = ("edit: dropout",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layers = evidence.facts.layers
        dropping = [layer for layer in layers if layer.kind in DROPPING and _rate(layer) > 0]
        strong = [layer for layer in dropping if _rate(layer) >= STRONG]
        if not strong:
            inner = any(layer.settings.get("dropout") or layer.settings.get("recurrent_dropout") for layer in layers)
            if not dropping and not inner and all(layer.built_in for layer in layers):
                yield RuledOut(Cause.DROPOUT, "no layer drops anything")
            return
        highest = max(map(_rate, strong))
        well = learns_well(evidence)
        # From the 19 % of real faults that lie in layer properties; a rate that reads like the share to keep, or several such
        # layers, speak for a slip and not for a choice.
        confidence = 0.1 if well else 0.65 if highest >= MEANT_AS_KEEP else 0.45 if len(strong) > 1 else 0.3
        kept = 1 - highest
        yield Finding(
            self.code,
            self.name,
            Cause.DROPOUT,
            f"Dropout takes away {highest:.0%} of the units{f' in each of {len(strong)} layers' if len(strong) > 1 else ''}",
            Severity.NOTE if well else Severity.WARNING,
            confidence,
            tuple(Where(layer.path, layer.place) for layer in strong),
            tuple(
                Statement(
                    f"{layer.path}: rate {_rate(layer):g}, {1 - _rate(layer):.0%} of the units are kept",
                    "facts",
                    {"rate": _rate(layer)},
                )
                for layer in strong
            ),
            (
                Remedy("Switch dropout off and see whether the training data can be learned", edits=(Edit("dropout_off"),)),
                Remedy(
                    f"Drop {kept:.0%} where {kept:.0%} was to be dropped and {highest:.0%} kept",
                    patch=f"keras.layers.{strong[0].kind}({round(kept, 2):g})",
                ),
            ),
        )


def _rate(layer: LayerFacts) -> float:
    rate = layer.settings.get("rate")
    return float(rate) if isinstance(rate, int | float) else 0.0
