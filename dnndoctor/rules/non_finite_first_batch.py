"""NaN or infinity before anything was learned."""

import math
from collections.abc import Iterable

from dnndoctor.edits.heads import remedy, where
from dnndoctor.evidence.contract import IDS_LOSSES, RANGES, Head, heads
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.layers import kernels
from dnndoctor.evidence.outcome import FirstNonFinite
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

HUGE_INPUTS = 1e6
"""Largest input from which float32 is near its end in a few layers: six orders each overflow 1e38 within seven
products."""

WIDE_GAIN = 10.0
"""Standard deviation of a kernel times the square root of its inputs: 1 keeps the variance, 1.41 is He's for relu."""

CLASSES = ("binary", "one_hot", "multi_hot", "class_ids")


class NonFiniteFirstBatch(Rule):
    """The very first batch gives NaN or infinity, although the data are finite.

    What was looked at:
        The first steps with XLA off, on two seeds: where the first value that is not finite arises (in an activation, the
        loss or a gradient) and in which layer; the untrained model's predictions; the inputs' range and the initial
        weights; and whether the loss or that layer is the user's own.

    Why it matters:
        No update was made yet, so no learning rate, schedule or batch size can be at fault. What gives NaN on fresh
        weights gives NaN for ever.

    What to do:
        A loss that takes logarithms needs arguments above zero: end the model in softmax or sigmoid, or use Keras' own
        cross-entropy with `from_logits=True`, which is exact. Scale inputs to order one. Draw the weights with a
        variance-scaled initializer.

    When it is not a fault:
        In mixed precision the loss scale is found by letting gradients overflow in the first steps; such steps are
        skipped, and not reported.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 4.1. Keras API,
        mixed_precision.LossScaleOptimizer.
    """

    code = "DD551"
    name = "non-finite-first-batch"
    causes = (
        Cause.OUTPUT_ACTIVATION,
        Cause.LOSS_FUNCTION,
        Cause.INPUT_SCALE,
        Cause.INITIALIZER,
        Cause.CUSTOM_CODE,
    )
    covers = ("start: loss",)
    needs = (FirstBatchExperiment,)
    rung = FirstBatchExperiment.name

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        start = evidence.of(FirstBatchExperiment)
        assert start is not None  # in `needs`
        early = [bad for bad in start.nonfinite if bad.step == 0 and bad.where != "weights"]
        if facts.recipe.dtype_policy == "mixed_float16":
            early = [bad for bad in early if bad.where != "gradient"]
        if not early or _explained_by_data(facts):
            return
        if early[0].where == "activation":
            yield self._activation(facts, start, early)
        else:
            yield from self._loss(facts, start, early)

    def _activation(self, facts: Facts, start: FirstBatch, early: list[FirstNonFinite]) -> Finding:
        layer = facts.layer(early[0].layer)
        place = (Where(layer.path, layer.place),) if layer is not None else ()
        in_layer = f" in {early[0].layer}" if early[0].layer else ""
        largest = max((max(abs(array.minimum), abs(array.maximum)) for array in facts.data.inputs), default=0.0)
        wide = [candidate for candidate in facts.layers if _gain(candidate) >= WIDE_GAIN]
        title = f"The untrained model overflows{in_layer} on its first batch"
        if layer is not None and not layer.built_in:
            found = f"{layer.kind} is a layer of the user's own"
            fix = Remedy("Look for a logarithm, a division or a root whose argument can be zero")
            return self._finding(Cause.CUSTOM_CODE, title, 0.6, place, start, early, found, fix)
        if largest >= HUGE_INPUTS:
            found = f"inputs go up to {largest:.3g}"
            fix = Remedy("Standardise the inputs", (Edit("standardize_inputs"),), "keras.layers.Normalization()")
            return self._finding(Cause.INPUT_SCALE, title, 0.6, place, start, early, found, fix)
        if wide:
            gain = max(map(_gain, wide))
            found = f"{len(wide)} layers start with weights {gain:.2g} times as wide as their inputs allow"
            fix = Remedy("Draw the weights variance-scaled", (Edit("variance_scaled_init"),), 'kernel_initializer="he_normal"')
            places = tuple(Where(candidate.path, candidate.place) for candidate in wide)
            return self._finding(Cause.INITIALIZER, title, 0.6, places, start, early, found, fix)
        # What is left among Keras' own layers on finite inputs and ordinary weights; no single cause stands out.
        found = "inputs and initial weights are in their usual range"
        return self._finding(
            Cause.INITIALIZER, title, 0.2, place, start, early, found, Remedy("Look at this layer's weights and inputs")
        )

    def _loss(self, facts: Facts, start: FirstBatch, early: list[FirstNonFinite]) -> Iterable[Finding]:
        own = next((head for head in heads(facts) if head.output.loss is not None and not head.output.loss.built_in), None)
        if own is None:
            if facts.recipe.custom_train_step or not facts.outputs or all(output.loss is None for output in facts.outputs):
                fix = Remedy("Look for a logarithm, a division or a root whose argument can be zero")
                found = "loss or training step are the user's own"
                yield self._finding(Cause.CUSTOM_CODE, "The first loss is not finite", 0.6, (), start, early, found, fix)
                return
            name = facts.outputs[0].loss.name if facts.outputs[0].loss is not None else ""
            fix = Remedy("Look at the values this loss takes its logarithm or quotient of")
            found = f"the predictions are finite, the loss {name} of them is not"
            yield self._finding(
                Cause.LOSS_FUNCTION, "The first loss is not finite", 0.5, where(heads(facts)[0]), start, early, found, fix
            )
            return
        assert own.output.loss is not None  # chosen by its loss
        name = own.output.loss.name
        title = f"The loss {name} is not finite for the untrained model's answers"
        seen = start.outputs.get(own.output.name)
        outside = seen is not None and (seen.minimum < 0 or seen.maximum > 1)
        low, high = RANGES.get(own.output.activation or "", (0.0, 1.0))
        if seen is not None and outside and own.encoding in CLASSES and (low < 0 or high > 1):
            found = f"the answers run from {seen.minimum:.3g} to {seen.maximum:.3g}, where classes call for probabilities"
            activation = "softmax" if own.encoding in ("one_hot", "class_ids") and (own.units or 0) > 1 else "sigmoid"
            fix = remedy(facts, own, f"Use a {activation} on the output", activation=activation)
            # The loss asks for probabilities and gets none: the first suspect. The loss that is not safe against it is
            # the second.
            yield self._finding(Cause.OUTPUT_ACTIVATION, title, 0.7, where(own), start, early, found, fix)
        yield self._finding(
            Cause.LOSS_FUNCTION,
            title,
            0.6,
            where(own),
            start,
            early,
            f"{name} is the user's own, and its value is NaN or infinite on finite answers",
            _own_cross_entropy(facts, own),
        )

    def _finding(
        self,
        cause: Cause,
        title: str,
        confidence: float,
        place: tuple[Where, ...],
        start: FirstBatch,
        early: list[FirstNonFinite],
        found: str,
        fix: Remedy,
    ) -> Finding:
        where_first = early[0].where + (f" of {early[0].layer}" if early[0].layer else "")
        seeds = f"{len(early)} of {len(start.seeds)} seeds"
        text = f"not finite at the first step, before any update, on {seeds}; first in the {where_first}"
        return Finding(
            self.code,
            self.name,
            cause,
            title,
            Severity.ERROR,
            confidence,
            place,
            (
                Statement(text, FirstBatchExperiment.name, {"step": 0.0, "where": early[0].where}, start.trials),
                Statement(found, "facts"),
            ),
            (fix,),
        )


def _explained_by_data(facts: Facts) -> bool:
    """Whether values or labels that other rules report make the loss NaN."""
    weights = (facts.data.sample_weight,) if facts.data.sample_weight is not None else ()
    arrays = (*facts.data.inputs, *(target.array for target in facts.data.targets), *weights)
    return any(array.nan_count or array.inf_count for array in arrays) or any(map(_ids_out_of_range, heads(facts)))


def _ids_out_of_range(head: Head) -> bool:
    if head.loss is None or head.loss.name not in IDS_LOSSES or head.target is None or head.units is None:
        return False
    return head.target.array.maximum >= head.units or head.target.array.minimum < 0


def _gain(layer: LayerFacts) -> float:
    """How much a layer's kernel widens the spread of its inputs; 0 for lookups and layers without a kernel."""
    if layer.kind == "Embedding":
        return 0.0
    return max((kernel.std * math.sqrt(math.prod(kernel.shape[:-1])) for kernel in kernels(layer)), default=0.0)


def _own_cross_entropy(facts: Facts, head: Head) -> Remedy:
    if head.encoding == "one_hot" and head.units != 1:
        loss = "categorical_crossentropy"
    elif head.encoding == "class_ids" and head.units != 1:
        loss = "sparse_categorical_crossentropy"
    elif head.encoding in CLASSES:
        loss = "binary_crossentropy"
    else:
        return Remedy("Use one of Keras' own losses, or keep the arguments of logarithms and quotients away from zero")
    title = f"Use Keras' own {loss.replace('_', ' ')}"
    logits = head.output.activation == "linear"
    return remedy(facts, head, title, loss=loss, from_logits=logits)
