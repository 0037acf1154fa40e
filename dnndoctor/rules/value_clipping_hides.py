"""Values or weights held within bounds that keep a model from learning, or hide what explodes."""

from collections.abc import Iterable

from dnndoctor.edits.weight_constraints_off import constrained_layers
from dnndoctor.evidence.facts import Facts
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.clipping_evidence import hidden, hides
from dnndoctor.experiments.clipping_off import ClippingOff
from dnndoctor.experiments.race import Duel
from dnndoctor.experiments.race_evidence import ends, remedy, severity, statement
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

NAMED = 3
"""Places that a sentence names; the rest is counted."""


class ValueClippingHides(Rule):
    """Values inside the model, or weights, are cut off at bounds, and the model learns better without.

    What was looked at:
        Bounded activations (`relu6`, `hard_tanh`, a `ReLU` with a largest value), layers and operations that clip, and weight
        constraints; and your own recipe without all of them, at your own learning rate and at a tenth of it.

    Why it matters:
        A value beyond its bound passes no gradient back. A net whose signals grow from layer to layer then looks tame, its
        curve even better, and yet learns nothing; bounds on weights can leave out the weights that the task needs.

    What to do:
        Take the bounds away. If the model explodes without them, they were the mask: look for what explodes, the initial weights,
        the scale of the inputs or the learning rate, mend that, and take them away then.

    When it is not a fault:
        Your own run learns. `relu6` in nets made for few bits, and a mild `MaxNorm` beside dropout, are usual and do no harm.

    References:
        N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), section 5.1 (max-norm).
        X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """

    code = "DD410"
    name = "value-clipping-hides"
    causes = (Cause.VALUE_CLIPPING,)
    covers = ("D5", "edit: value clipping")
    needs = (ClippingOff,)
    rung = ClippingOff.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        clipping = evidence.of(ClippingOff)
        assert clipping is not None  # in `needs`
        race = clipping.without_values
        if race is None:
            return
        mask = hides(race)
        if mask is not None:
            if sicknesses(evidence):
                yield self._masked(evidence, hidden(race, mask))
        elif race.won is not None:
            yield self._finding(evidence, race.won)
        else:
            yield RuledOut(Cause.VALUE_CLIPPING, f"{race.entries[0].variant.name} the recipe is not better beyond noise")

    def _finding(self, evidence: Evidence, duel: Duel) -> Finding:
        how_bad, (own, other) = severity(evidence, duel), ends(duel)
        return Finding(
            self.code,
            self.name,
            Cause.VALUE_CLIPPING,
            f"Bounds keep the model from learning: {duel.variant.name} {duel.measure} goes from {own} to {other}",
            how_bad,
            0.1 if how_bad is Severity.NOTE else round(0.65 + 0.15 * (duel.gain >= 0.5), 2),
            where=_where(evidence.facts),
            evidence=(
                statement(duel, ClippingOff.name),
                _places(evidence.facts),
                *(sickness.as_evidence() for sickness in sicknesses(evidence)),
            ),
            remedies=(remedy(duel, ClippingOff.name, evidence.facts),),
        )

    def _masked(self, evidence: Evidence, what: Statement) -> Finding:
        return Finding(
            self.code,
            self.name,
            Cause.VALUE_CLIPPING,
            "Bounds inside the model hold something down that breaks loose without them",
            Severity.NOTE,
            0.1,
            where=_where(evidence.facts),
            evidence=(what, _places(evidence.facts)),
        )


def _where(facts: Facts) -> tuple[Where, ...]:
    layers = [Where(layer.path, layer.place) for layer in constrained_layers(facts)]
    return tuple(dict.fromkeys((*(Where(clip.name, clip.place) for clip in facts.clips), *layers)))


def _places(facts: Facts) -> Statement:
    """Where bounds lie, in a sentence."""
    bounds = [
        f"{clip.name} ({clip.what}, {'no bound' if clip.low is None else f'{clip.low:g}'} to "
        f"{'no bound' if clip.high is None else f'{clip.high:g}'})"
        for clip in facts.clips
    ]
    bounds += [
        f"{layer.path} ({weight.constraint} on {weight.name})"
        for layer in constrained_layers(facts)
        for weight in layer.weights
        if weight.constraint and weight.trainable
    ]
    more = f" and {len(bounds) - NAMED} more" if len(bounds) > NAMED else ""
    return Statement(f"bounds: {', '.join(bounds[:NAMED])}{more}", "facts", {"bounds": float(len(bounds))})
