"""A recipe that stops on the way."""

from dataclasses import replace

import pytest

from dnndoctor.evidence.trial import Edit
from dnndoctor.experiments import Preset, Settings
from dnndoctor.experiments.own_recipe import OwnRecipe
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


def test_extrapolated() -> None:
    """The pace at the end says about how many epochs are wanted; the remedy is an edit of the epochs that were tried."""
    (finding,) = EpochsTooFew().judge(examined(ToyPatient(rate=0.08), settings=QUICK))

    assert isinstance(finding, Finding)
    # exp(-0.08 / 30) a step: a tenth of what is left takes 863 steps, 27 epochs after the first 10
    assert "8.2% an epoch at the end, so about 3.5x the epochs" in finding.title
    assert "after about 35 epochs; that is a rough guess" in finding.evidence[1].text
    assert finding.remedies[0].title == "Train for 25 epochs instead of 10"
    assert finding.remedies[0].edits == (Edit("epochs", {"factor": 2.5}),)


@pytest.mark.parametrize(
    ("rate", "severity", "times"),
    [(0.02, Severity.WARNING, "about 6.5x the epochs"), (0.04, Severity.NOTE, "about 3.5x the epochs")],
)
def test_a_longer_run_that_was_not_affordable(rate: float, severity: Severity, times: str) -> None:
    """The curve alone is no proof: a warning where little was learnt, else a note, and the remedy waits for its trial."""
    (finding,) = EpochsTooFew().judge(examined(ToyPatient(rate=rate), facts(recipe={"epochs": 20}), QUICK))

    assert isinstance(finding, Finding)
    assert finding.severity is severity
    assert times in finding.title
    assert not finding.remedies[0].verified
    assert not finding.remedies[0].effect
    assert float(finding.remedies[0].edits[0].parameters["factor"] or 0) <= 4


def test_little_is_promised() -> None:
    """Where four times the epochs would not change much, or most is learnt, nothing is said."""
    long = facts(recipe={"epochs": 20})

    assert list(EpochsTooFew().judge(examined(ToyPatient(rate=0.001), long, QUICK))) == []
    assert list(EpochsTooFew().judge(examined(ToyPatient(rate=0.2), long, QUICK))) == []


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


@pytest.mark.parametrize(("error", "said"), [(0.5, Finding), (0.001, RuledOut)])
def test_too_short_a_run_to_see_a_slope(error: float, said: type) -> None:
    """Where the slope's error hides a fall, the longer run decides; where the slope is known to be flat, epochs are ruled out."""
    evidence = examined(ToyPatient(rate=0.08), settings=QUICK)
    course = evidence.of(OwnRecipe)
    assert course is not None
    flat = tuple(replace(run, falling=0.0, falling_error=error, another_course=0.0) for run in course.runs)
    seen = replace(course, runs=flat, longer=course.longer if error > 0.1 else ())
    (word,) = EpochsTooFew().judge(replace(evidence, observations={**evidence.observations, OwnRecipe.name: seen}))

    assert isinstance(word, said)
    assert not isinstance(word, Finding) or word.title == "10 epochs (320 steps) are too few for the loss to settle"
