"""Inputs far from order one that reach the first weights as they are."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dnndoctor.evidence.contract import SATURATING_ACTIVATIONS
from dnndoctor.evidence.data_facts import ArrayFacts
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.input_scale import OFFSET, TINY, is_long_tailed, is_of_order_one
from dnndoctor.evidence.layers import AFFINE, activation_after, first_weighted, kernels, takes_raw_numbers
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.experiments.profile import SATURATED
from dnndoctor.experiments.standing import learns_well
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

LARGE = 30.0
"""Root mean square from which inputs are looked at closely. With it, unit-variance weights of one input already put a
sigmoid 30 units from its middle; counts and grey values of a few bits (0 to 16) stay well below and train as they are."""

HUGE = 1000.0
"""Root mean square that no first layer with one of Keras' initializers absorbs: its outputs are of the same order."""

UNEVEN = 100.0
"""Ratio of the features' spreads from which gradient descent must be that much too slow for one of them: the curvature
goes with the square, so the condition number is 10,000 (LeCun et al. 1998, section 5.3)."""

POOR_START = 3.0
"""Loss at the start over the best constant predictor's. Variance-preserving initializers start between 1 and 2 on
standardised inputs: outputs of variance 1 or 2 add no more than that to the targets' own."""


ARRIVED = 0.1
"""Share of the expected size that the first layer's answers must have. Random weights on inputs that lean one way, and
relu, move it by a factor of three at most; a division by 255, or a standardisation, by far more."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One way in which an input is out of scale: how sure it is a fault, how bad, and the sentence."""

    confidence: float
    severity: Severity
    text: str


class UnscaledInputs(Rule):
    """The inputs are far from order one and reach the first weights as they are.

    What was looked at:
        Mean and spread of every input and of its features; whether something in the model rescales them before, or
        normalises them directly after, the first layer with weights; which activation that layer feeds; and, where the
        first steps were run, the loss at the start against the best constant predictor's.

    Why it matters:
        Initializers draw weights so that inputs of order one give outputs of order one. Inputs of order 1,000 give
        outputs of order 1,000: sigmoid and tanh units are saturated and pass no gradient, losses begin far too high, and
        the rate that suits the first layer is 1,000 to 1,000,000 times smaller than the one that suits the others. A
        large common offset, or one feature that dwarfs the others, makes the small differences that matter all but
        invisible.

    What to do:
        Subtract the mean and divide by the standard deviation of each feature, with the statistics of the training data:
        `keras.layers.Normalization` as the first layer does both. For pictures, `keras.layers.Rescaling(1 / 255)`. For
        values over many orders of magnitude take the logarithm first.

    When it is not a fault:
        Ids that go into an embedding; models that normalise inside (then nothing is reported). Networks of relu layers
        often cope with grey values of 0 to 255; that is a note unless the loss at the start shows the strain. So is
        everything where your own recipe is seen to learn well.

    References:
        Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp" (1998), section 4.3 on inputs and 5.3 on
        curvature. X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks"
        (2010).
    """

    code = "DD004"
    name = "unscaled-inputs"
    causes = (Cause.INPUT_SCALE,)
    covers = ("H6", "data: integer images", "data: scale ratios")

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        start = evidence.of(FirstBatchExperiment)
        ratio = start.start_ratio if start is not None else None
        signs = [(array, sign) for array in facts.data.inputs if (sign := _sign(facts, array, ratio)) is not None]
        raw = takes_raw_numbers(facts)
        if raw and signs and facts.model_kind == "Functional":
            raw = _arrives(facts, start)
        if facts.data.inputs and all(map(is_of_order_one, facts.data.inputs)):
            yield RuledOut(Cause.INPUT_SCALE, "every input is of order one, and no feature dwarfs the others")
        elif signs and raw is None:
            yield NotSeen(
                "whether the inputs are scaled inside the model", "what comes before the first weights is not understood"
            )
        elif signs and raw:
            array, sign = max(signs, key=lambda pair: pair[1].confidence)
            if learns_well(evidence):
                sign = _Sign(0.1, Severity.NOTE, sign.text)
            yield self._finding(facts, array, sign, ratio, start.trials if start is not None else ())

    def _finding(self, facts: Facts, array: ArrayFacts, sign: _Sign, ratio: float | None, trials: tuple[str, ...]) -> Finding:
        index = first_weighted(facts)
        first = facts.layers[index] if index is not None else None
        values = {"mean": array.mean, "std": array.std, "minimum": array.minimum, "maximum": array.maximum}
        moments = f"mean {array.mean:.3g}, standard deviation {array.std:.3g}"
        text = f"{array.name} runs from {array.minimum:g} to {array.maximum:g}, {moments}"
        evidence = [Statement(text, "facts", values)]
        if ratio is not None and ratio >= POOR_START:
            loss = f"the loss at the start is {ratio:.3g} times the best constant predictor's"
            evidence.append(Statement(loss, FirstBatchExperiment.name, {"start_ratio": ratio}, trials))
        return Finding(
            self.code,
            self.name,
            Cause.INPUT_SCALE,
            sign.text,
            sign.severity,
            sign.confidence,
            (Where(first.path, first.place),) if first is not None else (),
            tuple(evidence),
            _remedies(array),
        )


def _sign(facts: Facts, array: ArrayFacts, start_ratio: float | None) -> _Sign | None:
    """The strongest sign that an input is out of scale.

    The confidences begin at the 21 % of real faults that lie in preprocessing (58 labelled faults of published
    benchmarks), which is what a look at the range alone can claim, and rise with what rules out that the model copes.
    """
    rms = math.hypot(array.mean, array.std)
    if not math.isfinite(rms):
        return None
    found = []
    if rms >= HUGE:
        found.append(_Sign(0.55, Severity.WARNING, f"The values of {array.name} are of order {_round(rms)} and are not scaled"))
    elif rms >= LARGE:
        found.append(_large(facts, array, rms, start_ratio))
    spread, offset = array.feature_std_maximum, array.feature_mean_maximum
    if spread > 0 and offset >= OFFSET and offset >= OFFSET * spread:
        text = f"All rows of {array.name} share an offset of {offset:.3g}, {offset / spread:.3g} times the spread between rows"
        found.append(_Sign(0.5, Severity.WARNING, text))
    if array.feature_std_minimum > 0 and spread >= OFFSET and spread >= UNEVEN * array.feature_std_minimum:
        text = f"One feature of {array.name} varies {spread / array.feature_std_minimum:.3g} times as much as another, unscaled"
        found.append(_Sign(0.45, Severity.WARNING, text))
    largest = max(abs(array.minimum), abs(array.maximum))
    if 0 < largest <= TINY:
        text = f"The values of {array.name} never exceed {largest:.2g}: they may have been scaled twice"
        found.append(_Sign(0.4, Severity.WARNING, text))
    return max(found, key=lambda sign: sign.confidence, default=None)


def _arrives(facts: Facts, start: FirstBatch | None) -> bool | None:
    """Whether the only input reaches the first weights as it is, told from the size of what the first layer gives.

    A division in front of the first layer is no layer, and only shows here. None where it cannot be told.
    """
    index = first_weighted(facts)
    if start is None or index is None or len(facts.data.inputs) != 1 or facts.layers[index].kind not in AFFINE:
        return None
    layer, array = facts.layers[index], facts.data.inputs[0]
    given = next((seen.activation_rms for seen in start.layers if seen.path == layer.path), math.nan)
    if layer.activation in SATURATING_ACTIVATIONS:
        return given >= SATURATED.get(layer.activation, 1.0)
    gain = max(
        (math.hypot(kernel.mean, kernel.std) * math.sqrt(math.prod(kernel.shape[:-1])) for kernel in kernels(layer)), default=0.0
    )
    return given >= ARRIVED * gain * math.hypot(array.mean, array.std)


def _round(scale: float) -> str:
    return f"{float(f'{scale:.2g}'):,.0f}"


def _large(facts: Facts, array: ArrayFacts, rms: float, start_ratio: float | None) -> _Sign:
    index = first_weighted(facts)
    activation = activation_after(facts.layers, index) if index is not None else None
    if activation in SATURATING_ACTIVATIONS:
        saturated = f"The values of {array.name} are of order {_round(rms)} and saturate the {activation} of the first layer"
        return _Sign(0.5, Severity.WARNING, saturated)
    text = f"The values of {array.name} are of order {_round(rms)} and are not scaled"
    if start_ratio is not None and start_ratio >= POOR_START:
        return _Sign(0.4, Severity.WARNING, f"{text}; the loss starts at {start_ratio:.3g} times a constant predictor's")
    return _Sign(0.15, Severity.NOTE, text)


def _remedies(array: ArrayFacts) -> tuple[Remedy, ...]:
    standardised = Edit("standardize_inputs")
    patch = "normalization = keras.layers.Normalization()\nnormalization.adapt(x_train)  # then the first layer of the model"
    usual = Remedy("Standardise each feature with the training data's mean and standard deviation", (standardised,), patch)
    if array.integer_valued and array.minimum >= 0 and 200 <= array.maximum <= 255 and len(array.shape) >= 2:
        rescaled = "keras.layers.Rescaling(1 / 255)  # the first layer"
        note = "tried by the least and largest value of each channel"
        return Remedy("Scale the pictures to 0 to 1", (Edit("min_max_inputs"),), rescaled, note=note), usual
    if is_long_tailed(array) and array.minimum >= 0:
        title = "Take the logarithm, and standardise it with the training data's mean and standard deviation"
        ranked = 'x = sklearn.preprocessing.QuantileTransformer(output_distribution="normal").fit(x_train).transform(x)'
        return (
            Remedy(title, (Edit("log_inputs"), standardised), f"x = np.log1p(x)\n{patch}"),
            Remedy("Replace each feature by the normal scores of its ranks", (Edit("quantile_inputs"),), ranked),
        )
    return (usual,)
