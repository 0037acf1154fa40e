"""One mean and one variance for features of very different scales."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import LayerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

UNEVEN = 30.0
"""Ratio of the features' spreads from which a common scale leaves the smallest with less than about 3 % of the largest
one's; channels of pictures, which a common scale suits, stay within a factor of three."""


class OneScaleForAllFeatures(Rule):
    """A Normalization layer with one mean and one variance over features of very different scales.

    What was looked at:
        `Normalization` layers that hold a single mean and variance, and the standard deviations of the inputs' features.

    Why it matters:
        `Normalization(axis=None)` subtracts one number and divides by another. The feature with the largest values sets
        both: it stays large, and the others become nearly the same constant for all rows, so the network cannot tell rows
        apart by them.

    What to do:
        Keep one mean and variance for each feature: `keras.layers.Normalization(axis=-1)`, the default, adapted to the
        training data.

    When it is not a fault:
        Inputs whose features share a unit, such as pixels or samples of a signal; their spreads are alike and nothing is
        reported. A note where your own recipe is seen to learn well.

    References:
        Keras API, Normalization (`axis`). Y. LeCun et al., "Efficient BackProp" (1998), section 4.3: each input variable
        is to be scaled.
    """

    code = "DD006"
    name = "one-scale-for-all-features"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H6", "data: scale ratios")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        layer = next((layer for layer in facts.layers if _common(layer)), None)
        if layer is None:
            return
        well = learns_well(evidence)
        for array in facts.data.inputs:
            smallest, largest = array.feature_std_minimum, array.feature_std_maximum
            if array.features > 1 and smallest > 0 and largest >= UNEVEN * smallest:
                yield Finding(
                    self.code,
                    self.name,
                    Cause.INPUT_SCALE,
                    f"One scale for all {array.features} features, whose spreads differ {largest / smallest:.3g} times",
                    Severity.NOTE if well else Severity.WARNING,
                    # Somebody chose to normalise and did not get it: surer than unscaled inputs, which may be meant.
                    0.1 if well else 0.7,
                    (Where(layer.path, layer.place),),
                    (
                        Statement(
                            f"standard deviations of the features of {array.name} run from {smallest:.3g} to {largest:.3g}",
                            "facts",
                            {"feature_std_minimum": smallest, "feature_std_maximum": largest},
                        ),
                    ),
                    (
                        Remedy(
                            "Normalise each feature by its own mean and variance",
                            (Edit("normalization_off"), Edit("standardize_inputs")),
                            "keras.layers.Normalization(axis=-1)",
                        ),
                    ),
                )


def _common(layer: LayerFacts) -> bool:
    """Whether it is a `Normalization` with a scalar mean: adapted ones hold it as a variable, given ones in the settings."""
    if layer.kind != "Normalization" or not layer.built_in:
        return False
    means = [weight for weight in layer.weights if weight.name == "mean"]
    return any(weight.shape == () for weight in means) or ("axis" in layer.settings and layer.settings["axis"] is None)
