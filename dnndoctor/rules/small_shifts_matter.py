"""A model of pictures whose outputs change much when a picture moves a little."""

from collections.abc import Iterable

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.layout import SensitivitySeen
from dnndoctor.experiments import Evidence
from dnndoctor.experiments.layout import Layout, LayoutExperiment
from dnndoctor.finding import Cause, Finding, NotSeen, Remedy, RuledOut, Severity, Statement, Where
from dnndoctor.rules import Rule

MUCH = 0.5
"""Share of the outputs' spread between rows. Chosen; one untrained net with pooling gave 0.34, others without 0.6 to 1."""

LARGE = 16
"""Pixels a side; in smaller pictures one pixel is no small shift."""


class SmallShiftsMatter(Rule):
    """Nothing in the model forgives small shifts of a picture, and its outputs change much with them.

    What was looked at:
        Your pictures moved by one and two pixels, turned by ten degrees and enlarged by five per cent, through the untrained
        model: the change of its outputs as a share of their spread between pictures. And whether any layer pools or strides.

    Why it matters:
        What a dense layer learns of one pixel it does not know of the next. Pooling, strides and global averages make outputs
        change little with small shifts, and some rotation and scale, so that the data need not show every case.

    What to do:
        `MaxPooling2D(2)` or strides of 2 between the convolutions, `GlobalAveragePooling2D` in the place of Flatten; or pictures
        moved, turned and scaled at random in training.

    When it is not a fault:
        Where the place of things is what counts (boards, maps, spectra), or all pictures are centred. This is a note.

    References:
        I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning" (2016), section 9.3. A. Azulay, Y. Weiss, "Why do deep
        convolutional networks generalize so poorly to small image transformations?" (2019).
    """

    code = "DD143"
    name = "small-shifts-matter"
    causes = (Cause.TRANSLATION_SENSITIVITY,)
    needs = (LayoutExperiment,)
    rung = LayoutExperiment.name
    covers = ("H10",)

    def judge(self, evidence: Evidence) -> Iterable[Finding | RuledOut | NotSeen]:
        """See `Rule.judge`."""
        layout = evidence.of(LayoutExperiment)
        assert layout is not None  # in `needs`
        if _forgives_shifts(evidence.facts) or any(len(output.shape) > 1 for output in evidence.facts.outputs):
            return
        for seen in layout.seen.sensitivity:
            shape = next((array.shape for array in evidence.facts.data.inputs if array.name == seen.input), ())
            if len(shape) == 3 and min(shape[:2]) >= LARGE and seen.shift_one >= MUCH:
                yield self._finding(evidence, seen, layout)

    def _finding(self, evidence: Evidence, seen: SensitivitySeen, layout: Layout) -> Finding:
        flattened = next((layer for layer in evidence.facts.layers if layer.kind == "Flatten"), None)
        text = (
            f"the untrained model's outputs change by {seen.shift_one:.2g} of their spread between pictures when {seen.input} "
            f"moves by one pixel, {seen.shift_two:.2g} by two, {seen.rotation:.2g} turned by ten degrees, {seen.scale:.2g} five "
            "per cent larger"
        )
        values = {"shift_one": seen.shift_one, "shift_two": seen.shift_two, "rotation": seen.rotation, "scale": seen.scale}
        return Finding(
            self.code,
            self.name,
            Cause.TRANSLATION_SENSITIVITY,
            f"No pooling or stride, and a shift by one pixel changes the outputs by {seen.shift_one:.2g} of their spread",
            Severity.NOTE,
            0.1,  # what training makes of it is not measured
            (Where(flattened.path, flattened.place),) if flattened is not None else (),
            (Statement(text, LayoutExperiment.name, values, layout.trials),),
            (Remedy("Pool or stride between the convolutions", patch="keras.layers.MaxPooling2D(2)"),),
        )


def _forgives_shifts(facts: Facts) -> bool:
    """Whether any layer pools, strides, or is not Keras' own, so that it may do either."""
    return any(
        "Pooling" in layer.kind
        or layer.kind == "Resizing"
        or not layer.built_in
        or any(stride not in ("1", "") for stride in str(layer.settings.get("strides", 1)).strip("()").split(", "))
        for layer in facts.layers
    )
