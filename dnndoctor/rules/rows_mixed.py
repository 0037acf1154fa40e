"""Outputs that depend on other rows of the batch."""

from collections.abc import Iterable

from dnndoctor.evidence.seen.layout import OVER_ROWS, MixingSeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

_NAMES = {"Reverse": "flip", "ReverseV2": "flip"}
_MOVES = frozenset({"Reshape", "Reverse", "ReverseV2", "Roll", "Transpose"})


class RowsMixed(Rule):
    """What the model says of a row depends on the other rows of the batch.

    What was looked at:
        A batch of your rows through the untrained model, as in inference; then the same with all rows but one replaced. The
        output of that row, and, where it changed, the first operation behind which it did.

    Why it matters:
        A reshape or transpose that takes the rows' axis along, a softmax or a mean over axis 0, gives each row values of
        others. Targets then no longer belong to the outputs, and predictions change with the company that a row is in.

    What to do:
        Keep axis 0 for the rows: `keras.layers.Reshape` and `Permute` never touch it; in `keras.ops.reshape` give the number of
        rows first (`(-1, ...)` with all other sizes written out), in softmax and means an axis other than 0.

    When it is not a fault:
        Scores of each row against each other, as in contrastive and retrieval models, whose outputs have the rows on two axes:
        these are left out. Batch normalisation mixes rows in training alone, and is not seen here. Random outputs are left out.

    References:
        A. Karpathy, "A recipe for training neural networks" (2019): use backprop to chart dependencies. Keras API, ops.reshape.
    """

    code = "DD140"
    name = "rows-mixed"
    causes = (Cause.RESHAPE,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("D7",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        for mixing in layout.seen.mixing[:1]:
            if mixing.output_shape.count(mixing.rows) < 2:
                yield self._finding(evidence, layout, mixing)

    def _finding(self, evidence: Evidence, layout: Layout, mixing: MixingSeen) -> Finding:
        layer = evidence.facts.layer(mixing.layer)
        bare = layer is not None and layer.built_in and layer.kind != "Lambda"
        place = " ".join(part for part in (mixing.layer, "" if bare else f"({mixing.operation})") if part) or "the model"
        # A move or a softmax has no use over rows; means over them are now and then meant, as in a normalisation of one's own.
        certain = mixing.operation in _MOVES or "Softmax" in (mixing.operation, mixing.kind)
        confidence = 0.9 if certain else 0.6 if mixing.operation in OVER_ROWS else 0.5
        output = evidence.facts.outputs[mixing.output].name if mixing.output < len(evidence.facts.outputs) else str(mixing.output)
        changed = (
            f"with the other {mixing.rows - 1} rows of the batch replaced, a row's {output} changes by {mixing.change:.2g} times "
            "the spread over the rows"
        )
        statements = [Statement(changed, LayoutExperiment.name, {"change": mixing.change}, layout.trials)]
        if mixing.made:
            shapes = f"up to there rows stay apart; {place} turns {mixing.given} into {mixing.made} ({mixing.rows} rows)"
            statements.append(Statement(shapes, LayoutExperiment.name, {}, layout.trials))
        return Finding(
            self.code,
            self.name,
            Cause.RESHAPE,
            f"Rows of a batch see each other, from {place} on",
            Severity.ERROR if certain else Severity.WARNING,
            confidence,
            (Where(layer.path, layer.place),) if layer is not None else (),
            tuple(statements),
            (Remedy("Leave axis 0 to the rows", patch=_patch(mixing)),),
        )


def _patch(mixing: MixingSeen) -> str:
    if "Softmax" in (mixing.operation, mixing.kind):
        return "keras.layers.Softmax(axis=-1)  # not axis=0"
    if mixing.operation in OVER_ROWS or mixing.operation in ("Reverse", "ReverseV2", "Roll"):
        name = _NAMES.get(mixing.operation, mixing.operation.lower())
        return f"keras.ops.{name}(..., axis=1)  # or a later axis, not axis=0"
    return "keras.ops.reshape(x, (keras.ops.shape(x)[0], ...))  # of x with the rows still on axis 0"
