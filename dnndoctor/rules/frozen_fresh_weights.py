"""Layers that are frozen though nothing was ever learnt in them."""

import math
from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

RANDOM = frozenset(
    {
        "GlorotNormal",
        "GlorotUniform",
        "HeNormal",
        "HeUniform",
        "LecunNormal",
        "LecunUniform",
        "OrthogonalInitializer",
        "Orthogonal",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
    }
)
"""Class names of Keras' initializers that draw at random."""

MOST = 0.5
"""Share of the weights from which what is frozen is the larger part of the model."""


class FrozenFreshWeights(Rule):
    """Layers are frozen at the random numbers that they were drawn at.

    What was looked at:
        Layers with `trainable = False`: whether their weights were loaded or assigned by the factory, or are a fresh draw, the
        same kind that training would begin with.

    Why it matters:
        Freezing keeps what was learnt. Here nothing was: the layer is a random map, and what it loses no layer behind can bring
        back. An output that is frozen leaves the adapting to the layers before it; where everything is frozen, nothing ever
        changes. Most often `weights=None` or a failed `load_weights` was followed by the line that freezes a pretrained model.

    What to do:
        Load the pretrained weights, or set `trainable = True` before `compile`.

    When it is not a fault:
        Random features and reservoirs, small random projections, and the discriminator inside the generator's step of a GAN
        (models with a `train_step` of their own get a note).

    References:
        Keras guide, "Transfer learning and fine-tuning".
        A. Rahimi, B. Recht, "Random features for large-scale kernel machines" (2007), for random layers that are meant.
    """

    code = "DD122"
    name = "frozen-fresh-weights"
    causes = (Cause.FROZEN_LAYERS,)
    covers = ("start: frozen", "edit: unfreeze")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        frozen = [layer for layer in facts.layers if _is_frozen_fresh(layer)]
        if not frozen:
            if all(layer.trainable for layer in facts.layers if layer.weights):
                yield RuledOut(Cause.FROZEN_LAYERS, "no layer is frozen")
            return
        severity, confidence = self._weight(evidence, frozen)
        share = _values(frozen) / max(1, _values(facts.layers))
        first = frozen[0]
        which = first.path if len(frozen) == 1 else f"{len(frozen)} layers"
        nothing = ", and nothing else can be trained" if facts.parameters == 0 else ""
        drawn = ", ".join(f"{layer.path} ({_drawn(layer)})" for layer in frozen[:4]) + ", ..." * (len(frozen) > 4)
        yield Finding(
            self.code,
            self.name,
            Cause.FROZEN_LAYERS,
            f"{which} {'is' if len(frozen) == 1 else 'are'} frozen at random weights{nothing}",
            severity,
            confidence,
            tuple(Where(layer.path, layer.place) for layer in frozen),
            (Statement(f"{share:.0%} of the weights are frozen as they were drawn: {drawn}", "facts", {"share": share}),),
            (Remedy("Let the layers be trained", (Edit("unfreeze"),), "layer.trainable = True  # before compile"),),
        )

    def _weight(self, evidence: Evidence, frozen: list[LayerFacts]) -> tuple[Severity, float]:
        facts = evidence.facts
        if facts.parameters == 0:
            return Severity.ERROR, 0.95  # no step can change a thing
        if facts.recipe.custom_train_step or learns_well(evidence):
            return Severity.NOTE, 0.1
        outputs = {output.layer for output in facts.outputs}
        if any(layer.path in outputs for layer in frozen):
            return Severity.WARNING, 0.6
        large = _values(frozen) >= MOST * _values(facts.layers)
        # Small random layers are a choice now and then; most of a model seldom is.
        return (Severity.WARNING, 0.55 if large else 0.35) if large or sicknesses(evidence) else (Severity.NOTE, 0.2)


def _is_frozen_fresh(layer: LayerFacts) -> bool:
    drawn = [weight for weight in layer.weights if weight.initializer in RANDOM and weight.std > 0]
    return layer.built_in and not layer.trainable and bool(drawn) and not any(weight.loaded for weight in layer.weights)


def _drawn(layer: LayerFacts) -> str:
    return ", ".join(dict.fromkeys(str(weight.initializer) for weight in layer.weights if weight.initializer in RANDOM))


def _values(layers: Iterable[LayerFacts]) -> int:
    return sum(math.prod(weight.shape) for layer in layers for weight in layer.weights if len(weight.shape) >= 2)
