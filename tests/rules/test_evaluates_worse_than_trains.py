"""The same rows answered well in training mode and badly in evaluation mode."""

from dataclasses import replace

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import Scores
from dnndoctor.evidence.seen.start import ModesSeen
from dnndoctor.evidence.trial import Trial
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.finding import Cause, Finding, RuledOut, Severity
from dnndoctor.rules.evaluates_worse_than_trains import EvaluatesWorseThanTrains
from tests.evidence_samples import evidence, facts, head_layer, layer, outcome, output, score
from tests.rules.judging import own_course
from tests.start_samples import starting_point

SEEDS = (0, 1, 2)


def normalised(momentum: float = 0.99, trainable: bool = True) -> Facts:
    """A model with batch normalisation."""
    norm = layer("norm", "BatchNormalization", activation=None, trainable=trainable, settings={"momentum": momentum})
    return facts(layers=[layer(), norm, head_layer(output())])


def judged(
    subject: Facts, training: float, evaluation: float, steps: int = 30, covered: float = 1.0
) -> tuple[Finding | RuledOut, ...]:
    """What is said where the training rows have these skills in the two modes."""
    outcomes = [
        outcome(
            Trial(steps=steps, seed=seed),
            steps_run=steps,
            scores=Scores(train=score(skill=evaluation), train_mode=score(skill=training)),
        )
        for seed in SEEDS
    ]
    course = own_course(evaluation)
    runs = tuple(replace(run, trial=one.trial.id) for run, one in zip(course.runs, outcomes, strict=True))
    seen = {
        OwnRecipe.name: replace(course, runs=runs, covered=covered),
        StartExperiment.name: starting_point(modes=ModesSeen(2.3, 2.1, 2.1, 2.0, 2.5, 2.5, 0.0)),
    }
    said = EvaluatesWorseThanTrains().judge(evidence(subject, seen, outcomes))
    return tuple(word for word in said if isinstance(word, Finding | RuledOut))


def test_moving_averages_that_lag_are_found() -> None:
    """Momentum 0.99 over 30 steps: the skill is there, and not in evaluation mode."""
    (finding,) = judged(normalised(), 0.95, 0.3)

    assert isinstance(finding, Finding)
    assert finding.cause is Cause.BATCH_NORM
    assert finding.severity is not Severity.NOTE
    assert finding.where[0].layer == "norm"
    assert "momentum=0.9" in finding.remedies[0].patch
    assert any("74%" in statement.text for statement in finding.evidence)
    assert any("batch norm -0.5" in statement.text for statement in finding.evidence)


def test_averages_that_had_time_point_at_the_batches() -> None:
    """After 3,000 steps it is not the momentum."""
    (finding,) = judged(normalised(), 0.95, 0.3, steps=3000)

    assert isinstance(finding, Finding)
    assert "Group" in finding.remedies[0].patch
    assert [edit.name for edit in finding.remedies[0].edits] == ["batch_norm_off"]


def test_a_run_cut_short_is_a_note() -> None:
    """The whole course lets the averages follow."""
    (finding,) = judged(normalised(), 0.95, 0.3, covered=0.1)

    assert isinstance(finding, Finding)
    assert finding.severity is Severity.NOTE


def test_equal_modes_rule_it_out() -> None:
    """The averages arrived."""
    (said,) = judged(normalised(), 0.9, 0.88, steps=3000)

    assert isinstance(said, RuledOut)


def test_dropout_small_gaps_and_models_without_it_are_silent() -> None:
    """Training mode is the worse one under dropout; a tenth is within reach of any batch; frozen statistics are meant."""
    assert all(isinstance(said, RuledOut) for said in judged(normalised(), 0.5, 0.9))
    assert judged(normalised(), 0.95, 0.8) == ()
    assert judged(facts(), 0.95, 0.3) == ()
    assert judged(normalised(trainable=False), 0.95, 0.3) == ()
