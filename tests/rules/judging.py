"""What tests of rules share: asking a rule, and a healthy first batch to start from."""

import math
from dataclasses import replace
from typing import Any, TypeAlias

from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.seen.loss import LossSeen
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment, LayerStart, OutputStart
from dnndoctor.experiments.loss_and_metrics import LossAndMetrics
from dnndoctor.experiments.own_course import OwnCourse, OwnRun
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.start import StartExperiment
from dnndoctor.experiments.starting_point import StartingPoint
from dnndoctor.finding import Cause, Finding, NotSeen, RuledOut
from dnndoctor.rules import Rule
from tests.evidence_samples import evidence

Observed: TypeAlias = FirstBatch | LossSeen | OwnCourse | StartingPoint


def judged(rule: Rule, subject: Facts, *observations: Observed) -> tuple[Finding | RuledOut | NotSeen, ...]:
    """All that a rule says of a subject and what was observed of it."""
    names = {
        FirstBatch: FirstBatchExperiment.name,
        LossSeen: LossAndMetrics.name,
        OwnCourse: OwnRecipe.name,
        StartingPoint: StartExperiment.name,
    }
    return tuple(rule.judge(evidence(subject, {names[type(observation)]: observation for observation in observations})))


def findings(rule: Rule, subject: Facts, *observations: Observed) -> tuple[Finding, ...]:
    """Its findings alone."""
    return tuple(said for said in judged(rule, subject, *observations) if isinstance(said, Finding))


def ruled_out(rule: Rule, subject: Facts, *observations: Observed) -> tuple[Cause, ...]:
    """The causes that it rules out."""
    return tuple(said.cause for said in judged(rule, subject, *observations) if isinstance(said, RuledOut))


def output_start(**details: Any) -> OutputStart:
    """The predictions of an untrained softmax over ten classes."""
    return replace(OutputStart(minimum=0.02, maximum=0.4, outside_unit=0.0, varies=0.3, nonfinite=0, accuracy=0.1), **details)


def layer_start(path: str, gradient: float = 1.0, **details: Any) -> LayerStart:
    """A layer that gets a gradient."""
    return replace(LayerStart(path, gradient, dead=False, activation_rms=1.0), **details)


def first_batch(**details: Any) -> FirstBatch:
    """The first steps of a healthy ten-class subject."""
    healthy = FirstBatch(
        steps=3,
        seeds=(0, 1),
        start_losses=(2.4, 2.5),
        penalty=None,
        constant_loss=math.log(10),
        nonfinite=(),
        start_finite=True,
        layers=(layer_start("dense"), layer_start("head")),
        outputs={"output": output_start()},
        trials=("a", "b"),
    )
    return replace(healthy, **details)


def own_course(skill: float) -> OwnCourse:
    """A whole run of the user's own recipe on three seeds that ends at this skill."""
    runs = tuple(
        OwnRun(
            seed=seed,
            trial=f"own{seed}",
            steps=320,
            end=1 - skill,
            progress=skill,
            train_skill=skill,
            validation_skill=skill,
            nonfinite_step=None,
            nonfinite_where="",
            falling=0.0,
            falling_error=0.01,
            another_course=0.0,
            learning_rate_end=None,
            stopped_by="",
            curve=(2.3, 1 - skill),
        )
        for seed in range(3)
    )
    return OwnCourse(
        runs=runs, course=320, covered=1.0, epochs_done=10.0, epochs_asked=10, longer=(), scored_rows=1000, held_out=True
    )
