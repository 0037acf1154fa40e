"""Losses of several terms of which one has nearly all of the gradient."""

from dnndoctor.evidence.seen.loss import Term
from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.one_term_dominates import OneTermDominates
from tests.evidence_samples import facts
from tests.rules.judging import findings
from tests.rules.loss_seen import seen


def test_drowned_output_is_a_note_with_the_ratio() -> None:
    """An output whose gradient is a thousandth of another's is named, and the weight that would level them."""
    terms = (Term("price", 4e4, 750.0), Term("kind", 0.7, 0.75))

    (found,) = findings(OneTermDominates(), facts(), seen(terms=terms))

    assert (found.cause, found.severity) == (Cause.LOSS_FUNCTION, Severity.NOTE)
    assert "1e+03 times" in found.title
    assert '"price": 0.001' in found.remedies[0].patch


def test_output_drowned_by_what_layers_add() -> None:
    """A divergence a thousand times the reconstruction is named as well."""
    (found,) = findings(OneTermDominates(), facts(), seen(terms=(Term("output", 1.0, 0.1), Term("", 5e3, 400.0))))

    assert "what layers add" in found.title


def test_small_penalties_and_level_terms_are_silent() -> None:
    """Penalties are small by design; a factor of ten between outputs is ordinary; a term without gradient is another matter."""
    for terms in (
        (Term("output", 1.0, 5.0), Term("", 1e-3, 1e-3)),
        (Term("price", 10.0, 7.8), Term("kind", 0.7, 0.74)),
        (Term("price", 10.0, 7.8), Term("kind", 0.7, 0.0)),
        (),
    ):
        assert findings(OneTermDominates(), facts(), seen(terms=terms)) == ()
