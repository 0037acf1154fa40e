"""A recipe that stops on the way."""

from dnndoctor.experiments import Preset, Settings
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.epochs_too_few import EpochsTooFew
from tests.evidence_samples import facts
from tests.experiments.toy_patient import ToyPatient, examined

QUICK = Settings(Preset.QUICK, (0, 1))


def test_sick() -> None:
    """A run that stops half-way while its loss falls is an error, and the longer run is the verified remedy."""
    (finding,) = EpochsTooFew().judge(examined(ToyPatient(rate=0.08), settings=QUICK))

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.EPOCHS
    assert finding.severity is Severity.ERROR
    assert finding.remedies[0].verified
    assert finding.remedies[0].patch == "model.fit(..., epochs=25)"


def test_rate_at_its_edge_leaves_epochs() -> None:
    """Where no higher rate does better, epochs are the surer cause."""
    short = facts(recipe={"epochs": 1})
    limited = examined(ToyPatient(rate=0.6, stuck=0.7, edge=1.0), short, QUICK)
    free = examined(ToyPatient(rate=0.08), settings=QUICK)

    (alone,) = EpochsTooFew().judge(limited)
    (beside_the_rate,) = EpochsTooFew().judge(free)

    assert isinstance(alone, Finding)
    assert isinstance(beside_the_rate, Finding)
    assert alone.confidence > beside_the_rate.confidence


def test_falling_but_learnt() -> None:
    """A healthy run still falls when it ends, and nothing is said."""
    assert list(EpochsTooFew().judge(examined(ToyPatient(rate=0.4), settings=QUICK))) == []


def test_plateau_is_ruled_out() -> None:
    """A run that no longer falls has epochs enough."""
    (ruled_out,) = EpochsTooFew().judge(examined(ToyPatient(), settings=QUICK))

    assert isinstance(ruled_out, RuledOut)
