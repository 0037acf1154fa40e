"""Padding that a recurrent layer reads."""

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts, LayerFacts
from dnndoctor.evidence.row_scan import Padding
from dnndoctor.finding import Severity
from dnndoctor.rules.unmasked_padding import UnmaskedPadding
from tests.evidence_samples import facts, layer
from tests.rules.judging import findings, own_course

LONG = Padding("x", 200, behind=0.8, before=0.0)


def subject(found: Padding, *layers: LayerFacts) -> Facts:
    """A subject with such sequences."""
    return facts(
        layers=layers or (layer("embedding", "Embedding"), layer("lstm", "LSTM")), data={"scan": DataScan(paddings=(found,))}
    )


def test_a_recurrent_layer_that_ends_on_padding_is_a_warning_at_the_layer() -> None:
    """Its last state has seen four times as much padding as data."""
    (finding,) = findings(UnmaskedPadding(), subject(LONG))

    assert finding.severity is Severity.WARNING
    assert finding.where[0].layer == "lstm"


def test_masks_pooling_and_padding_in_front_are_a_note() -> None:
    """An embedding that masks, a Masking layer, a layer that gives all steps, none that is recurrent, padding in front."""
    masking = (layer("embedding", "Embedding", settings={"mask_zero": True}), layer("lstm", "LSTM"))
    masked = (layer("masking", "Masking"), layer("gru", "GRU"))
    pooled = (layer("lstm", "LSTM", settings={"return_sequences": True}), layer("pool", "GlobalMaxPooling1D"))

    for layers in (masking, masked, pooled, (layer("conv", "Conv1D"),)):
        assert findings(UnmaskedPadding(), subject(LONG, *layers))[0].severity is Severity.NOTE
    assert findings(UnmaskedPadding(), subject(Padding("x", 200, behind=0.0, before=0.8)))[0].severity is Severity.NOTE
    assert findings(UnmaskedPadding(), subject(LONG), own_course(0.95))[0].severity is Severity.NOTE


def test_short_ends_give_nothing() -> None:
    """A tenth of padding is what sequences of like length have."""
    assert findings(UnmaskedPadding(), subject(Padding("x", 200, behind=0.1, before=0.0))) == ()
