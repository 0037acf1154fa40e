"""The field's known traps: what other tools fell into. Each test falls if we do; those that need a real model stand in
`tests/subject/test_traps.py`, under the number of their trap."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dnndoctor.diagnosis.diagnose import diagnose
from dnndoctor.evidence.facts import Facts
from dnndoctor.evidence.outcome import LayerCurve, Outcome
from dnndoctor.experiments import Evidence, Settings
from dnndoctor.experiments.batch_size_sweep import BatchSizeSweep
from dnndoctor.experiments.first_batch import FirstBatch, FirstBatchExperiment
from dnndoctor.experiments.input_scalings import scalings
from dnndoctor.experiments.learning_rate_sweep import LearningRateSweep
from dnndoctor.experiments.memorise import Memorise
from dnndoctor.experiments.memory import Memory
from dnndoctor.experiments.own_recipe import OwnRecipe
from dnndoctor.experiments.without_batch_norm import FourCorners, WithoutBatchNorm
from dnndoctor.finding import Cause, Finding, Severity
from dnndoctor.rules.batch_size_too_small import BatchSizeTooSmall
from dnndoctor.rules.logits_without_from_logits import LogitsWithoutFromLogits
from tests.evidence_samples import (
    array,
    curve,
    evidence,
    facts,
    head_layer,
    keras_loss,
    layer,
    outcome,
    output,
    score,
    target,
    weight,
)
from tests.experiments.toy_patient import ToyPatient, climb, examined
from tests.rules.judging import first_batch, output_start, own_course

HEAD = head_layer(output())
NORM = layer(
    "norm",
    "BatchNormalization",
    activation=None,
    weights=tuple(weight(name, (64,)) for name in ("gamma", "beta", "moving_mean", "moving_variance")),
)
TRAPS = 16


def alarms(subject: Facts, **observations: object) -> list[Finding]:
    """Findings above `note` for a subject whose own run learns, unless other observations are given."""
    seen = {FirstBatchExperiment.name: first_batch(), OwnRecipe.name: own_course(skill=0.95), **observations}
    found = [ranked.finding for ranked in diagnose(evidence(subject, seen), ()).findings]
    return [finding for finding in found if finding.severity is not Severity.NOTE]


def first_steps(subject: Facts, *layers: LayerCurve, scale: float = 1.0) -> FirstBatch:
    """What the first steps show of a subject whose layers do this, all gradients and the loss multiplied by `scale`."""
    asked = evidence(subject)
    outcomes = {
        trial.id: outcome(
            trial,
            tuple(scale * loss for loss in (2.3, 2.2, 2.1)),
            layers=tuple(replace(each, gradient_norm=tuple(scale * norm for norm in each.gradient_norm)) for each in layers),
        )
        for trial in FirstBatchExperiment().plan(asked, {})  # type: ignore[union-attr]  # no Skip: it is always asked
    }
    seen = FirstBatchExperiment().read(asked, outcomes)
    assert isinstance(seen, FirstBatch)
    return seen


def test_trap_01_batch_norm_at_batch_size_one() -> None:
    """Behind a Dense layer, batch norm over one row gives only its shift: a loss that stands still there blames nothing.

    Falls if batch size 1 is tried without the other three corners, or judged by the corner with batch norm alone.
    """
    asked = evidence(facts(layers=(layer(), NORM, HEAD)), {OwnRecipe.name: own_course(skill=0.95)})
    trials = WithoutBatchNorm().plan(asked, {})
    assert isinstance(trials, Sequence)
    edits = [tuple(edit.name for edit in trial.edits) for trial in trials]
    corners = {"standing still": [2.3] * 50, "learning": [2.3 * 0.95**step for step in range(50)]}

    def loss_of(names: tuple[str, ...]) -> list[float]:
        return corners["standing still" if names == ("batch_size",) else "learning"]

    outcomes = {
        trial.id: outcome(trial, loss_of(names), batch_size=1 if "batch_size" in names else 32)
        for trial, names in zip(trials, edits, strict=True)
    }
    observed = WithoutBatchNorm().read(asked, outcomes)
    diagnosis = diagnose(
        replace(asked, observations={**asked.observations, WithoutBatchNorm.name: observed}, outcomes=outcomes), ()
    )

    assert sorted(edits) == [(), ("batch_norm_off",), ("batch_norm_off", "batch_size"), ("batch_size",)]
    assert isinstance(observed, FourCorners)
    assert [ranked.finding for ranked in diagnosis.findings if ranked.finding.severity is not Severity.NOTE] == []


def test_trap_03_logits_are_clipped_without_a_warning() -> None:
    """Logits taken for probabilities are clipped, so that their gradient is zero, and Keras says nothing.

    Falls if one waits for a warning, or for a run that fails: this one learns by the rows that are not clipped.
    """
    subject = facts(outputs=(output("linear", loss="sparse_categorical_crossentropy"),))
    seen = {
        FirstBatchExperiment.name: first_batch(outputs={"output": output_start(minimum=-3.0, maximum=4.0, outside_unit=0.62)}),
        OwnRecipe.name: own_course(skill=0.85),
    }

    (finding,) = [said for said in LogitsWithoutFromLogits().judge(evidence(subject, seen)) if isinstance(said, Finding)]

    assert (finding.cause, finding.severity) == (Cause.LOGITS_MISMATCH, Severity.ERROR)
    assert "62%" in finding.title


def test_trap_06_squashing_races_against_the_logarithm() -> None:
    """Values from 1 to 1.4e8, evenly over the decades, are not squashed by tanh(x) as it stands, and not by one bend alone.

    Falls if tanh(x / c) is tried with c near 1, with a single c, or without the logarithm beside it.
    """
    decades = array(
        minimum=1.0,
        maximum=1.4e8,
        mean=7.5e6,
        std=2.2e7,
        feature_std_minimum=2e7,
        feature_std_maximum=2.3e7,
        feature_mean_maximum=8e6,
        magnitudes=tuple(10 ** (8.15 * number / 20) for number in range(21)),
    )

    raced = [edit for scaling in scalings(facts(inputs=(decades,))) for edit in scaling.edits]

    bends = [float(edit.parameters["scale"] or 0) for edit in raced if edit.name == "squash_inputs"]
    assert len(bends) >= 2
    assert all(1e4 < bend < 1.4e8 for bend in bends)
    assert {"log_inputs", "standardize_inputs"} <= {edit.name for edit in raced}


def test_trap_07_batch_norm_lags_behind_in_evaluation() -> None:
    """Thirty steps at the momentum 0.99 leave a loss of 0.056 in training and of 0.358 on the same rows in evaluation.

    Falls if memorising is judged by what the model gives in evaluation: these samples are memorised.
    """
    asked = evidence(facts(layers=(layer(), NORM, HEAD)))
    patient = ToyPatient()
    trials = Memorise().plan(asked, {})
    assert isinstance(trials, Sequence)
    outcomes: dict[str, Outcome] = {}
    for trial in trials:
        answered = patient.answer(trial)
        lagging = replace(answered.scores, train=score(0.358, 0.8), train_mode=score(skill=1.0))
        outcomes[trial.id] = replace(answered, scores=lagging)

    seen = Memorise().read(asked, outcomes)

    assert isinstance(seen, Memory)
    assert seen.memorised


def test_trap_10_sparse_is_not_dead_and_a_name_is_no_kind() -> None:
    """Outputs that are zero for 70 % of the rows, predictions that average 0.1, and layers with telling names are healthy.

    Falls if zeros in the activations, the mean of a softmax, or a word in a layer's name raise an alarm.
    """
    named = ("relu_dead_units", "batch_norm", "dropout_all", "softmax_1", "sigmoid_out", "embedding")
    subject = facts(layers=(*(layer(name) for name in named), HEAD))
    sparse = [curve(name, activation_zero_share=(0.7, 0.7, 0.7)) for name in named]
    seen = replace(first_steps(subject, *sparse, curve("head")), outputs={"output": output_start(minimum=0.05, maximum=0.2)})

    assert alarms(subject, **{FirstBatchExperiment.name: seen}) == []
    assert not any(each.dead for each in seen.layers)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_trap_11_gradients_have_no_absolute_size(scale: float) -> None:
    """A loss in other units has gradients of another size, and nothing else about it is different.

    Falls if a gradient is held against a constant, on which the field's tools disagree by four orders of magnitude.
    """
    loss = keras_loss("mean_squared_error")
    subject = facts(
        outputs=(output("linear", 1, loss),), targets=(target("continuous", constant_loss=None, constant_error=None),)
    )
    depth = [curve(path, (0.2 * 1.5**number,) * 3) for number, path in enumerate(("dense", "head"))]

    def codes(of_size: float) -> list[str]:
        seen = {FirstBatchExperiment.name: first_steps(subject, *depth, scale=of_size)}
        return [ranked.finding.code for ranked in diagnose(evidence(subject, seen), ()).findings]

    assert codes(scale) == codes(1.0)


def test_trap_12_the_equivalents_are_told() -> None:
    """Two rows a step are cured by more rows, and by a lower rate as well.

    Falls if one cure is reported as if it were the only one.
    """
    noisy = ToyPatient(batch_size=2, noise_rows=10.0, adam_rate=0.01)
    subject = facts(recipe={"batch_size": 2, "epochs": 2, "steps_per_epoch": 500})
    swept, _ = climb(BatchSizeSweep(), examined(noisy, subject, Settings(seeds=(0, 1))), noisy)

    (finding,) = [said for said in BatchSizeTooSmall().judge(swept) if isinstance(said, Finding)]
    causes = [ranked.finding.cause for ranked in diagnose(swept, ()).findings]

    assert "learning rate x" in finding.remedies[0].note
    assert {Cause.BATCH_SIZE_SMALL, Cause.LEARNING_RATE_HIGH} <= set(causes)


def test_trap_14_rates_are_compared_evenly_in_their_logarithm() -> None:
    """Each rate is a run of its own from the same start, and the rates are as far apart below the user's as above.

    Falls if a single run ramps its rate up, in which later rates inherit what earlier ones left, or if rates are evenly spaced
    in themselves, so that hardly any lies below the user's.
    """
    asked = Evidence(facts(), Settings())
    trials = LearningRateSweep().plan(asked, {})
    assert isinstance(trials, Sequence)
    factors = sorted(float(edit.parameters["factor"] or 0) for trial in trials for edit in trial.edits)
    gaps = [
        math.log10(upper / lower) for lower, upper in zip([*factors, 1.0], [*factors, 1.0][1:], strict=False) if upper > lower
    ]

    assert all([edit.name for edit in trial.edits] in ([], ["learning_rate"]) for trial in trials)
    assert len({(trial.seed, trial.steps) for trial in trials}) == 1
    assert max(gaps) <= 1.01
    assert min(factors) <= 1e-2
    assert max(factors) >= 1e1


@pytest.mark.parametrize(("gradient", "dead"), [((0.0, 0.3, 0.3), False), ((0.0, 0.0, 0.0), True)])
def test_trap_15_zero_initialised_branches_wake_up(gradient: tuple[float, ...], dead: bool) -> None:
    """A residual branch whose last weights begin at zero passes no gradient in the first step, and does in the second.

    Falls if a layer is called dead after a look at one step.
    """
    subject = facts(layers=(layer(), layer("branch"), HEAD), model_kind="Functional")

    seen = first_steps(subject, curve("dense"), curve("branch", gradient), curve("head"))

    assert [each.dead for each in seen.layers] == [False, dead, False]
    assert dead or alarms(subject, **{FirstBatchExperiment.name: seen}) == []


HEALTHY_ODDITIES: dict[str, tuple[Facts, dict[str, object]]] = {
    "an accuracy of 0 on a regression": (
        facts(
            outputs=(output("linear", 1, "mean_squared_error", metrics=("accuracy",)),),
            targets=(target("continuous"),),
        ),
        {FirstBatchExperiment.name: first_batch(constant_loss=1.0, start_losses=(1.1, 1.2), metrics={"accuracy": 0.0})},
    ),
    "a negative likelihood": (
        facts(
            outputs=(output("linear", 2, replace(keras_loss("negative_log_likelihood"), built_in=False, from_logits=None)),),
            targets=(target("continuous", constant_loss=None, loss_floor=None),),
        ),
        {FirstBatchExperiment.name: first_batch(constant_loss=None, start_losses=(-0.5, -0.4))},
    ),
    "an autoencoder that narrows": (
        facts(
            outputs=(output("linear", 20, "mean_squared_error"),),
            targets=(target("continuous", array={"shape": (20,), "features": 20}),),
            layers=(
                layer("in", units=16),
                layer("code", units=2),
                layer("out", units=16),
                replace(HEAD, activation="linear", units=20),
            ),
        ),
        {FirstBatchExperiment.name: first_batch(constant_loss=1.0, start_losses=(1.1, 1.2))},
    ),
    "an easy task, right at once": (facts(), {OwnRecipe.name: own_course(skill=0.99)}),
}


@pytest.mark.parametrize("oddity", HEALTHY_ODDITIES)
def test_trap_16_what_looks_odd_and_is_healthy(oddity: str) -> None:
    """Regressions without accuracy, negative likelihoods, bottlenecks that are meant and tasks that are easy are no faults.

    Falls if any of them is more than a note.
    """
    subject, seen = HEALTHY_ODDITIES[oddity]

    assert [(finding.code, finding.title) for finding in alarms(subject, **seen)] == []


def test_each_trap_has_its_test() -> None:
    """The traps are numbered, and each number has a test here or among those that need TensorFlow."""
    files: tuple[Any, ...] = (Path(__file__), Path(__file__).parent / "subject" / "test_traps.py")

    numbers = {int(number) for file in files for number in re.findall(r"^def test_trap_(\d\d)_", file.read_text(), re.MULTILINE)}

    assert numbers == set(range(1, TRAPS + 1))
