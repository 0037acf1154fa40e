"""Units that start alike and stay alike."""

from dnndoctor.finding import Cause, Severity
from dnndoctor.rules.symmetric_units import SymmetricUnits
from tests.evidence_samples import facts
from tests.rules.judging import findings, own_course
from tests.start_samples import signal, starting_point, variable

SIGNALS = (signal(twins=64), signal("head", units=10))


def test_units_alike_in_weights_values_and_gradients_are_a_warning() -> None:
    """A layer of 64 that is one."""
    (finding,) = findings(SymmetricUnits(), facts(), starting_point(signals=SIGNALS, variables=(variable(twins=64),)))

    assert (finding.severity, finding.cause) == (Severity.WARNING, Cause.INITIALIZER)
    assert finding.where[0].layer == "dense"


def test_what_tells_them_apart_silences() -> None:
    """Gradients that differ (random weights behind, dropout), values that differ (biases), a few twins among many."""
    for twins, values in ((0, 64), (64, 0), (4, 64)):
        point = starting_point(signals=(signal(twins=values),), variables=(variable(twins=twins),))

        assert findings(SymmetricUnits(), facts(), point) == ()


def test_outputs_may_start_alike() -> None:
    """Two labels that no row of the batch has get the same gradient from a head of zeros."""
    alike = starting_point(signals=(signal("head", twins=10, units=10),), variables=(variable("head", units=10, twins=10),))

    assert findings(SymmetricUnits(), facts(), alike) == ()


def test_a_model_that_learns_well_has_a_note() -> None:
    """One unit may be enough."""
    point = starting_point(signals=SIGNALS, variables=(variable(twins=64),))

    assert findings(SymmetricUnits(), facts(), point, own_course(0.95))[0].severity is Severity.NOTE
