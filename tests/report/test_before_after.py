"""The untreated and the treated run on one scale."""

import math
from dataclasses import replace

from dnndoctor.evidence.chart import Chart
from dnndoctor.evidence.outcome import FirstNonFinite, Outcome
from dnndoctor.evidence.trial import Edit, Trial
from dnndoctor.report.before_after import Pair, loss_chart, median_pair
from dnndoctor.treatment.prescription import Part, Prescription
from tests import evidence_samples as samples
from tests.report.examples import PRESCRIPTION, SETTLED

OUTCOMES = {run.trial.id: run for pair in SETTLED.values() for run in pair}


def treated_by(name: str) -> Prescription:
    """The example's prescription, made of another edit."""
    return replace(PRESCRIPTION, parts=(Part("something", (Edit(name),)),))


def chart_of(before: Outcome, after: Outcome) -> Chart:
    """Both runs in one picture."""
    chart = loss_chart(Pair(before, after, same_loss=True))
    assert chart is not None
    return chart


def test_the_pair_is_of_the_median_seed() -> None:
    """Of 0.96, 0.97 and 0.95 it is the first; both runs are of that seed."""
    pair = median_pair(PRESCRIPTION, OUTCOMES)

    assert pair is not None
    assert (pair.before, pair.after) == SETTLED[2000]
    assert pair.same_loss


def test_losses_that_are_not_the_same_are_not_drawn() -> None:
    """Another loss, another head or other targets: their values say nothing about each other."""
    for name in ("loss", "output_activation", "standardize_targets", "class_weights"):
        pair = median_pair(treated_by(name), OUTCOMES)

        assert pair is not None
        assert not pair.same_loss
        assert loss_chart(pair) is None


def test_runs_that_are_not_recorded_are_no_pair() -> None:
    """An older run's journal may lack them."""
    assert median_pair(PRESCRIPTION, {}) is None


def test_both_curves_are_means_over_the_same_stretches_of_steps() -> None:
    """300 steps in 60 stretches of 5; the ends are said as they are drawn."""
    before, after = SETTLED[2000]

    chart = chart_of(before, after)

    assert chart.x == tuple(float(step) for step in range(0, 300, 5))
    assert chart.log_y
    curves = {name.partition(":")[0]: curve for name, curve in chart.lines.items()}
    assert curves["treated"][0] == math.fsum(after.losses[:5]) / 5
    assert [name for name in chart.lines if name.startswith("treated: 2.1")]


def test_a_value_that_is_not_finite_is_a_gap_and_is_said() -> None:
    """No NaN hides in a mean."""
    losses = (2.0, 3.0, math.nan, math.nan)
    before = replace(samples.outcome(Trial(steps=4), losses), first_nonfinite=FirstNonFinite(2, "loss"))

    chart = chart_of(before, samples.outcome(Trial(steps=4, seed=1), (2.0, 1.0, 0.5, 0.1)))

    (name,) = (name for name in chart.lines if name.startswith("as it is"))
    assert name == "as it is: 2 → NaN or infinite from step 2 on"
    assert [math.isnan(loss) for loss in chart.lines[name]] == [False, False, True, True]


def test_a_shorter_run_ends_where_it_ended() -> None:
    """Another batch size at equal samples takes another number of steps; the axis says so."""
    before = replace(samples.outcome(Trial(steps=2), (2.0, 1.9)), batch_size=32)
    after = replace(samples.outcome(Trial(steps=8, seed=1), (2.0,) * 7 + (1.0,)), batch_size=8)

    chart = chart_of(before, after)

    assert chart.marks == {"as it is: end": 2.0}
    assert chart.x_label == "step (of 32 rows, treated of 8)"
    assert [math.isnan(loss) for loss in next(iter(chart.lines.values()))] == [False] * 2 + [True] * 6
