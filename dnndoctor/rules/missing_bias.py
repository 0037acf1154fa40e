"""Layers that cannot shift what they give."""

import math
from collections.abc import Iterable, Sequence

from dnndoctor.edits.add_biases import add_biases
from dnndoctor.evidence.contract import Head, heads
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.layers import activation_of
from dnndoctor.evidence.topology import BATCH_NORM, LINEAR_ROLES, Role, Topology
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.sickness import sicknesses
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

OFF_CENTRE = 1.0
"""Distance of the targets' mean from zero, in their own standard deviations, from which a constant is the larger half of a mean
squared error."""

UNEVEN = math.log(4)
"""Difference of the logarithms of the largest and smallest class share, from which an output must learn an offset."""

SHIFTING = frozenset({BATCH_NORM, "GroupNormalization", "LayerNormalization"})
"""Normalisations that end in a learnt offset of their own unless that is switched off."""

NOT_ZERO_AT_ZERO = frozenset({"exponential", "hard_sigmoid", "sigmoid", "softmax", "softplus"})


class MissingBias(Rule):
    """Layers without a bias, where no normalisation behind them brings one.

    What was looked at:
        Every affine layer with `use_bias=False`, and what its values come to first: a normalisation, or an affine layer with a
        bias, makes up for it. For the output, the targets: how far their mean is from zero, or how uneven their classes are.

    Why it matters:
        Without any bias a relu net gives 0 for the input 0 and twice the answer for twice the input. An output without one has
        to build a constant, such as the mean of the targets or the log of the class shares, out of the inputs.

    What to do:
        Leave `use_bias` at its default, in the output above all.

    When it is not a fault:
        Before a normalisation, in projections of attention, in cosine classifiers, with centred targets. One layer without a bias
        among others that have one is hardly ever felt: this is a note, unless no layer has one and the targets ask for it.

    References:
        C. Bishop, "Pattern Recognition and Machine Learning" (2006), section 3.1 (the role of the bias parameter).
    """

    code = "DD114"
    name = "missing-bias"
    causes = (Cause.MISSING_BIAS,)
    covers = ("H4",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        topology = Topology(facts)
        missing = _missing(topology)
        if not missing:
            if topology and all(layer.use_bias is not False for layer in facts.layers):
                yield RuledOut(Cause.MISSING_BIAS, "every layer that can have a bias has one")
            return
        asked = [(head, offset) for head in heads(facts) if (offset := _offset(head))]
        outputs = {output.layer for output in facts.outputs}
        hidden = [layer for layer in facts.layers if layer.path not in outputs]
        # The activation of an output comes too late to make up for anything.
        bare = all(layer.built_in and not _shifts(layer) for layer in hidden) and all(map(_centred, facts.data.inputs))
        if bare and asked and not learns_well(evidence):
            # No layer can learn an offset that the targets plainly ask for; something else may still hurt more.
            yield self._finding(missing, Severity.WARNING, 0.5, f", and {asked[0][1]}", asked[0][1])
        elif bare and sicknesses(evidence):
            yield self._finding(missing, Severity.WARNING, 0.3, "", "no layer has a bias, and no normalisation an offset")
        else:
            yield self._finding(missing, Severity.NOTE, 0.05)

    def _finding(
        self, missing: Sequence[LayerFacts], severity: Severity, confidence: float, ending: str = "", why: str = ""
    ) -> Finding:
        first = missing[-1]
        names = ", ".join(layer.path for layer in missing[:4]) + ", ..." * (len(missing) > 4)
        which = first.path if len(missing) == 1 else f"{len(missing)} layers"
        return Finding(
            self.code,
            self.name,
            Cause.MISSING_BIAS,
            f"No bias in {which}{ending}",
            severity,
            confidence,
            tuple(Where(layer.path, layer.place) for layer in missing),
            (
                *((Statement(why, "facts"),) if why else ()),
                Statement(f"without a bias, and nothing behind that has one: {names}", "facts", {"layers": float(len(missing))}),
            ),
            (
                Remedy(
                    "Leave the bias in",
                    (add_biases(layer.path for layer in missing),),
                    f"keras.layers.{first.kind}({first.units or '...'}, use_bias=True)",
                ),
            ),
        )


def _missing(topology: Topology) -> tuple[LayerFacts, ...]:
    """The affine layers without a bias that nothing makes up for, in order; empty where the forward pass is not known."""
    steps = [
        step
        for step in range(len(topology.calls))
        if topology.role(step) is Role.AFFINE and (layer := topology.layer(step)) is not None and layer.use_bias is False
    ]
    return topology.layers(step for step in steps if not _made_up_for(topology, step))


def _made_up_for(topology: Topology, step: int) -> bool:
    """Whether every way on comes to a normalisation, a layer with a bias, or something that is not known."""
    if not topology.is_linear(step):
        return False

    def through(number: int) -> bool:
        layer = topology.layer(number)
        normalises = layer is not None and layer.kind == BATCH_NORM
        return topology.role(number) in LINEAR_ROLES | {Role.MERGING} and not normalises

    met = [each.step for each in topology.ahead(step, through)]
    return bool(met) and all(_shifts_or_unknown(topology, number) for number in met)


def _shifts_or_unknown(topology: Topology, step: int) -> bool:
    role, layer = topology.role(step), topology.layer(step)
    if role is Role.AFFINE:
        return layer is not None and layer.use_bias is True
    return role in (Role.NORMALISING, Role.OTHER, Role.LINEAR)  # the last of these is batch normalisation here


def _shifts(layer: LayerFacts) -> bool:
    """Whether a layer can give what is not zero for the input zero, so that the next one can build an offset out of it."""
    centred = layer.kind in SHIFTING and layer.settings.get("center") is not False
    return layer.use_bias is True or centred or layer.kind == "Embedding" or activation_of(layer) in NOT_ZERO_AT_ZERO


def _centred(array: ArrayFacts) -> bool:
    """Whether all features of an input lie around zero, so that no constant can be read from them."""
    return not array.codes and array.feature_mean_maximum < OFF_CENTRE * array.feature_std_maximum / 2


def _offset(head: Head) -> str:
    """What offset the targets ask of an output, in a sentence; empty where none to speak of."""
    target = head.target
    if target is None or head.layer is None or head.layer.use_bias is not False:
        return ""
    array, shares = target.array, [share for share in target.class_shares if share > 0]
    if target.encoding == "continuous" and array.std > 0 and abs(array.mean) >= OFF_CENTRE * array.std:
        return f"its targets lie around {array.mean:.3g}, {abs(array.mean) / array.std:.1f} standard deviations from zero"
    if (
        target.encoding in ("binary", "class_ids", "one_hot")
        and len(shares) > 1
        and math.log(max(shares) / min(shares)) >= UNEVEN
    ):
        return f"its classes have shares from {min(shares):.0%} to {max(shares):.0%}"
    return ""
