"""A model of pictures whose outputs change much when a picture moves a little."""

from typing import Any

import pytest

from dnndoctor.evidence.facts import Facts
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.small_shifts_matter import SmallShiftsMatter
from tests.evidence_samples import array, facts, layer, output
from tests.layout_samples import judged, sensitivity


def of_pictures(*layers: Any, shape: tuple[int, ...] = (32, 32, 3), out: tuple[int, ...] = (10,)) -> Facts:
    """A model of pictures."""
    return facts([output("softmax", shape=out)], inputs=[array(shape=shape)], layers=[*layers, layer("head")])


CONVOLUTION = layer("conv", "Conv2D", settings={"strides": "(1, 1)"})


def test_it_is_a_note_with_the_measured_changes() -> None:
    """Never more: whether it hurts after training is not measured."""
    subject = of_pictures(CONVOLUTION, layer("flatten", "Flatten"))

    (finding,) = judged(SmallShiftsMatter(), subject, sensitivity=(sensitivity(),))

    assert (finding.cause, finding.severity) == (Cause.TRANSLATION_SENSITIVITY, Severity.NOTE)
    assert finding.where[0].layer == "flatten"
    assert "0.9" in finding.evidence[0].text


@pytest.mark.parametrize(
    "subject",
    [
        of_pictures(CONVOLUTION, layer("pool", "MaxPooling2D")),
        of_pictures(CONVOLUTION, layer("pool", "GlobalAveragePooling2D")),
        of_pictures(layer("conv", "Conv2D", settings={"strides": "(2, 2)"})),
        of_pictures(layer("own", "Pyramid", built_in=False)),
        of_pictures(CONVOLUTION, out=(32, 32, 1)),
        of_pictures(CONVOLUTION, shape=(8, 8, 1)),
    ],
    ids=["pooling", "global average", "stride", "own layer", "picture out", "small pictures"],
)
def test_what_forgives_shifts_or_should_not_is_silent(subject: Facts) -> None:
    """Segmentation follows a shift, and so should it."""
    assert judged(SmallShiftsMatter(), subject, sensitivity=(sensitivity(),)) == ()


def test_little_change_is_silent() -> None:
    """A third of the spread is what pooling leaves, too."""
    assert judged(SmallShiftsMatter(), of_pictures(CONVOLUTION), sensitivity=(sensitivity(shift_one=0.3),)) == ()
