"""Ids that have no place."""

from dataclasses import replace

from dnndoctor.evidence.data_scan import DataScan
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.row_scan import Vocabulary
from dnndoctor.finding import Severity
from dnndoctor.rules.ids_outside_vocabulary import IdsOutsideVocabulary
from tests.evidence_samples import facts, layer
from tests.rules.judging import findings

BEYOND = Vocabulary("x", "embedding", "Embedding", 50, 0, 50, outside=6, rows=5, first=(310, 2))


def subject(found: Vocabulary) -> Facts:
    """A subject whose ids are looked up so."""
    return facts(layers=[layer("embedding", "Embedding"), layer()], data={"scan": DataScan(vocabularies=(found,))})


def test_ids_beyond_an_embedding_are_an_error_with_row_and_layer() -> None:
    """The layer is where, the first index is the evidence, and the remedy has the size that is needed."""
    (finding,) = findings(IdsOutsideVocabulary(), subject(BEYOND))

    assert finding.severity is Severity.ERROR
    assert finding.where[0].layer == "embedding"
    assert "x[310, 2]" in finding.evidence[0].text
    assert "Embedding(51" in finding.remedies[0].patch


def test_negative_ids_are_an_error() -> None:
    """They take the place of another word, counted from the end."""
    assert findings(IdsOutsideVocabulary(), subject(replace(BEYOND, least=-1, largest=49)))[0].severity is Severity.ERROR


def test_one_hot_codes_and_validation_ids_are_a_warning() -> None:
    """They do not stop the training."""
    code = replace(BEYOND, kind="one_hot", reader="model/one_hot")

    assert findings(IdsOutsideVocabulary(), subject(code))[0].severity is Severity.WARNING
    assert findings(IdsOutsideVocabulary(), subject(replace(BEYOND, validation=True)))[0].severity is Severity.WARNING


def test_a_code_that_leaves_out_minus_one_is_a_note() -> None:
    """It may be meant for unknown entries."""
    code = replace(BEYOND, kind="one_hot", least=-1, largest=49)

    assert findings(IdsOutsideVocabulary(), subject(code))[0].severity is Severity.NOTE


def test_ids_that_all_have_a_place_give_nothing() -> None:
    """A table longer than needed is usual."""
    assert findings(IdsOutsideVocabulary(), subject(replace(BEYOND, largest=30, outside=0, rows=0, first=None))) == ()
