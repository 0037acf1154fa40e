"""Data that was reshaped where it should have been transposed."""

from dnndoctor.evidence.facts import Place
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.scrambled_data import ScrambledData
from tests.layout_samples import judged, other, padding, pictures, rough, sequences

SCRAMBLED = pictures(given=rough(0.26, 0.24, 0.13), other=other())


def test_reshaped_pictures_are_an_error_with_the_line_that_mends_them() -> None:
    """At the data's factory first, then at the layer that reads them."""
    (finding,) = judged(ScrambledData(), arrays=(SCRAMBLED,))

    assert (finding.cause, finding.severity) == (Cause.RESHAPE, Severity.ERROR)
    assert finding.remedies[0].patch == "x = x.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)"
    assert "0.25" in finding.evidence[0].text
    assert finding.where[-1].layer == "conv"
    assert all(isinstance(where.place, Place) for where in finding.where)


def test_padded_sequences_whose_zeros_are_strewn_are_an_error() -> None:
    """Also where the values themselves are noise, and there are ten rows."""
    rougher = other((1, 0), (5, 20), roughness=rough(0.75, 0.4), score=2.0)
    array = sequences(shape=(20, 5), given=rough(0.9, 0.7), other=rougher, padding=padding(), rows=10)

    (finding,) = judged(ScrambledData(), arrays=(array,))

    assert finding.severity is Severity.ERROR
    assert finding.confidence >= 0.9
    assert finding.remedies[0].patch == "x = x.reshape(-1, 5, 20).transpose(0, 2, 1)"


def test_likeness_of_features_alone_is_a_warning() -> None:
    """It has more explanations than smoothness."""
    alike = other((1, 0), (5, 48), roughness=rough(1.0, 0.4), score=0.1, score_all=60.0)

    (finding,) = judged(ScrambledData(), arrays=(sequences(given=rough(1.0, 1.0), other=alike),))

    assert finding.severity is Severity.WARNING


def test_targets_are_judged_too() -> None:
    """Masks that no longer lie on the pictures."""
    masks = pictures(name="y", reader="", reader_kind="", given=rough(0.26, 0.24, 0.13), other=other())

    (finding,) = judged(ScrambledData(), arrays=(masks,))

    assert finding.title.startswith("y ")


def test_intact_arrays_and_what_the_model_reshapes_are_silent() -> None:
    """The latter is the model's fault, and has its own rule."""
    reshaped = pictures(given=SCRAMBLED.given, other=SCRAMBLED.other, reshaped="reshape")

    assert judged(ScrambledData(), arrays=(pictures(), sequences(), reshaped)) == ()
