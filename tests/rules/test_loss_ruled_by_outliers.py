"""A squared error that outliers rule."""

from dataclasses import replace

from dnndoctor.experiments.loss_simplified import LossSimplified
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.few_rows_steer import FewRowsSteer
from dnndoctor.rules.loss_ruled_by_outliers import LossRuledByOutliers
from tests.experiments.test_loss_simplified import Outliers, raced
from tests.experiments.toy_patient import ToyPatient


def judged(patient: ToyPatient) -> list[object]:
    return list(LossRuledByOutliers().judge(raced(patient)[0]))


def test_another_loss_lifts_the_sickness() -> None:
    """An error with both measurements, the winner as a remedy that was tried, and what did as well behind it."""
    (finding,) = judged(Outliers(ceiling=0.3))

    assert isinstance(finding, Finding)
    assert (finding.cause, finding.severity) == (Cause.LOSS_FUNCTION, Severity.ERROR)
    assert finding.confidence > 0.6
    assert "with huber" in finding.title
    assert finding.evidence[1].values == {"worst_share": 0.4}
    assert [remedy.edits[0].parameters["name"] for remedy in finding.remedies] == ["huber", "mean_absolute_error"]
    assert [remedy.verified for remedy in finding.remedies] == [True, False]


def test_a_plain_gain_of_a_run_that_is_not_sick_is_a_warning() -> None:
    """Few rows have the gradient, and the model predicts better without that."""
    (finding,) = judged(Outliers(ceiling=0.6, reached=0.75))

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.WARNING


def test_what_is_no_better_is_silent() -> None:
    """Outliers that no loss helps against are another rule's."""
    evidence, _ = raced(Outliers(ceiling=0.3, better=()))

    assert list(LossRuledByOutliers().judge(evidence)) == []
    assert len(list(FewRowsSteer().judge(evidence))) == 1


def test_what_is_shown_is_not_guessed_as_well() -> None:
    """The rule that reads the gradient alone leaves the output to this one."""
    evidence, _ = raced(Outliers(ceiling=0.3))

    assert list(FewRowsSteer().judge(evidence)) == []


def test_a_small_gain_is_a_note() -> None:
    """Many losses win a short race by a little."""
    evidence, _ = raced(Outliers(ceiling=0.78))
    seen, course = evidence.of(LossSimplified), evidence.of(OwnRecipe)
    assert seen is not None
    assert course is not None
    assert seen.race.duel is not None
    close = replace(seen.race.duel, other=tuple(own + 0.06 for own in seen.race.duel.own), noise=0.05)
    shown = replace(seen, race=replace(seen.race, duel=close))

    (finding,) = LossRuledByOutliers().judge(
        replace(evidence, observations={**evidence.observations, LossSimplified.name: shown})
    )

    assert isinstance(finding, Finding)
    assert (finding.severity, finding.confidence) == (Severity.NOTE, 0.1)
