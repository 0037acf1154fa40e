"""The four corners: batch size as it is or 1, batch norm as it is or off."""

from dataclasses import replace

from dnndoctor.evidence.trial import Recording
from dnndoctor.experiments import Evidence, Settings, Skip
from dnndoctor.experiments.profile import Signal, signs
from dnndoctor.experiments.without_batch_norm import FourCorners, WithoutBatchNorm
from tests.experiments.masked_patient import BARE, MaskedPatient, subject
from tests.experiments.toy_patient import climb

EXPLODING = MaskedPatient(always_explodes=True, growth=0.5)


def corners(patient: MaskedPatient, normalised: bool = True) -> FourCorners:
    evidence, _ = climb(WithoutBatchNorm(), Evidence(subject(normalised=normalised), Settings()), patient)
    observation = evidence.of(WithoutBatchNorm)
    assert observation is not None
    return observation


def test_all_four() -> None:
    """Both batch sizes are run with and without batch norm, on one seed, with every layer recorded."""
    evidence, trials = climb(WithoutBatchNorm(), Evidence(subject(), Settings()), EXPLODING)
    seen = evidence.of(WithoutBatchNorm)

    assert seen is not None
    assert [(corner.batch_size, corner.batch_norm) for corner in seen.corners] == [(32, True), (32, False), (1, True), (1, False)]
    assert {trial.seed for trial in trials} == {0}
    assert {trial.recording for trial in trials} == {Recording.LAYERS}
    assert seen.normalised == 10


def test_first_nan_and_profile() -> None:
    """Without batch norm the step of the first NaN and the growth of the gradient over depth are there."""
    bare = corners(EXPLODING).of(single=False, batch_norm=False)

    assert bare is not None
    assert bare.nonfinite_step == 2
    assert bare.first is not None
    assert [sign.signal for sign in signs(bare.first)] == [Signal.EXPLODING]


def test_as_it_is() -> None:
    """With batch norm all is finite and even."""
    own = corners(EXPLODING).of(single=False, batch_norm=True)

    assert own is not None
    assert own.nonfinite_step is None
    assert own.first is not None
    assert signs(own.first) == ()


def test_without_batch_norm_only_batch_sizes() -> None:
    """A model without batch norm is run at its batch size and at 1."""
    seen = corners(MaskedPatient(), normalised=False)

    assert [(corner.batch_size, corner.batch_norm) for corner in seen.corners] == [(32, True), (1, True)]
    assert seen.of(single=False, batch_norm=False) is None


def test_nothing_to_ask() -> None:
    """Batch size 1 without batch norm leaves nothing to compare."""
    of = subject(normalised=False, recipe={"batch_size": 1})

    assert isinstance(WithoutBatchNorm().plan(Evidence(of, Settings()), {}), Skip)


def test_batch_size_one_already() -> None:
    """At batch size 1 there are two corners."""
    evidence = Evidence(subject(recipe={"batch_size": 1}), Settings())
    planned = WithoutBatchNorm().plan(evidence, {})

    assert not isinstance(planned, Skip)
    assert [[edit.name for edit in trial.edits] for trial in planned] == [[], [BARE]]


def test_nothing_to_compare_costs_nothing() -> None:
    """Single rows without batch norm are one corner: the rung is skipped, and facts alone tell so."""
    of = subject(normalised=False)
    single = replace(of, recipe=replace(of.recipe, batch_size=1))

    assert WithoutBatchNorm.expected_steps(single, Settings()) == 0
    assert WithoutBatchNorm.expected_steps(of, Settings()) > 0


def test_expected_steps() -> None:
    """No more steps are taken than expected."""
    of = subject()
    evidence, trials = climb(WithoutBatchNorm(), Evidence(of, Settings()), MaskedPatient())
    taken = sum(evidence.outcomes[trial.id].steps_run * (0.18 if trial.edits else 1.0) for trial in trials)

    assert taken <= 1.5 * WithoutBatchNorm.expected_steps(of, Settings())


def test_charts() -> None:
    """Loss and gradient per step and the gradient over depth are drawn, with the first NaN pointed out."""
    evidence, _ = climb(WithoutBatchNorm(), Evidence(subject(), Settings()), EXPLODING)
    seen = evidence.of(WithoutBatchNorm)
    assert seen is not None

    charts = WithoutBatchNorm().charts(evidence, seen)

    assert "batch size 32, no batch norm: NaN" in charts[0].marks
    assert charts[-1].ticks[0.0] == "dense_0"
    assert len(charts[-1].lines) == 4
