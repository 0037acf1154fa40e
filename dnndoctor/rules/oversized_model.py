"""More filters, or more parameters, than the task is likely to need."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Evidence
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

MANY = 128
"""Filters beyond which a habit of practitioners calls a layer wide: 64 or 128 are plenty."""

PER_ROW = 1000
"""Trainable parameters for each training row from which a model is said to dwarf its data: a thousand times what determines a
linear model. Such models can still generalise (Zhang et al. 2017), hence a note."""


class OversizedModel(Rule):
    """Layers have more filters than is usual, or the model has far more parameters than there are rows to fit them to.

    What was looked at:
        Filters of convolutions that are trained from scratch; trainable parameters over training rows.

    Why it matters:
        Doubling the filters costs four times the computation, and on small data it mostly adds ways to learn the rows by heart.
        With 128 filters a layer, most image tasks are solved.

    What to do:
        Halve the filters and compare. If the result is no worse, keep the smaller model: it trains in a quarter of the time.

    When it is not a fault:
        Large data, pretrained backbones (left out), and models that are regularised. This is a note.

    References:
        C. Zhang et al., "Understanding deep learning requires rethinking generalization" (2017).
        M. Tan, Q. Le, "EfficientNet" (2019), section 3, on the cost of width.
    """

    code = "DD117"
    name = "oversized-model"
    causes = (Cause.CAPACITY_HIGH,)
    covers = ("H9",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        facts = evidence.facts
        wide = [layer for layer in facts.layers if _filters(layer) > MANY]
        rows = facts.data.rows_total or facts.data.rows_sampled
        per_row = _drawn(facts) / max(1, rows)
        if not wide and per_row < PER_ROW:
            return
        most = max(map(_filters, wide), default=0)
        says = f"{most} filters in {max(wide, key=_filters).path}" if wide else f"{per_row:,.0f} parameters for each training row"
        statements = [
            Statement(
                f"{_drawn(facts):,} trainable parameters for {rows:,} training rows, {per_row:,.1f} each",
                "facts",
                {"per_row": per_row},
            )
        ]
        if wide:
            text = ", ".join(f"{layer.path}: {_filters(layer)}" for layer in wide[:4]) + ", ..." * (len(wide) > 4)
            statements.insert(0, Statement(f"filters: {text}", "facts", {"layers": float(len(wide)), "most": float(most)}))
        yield Finding(
            self.code,
            self.name,
            Cause.CAPACITY_HIGH,
            f"A large model for its task: {says}",
            Severity.NOTE,
            0.05,  # many models that do well are as large
            tuple(Where(layer.path, layer.place) for layer in wide),
            tuple(statements),
            (
                Remedy(
                    "Halve the filters and compare",
                    (Edit("width", {"factor": 0.5}),),
                    note="tried with every hidden width halved",
                ),
            ),
        )


def _filters(layer: LayerFacts) -> int:
    """Filters of a convolution that is trained and was not trained before; 0 of any other layer."""
    fresh = layer.trainable and not any(weight.loaded for weight in layer.weights)
    mixes = layer.kind.startswith(("Conv", "SeparableConv"))
    return layer.units or 0 if fresh and mixes and layer.built_in else 0


def _drawn(facts: Facts) -> int:
    """Trainable parameters that were drawn at random; rows of lookup tables are used a few at a time and not counted."""
    return sum(
        layer.parameters
        for layer in facts.layers
        if layer.trainable and layer.kind != "Embedding" and not any(weight.loaded for weight in layer.weights)
    )
